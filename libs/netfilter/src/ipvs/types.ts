/** How packets reach a real server, as `ipvsadm -L` calls it. */
export type ForwardingMethod = 'Masq' | 'Route' | 'Tunnel';

export const SCHEDULER_NAMES = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq'] as const;
export type SchedulerName = (typeof SCHEDULER_NAMES)[number];

/** An IPv4 address and a port. */
export interface Endpoint {
  readonly address: number;
  readonly port: number;
}

/** A real server of a virtual service (Linux: `struct ip_vs_dest`). */
export interface Destination extends Endpoint {
  readonly method: ForwardingMethod;
  /** 0: no new connections. */
  readonly weight: number;
  /** No new connections from so many on, until they are fewer than `lower`; 0: no limit. */
  readonly upper: number;
  readonly lower: number;
}

/** What tells virtual services apart: protocol, address and port, or a mark of the firewall. */
export type ServiceIdentity = Endpoint & { readonly protocol: number; readonly fwmark?: number };

/** A virtual service (Linux: `struct ip_vs_service`). Table `nf.ipvs-services`, key = `<netns>|<serviceName>`. */
export interface VirtualService extends ServiceIdentity {
  readonly scheduler: SchedulerName;
  /** `flag-1`, `flag-2`, `flag-3`: what they mean is the scheduler's. */
  readonly schedulerFlags?: readonly string[];
  /** How long a client stays with its real server; absent: not at all. */
  readonly persistentSeconds?: number;
  /** Clients that are alike under this mask stay together. */
  readonly netmask: number;
  readonly onePacket?: true;
  /** In the kernel's order: the newest first. */
  readonly destinations: readonly Destination[];
}

/** Connections, packets in and out, bytes in and out. */
export type Totals = [connections: number, packetsIn: number, packetsOut: number, bytesIn: number, bytesOut: number];

/** Counters with their moving averages (Linux: `struct ip_vs_stats`, `struct ip_vs_estimator`). */
export interface Statistics {
  totals: Totals;
  /** When the averages were last brought up to date, the totals then, and the averages, scaled as the kernel scales them. */
  estimatedUs: number;
  estimatedTotals: Totals;
  averages: Totals;
}

/** What a virtual service's packets change. Table `nf.ipvs-service-states`, key as of the service. */
export interface ServiceState extends Statistics {
  /** What its scheduler remembers. */
  turn: SchedulerMemory;
}

export interface SchedulerMemory {
  /** The real server chosen last, by its name: `rr`, `wrr`. */
  last?: string;
  /** `wrr`: the weight that real servers must have in this round. */
  currentWeight?: number;
  /** `lblc`, `lblcr`: the real servers of the service's address. */
  servers?: string[];
  /** `lblcr`: when that list last changed. */
  changedUs?: number;
}

/** What a real server's packets change. Table `nf.ipvs-destination-states`, key = `<service key>|<endpointName>`. */
export interface DestinationState extends Statistics {
  active: number;
  inactive: number;
  /** Templates of persistent clients. */
  persistent: number;
  /** It has had `upper` connections and not yet fewer than `lower`. */
  overloaded?: boolean;
}

/** One connection through a virtual service (Linux: `struct ip_vs_conn`). Table `nf.ipvs-connections`, key = `<netns>|<id, 10 digits>`. */
export interface IpvsConnection {
  /** Counts the connections of a namespace from 1. */
  readonly id: number;
  readonly protocol: number;
  readonly client: Endpoint;
  readonly virtual: Endpoint;
  readonly destination: Endpoint;
  readonly method: ForwardingMethod;
  /** Name of the virtual service that it came through. */
  readonly service: string;
  /** The real server as that service lists it: with port 0 where it takes any. */
  readonly server: Endpoint;
  /** Remembers where a persistent client goes; carries no packets. */
  readonly template?: true;
  /** The template that it follows. */
  readonly control?: number;
  /** Of a template: how many connections follow it. */
  controlled: number;
  /** Its netfilter connection goes with it (`net.ipv4.vs.conntrack`). */
  readonly usesConntrack: boolean;
  /** Ends with its first packet (one-packet scheduling); nobody expects an answer. */
  readonly onePacket?: true;
  state: ConnectionState;
  /** Counted among the active ones of its real server. */
  active: boolean;
  timeoutUs: number;
  expiresUs: number;
}

export const TCP_STATES = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'SYNACK',
] as const;
export type IpvsTcpState = (typeof TCP_STATES)[number];

/** `ASSURED` is a template's, once a connection that follows it has been answered. */
export type ConnectionState = IpvsTcpState | 'UDP' | 'ASSURED';
