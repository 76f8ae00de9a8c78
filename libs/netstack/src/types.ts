import type { NetfilterStep, Hook } from '@svclab/netfilter';
import type { Address, Packet, Prefix } from '@svclab/wire';

export type NamespaceKind = 'host' | 'node' | 'pod' | 'client';

/** A network namespace: one kernel's view of links, routes, sockets, rules. Table `net.namespaces`, key = name. */
export interface NamespaceRecord {
  /** Unique: `host`, `node/myk8s-worker`, `pod/default/webpod1`, `client/mypc`. */
  readonly name: string;
  readonly kind: NamespaceKind;
  /** `net.ipv4.ip_forward` and others by their sysctl name. */
  readonly sysctls: { readonly [name: string]: string };
  /** What happens to a packet that leaves the simulated world here (the docker host's uplink). */
  readonly uplink?: 'blackhole' | 'unreachable';
}

/** An interface. Table `net.links`, key = `<netns>|<name>`. */
export interface LinkRecord {
  readonly netns: string;
  readonly name: string;
  readonly kind: 'loopback' | 'veth' | 'bridge' | 'tunnel' | 'dummy';
  readonly ifindex: number;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  /** The other end of a veth pair. */
  readonly peer?: { readonly netns: string; readonly link: string };
  /** Bridge this link is a port of (same namespace). */
  readonly master?: string;
  readonly addresses: readonly LinkAddress[];
  /** Text that `ip addr` prints and nothing computes with. */
  readonly display?: LinkDisplay;
}

/** What `ip` prints of a link beyond what this simulation knows of it. */
export interface LinkDisplay {
  /** After `link/`, for a tunnel: `ipip`, `gre`, `sit`, `tunnel6`, `gre6`, or `ether`. */
  readonly type?: string;
  readonly permaddr?: string;
  /** Name of the peer's namespace (`cni-0068db9f-…`); without one a veth shows `link-netnsid <netnsid>`, 0 by default. */
  readonly netns?: string;
  readonly netnsid?: string;
  readonly qlen?: string;
}

export interface LinkAddress {
  readonly prefix: Prefix;
  readonly broadcast?: Address;
  readonly scope: 'global' | 'link' | 'host';
  /** As `ip addr` prints it after the scope: `nodad`. */
  readonly flags?: string;
}

/** A route of table main. Table `net.routes`, key = `<netns>|<sortable destination>`. */
export interface RouteRecord {
  readonly netns: string;
  readonly destination: Prefix;
  readonly via?: Address;
  readonly dev: string;
  readonly scope: 'global' | 'link' | 'host';
  readonly protocol?: 'kernel' | 'boot' | 'static';
  readonly src?: Address;
}

/** A listening socket. Table `net.sockets`, key = `<netns>|<protocol>|<address>|<port>`. */
export interface SocketRecord {
  readonly netns: string;
  readonly protocol: 'tcp' | 'udp';
  /** `null` = any address of both families (`*` in ss). */
  readonly address: Address | null;
  readonly port: number;
  readonly process?: { readonly name: string; readonly pid: number; readonly fd: number };
  /** Application that answers, by the name it was registered with. Nothing answers data without one. */
  readonly app?: string;
  /** Sort position in `ss`, which lists in hash order: profiles give the order a real node shows. */
  readonly order: number;
}

/** A program behind a listening socket: what it answers depends on its arguments and the tables alone. `undefined`: it says nothing. */
export type Application = (
  request: string,
  connection: Connection,
) => { readonly response: string; readonly serviceTimeUs: number } | undefined;

export interface Connection {
  readonly netns: string;
  readonly local: { readonly address: Address; readonly port: number };
  /** The peer as the server sees it. */
  readonly remote: { readonly address: Address; readonly port: number };
  /** The client speaks TLS; what it says arrives in clear text all the same. */
  readonly tls?: boolean;
}

/** What somebody sends: the question a trace answers. */
export interface Flow {
  readonly netns: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly destination: Address;
  /** 0 for ICMP. */
  readonly port: number;
  /** Chosen as Linux does when absent. */
  readonly sourcePort?: number;
  readonly source?: Address;
  readonly request?: string;
  /** Both sides speak bytes, one character (0 … 255) each; otherwise text, which travels as UTF-8. */
  readonly binary?: boolean;
  /** The request is meant to travel inside TLS: the application is told. */
  readonly tls?: boolean;
  readonly connectTimeoutUs?: number;
  /** Limit on the whole exchange (`curl -m`). */
  readonly totalTimeoutUs?: number;
  /** Of an ICMP echo. `size` counts the payload, bytes (default 56). */
  readonly echo?: { readonly id?: number; readonly sequence?: number; readonly ttl?: number; readonly size?: number };
}

export type Outcome = 'ok' | 'refused' | 'timeout' | 'unreachable' | 'reset';

/** What a system call of the client says; a time-out of the client's own making has none. */
export type Errno =
  'ECONNREFUSED' | 'EHOSTUNREACH' | 'ENETUNREACH' | 'ECONNRESET' | 'ETIMEDOUT' | 'EPERM' | 'EADDRNOTAVAIL' | 'ENOPROTOOPT';

export interface FlowResult {
  readonly outcome: Outcome;
  readonly errno?: Errno;
  /** `undefined` also when the server closed without a word. */
  readonly response?: string;
  /** Whether the TCP handshake was finished, and how long after the start. */
  readonly connectedUs?: number;
  /** The first packet that came back to the client: SYN/ACK, RST, echo reply, ICMP error. */
  readonly answer?: Packet;
  /** The client's own view of its socket. */
  readonly local: { readonly address: Address; readonly port: number };
  /** What the server saw, when a server was reached. */
  readonly server?: Connection;
  readonly elapsedUs: number;
  readonly trace?: Trace;
}

// ---- The trace: Flow → Trace → Hop → Step → Disposition ----

export interface Trace {
  readonly flow: Flow;
  /** The first packet's way (SYN, datagram, echo request). */
  readonly forward: readonly Hop[];
  /** The way of the first answer (SYN/ACK, RST, ICMP error, reply); empty when none came. */
  readonly return: readonly Hop[];
  readonly disposition: Disposition;
  readonly reason: string;
  /** How likely this branch is: 1 unless chance chose. */
  readonly probability: number;
}

/** `accepted`: a listener got it. The rest say why not. */
export type Disposition =
  'accepted' | 'refused' | 'rejected' | 'dropped' | 'timed out' | 'no route' | 'no listener' | 'unreachable' | 'hop limit';

/** One namespace that the packet crossed. */
export interface Hop {
  readonly netns: string;
  readonly kind: NamespaceKind;
  /** For people: `myk8s-worker`, `default/net-pod`, `mypc`, `docker host`. */
  readonly title: string;
  /** Of its eth0, or of where the packet came in; `null` where that has none. */
  readonly address: Address | null;
  readonly packetIn: Packet;
  readonly packetOut: Packet;
  readonly steps: readonly Step[];
}

export type Step =
  | NetfilterStep
  | { readonly kind: 'socket'; readonly note: string }
  | {
      readonly kind: 'route';
      readonly destination: Address;
      readonly route: string | null;
      readonly outIface: string | null;
      readonly source?: Address;
      readonly note: string;
    }
  | { readonly kind: 'hook'; readonly hook: Hook; readonly packet: Packet }
  | { readonly kind: 'transmit'; readonly iface: string; readonly to: string; readonly packet: Packet }
  | { readonly kind: 'receive'; readonly iface: string; readonly packet: Packet }
  /** `refused`: this end has no use for the packet, or learns from it that the other end had none. */
  | { readonly kind: 'deliver'; readonly socket: string | null; readonly note: string; readonly refused?: true }
  | { readonly kind: 'answer'; readonly packet: Packet; readonly note: string }
  | { readonly kind: 'drop'; readonly note: string };
