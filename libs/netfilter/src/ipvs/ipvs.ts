import type { Sim } from '@svclab/sim';
import { ICMP, isIpv4, RST, SCTP, SYN, TCP, UDP, type Packet } from '@svclab/wire';
import { ACCEPT } from '../accept.js';
import type { Conntrack } from '../conntrack/conntrack.js';
import { STATUS } from '../conntrack/entry.js';
import type { Hook, IpvsStep, NetworkPort, RuleCause, Skb, Tracer, Verdict } from '../types.js';
import { IpvsConnections } from './connections.js';
import { formatConnection } from './format.js';
import { endpointName } from './names.js';
import { ruleLines } from './rule-lines.js';
import { Scheduling } from './scheduling.js';
import { IpvsSettings, type SysctlReader } from './settings.js';
import { count } from './statistics.js';
import { isActive, nextTcpState, type PacketDirection } from './tcp-states.js';
import type { Endpoint, IpvsConnection, IpvsTcpState } from './types.js';
import { VirtualServices } from './virtual-services.js';

const DROP: Verdict = { kind: 'DROP', by: 'ipvs' };
/** Clients of a service without real servers hear this, whatever they speak (`ip_vs_leave`). */
const REFUSE: Verdict = { kind: 'REJECT', with: 'icmp-port-unreachable', by: 'ipvs' };

/** Why a connection ends before its time, for traces. */
const ENDS = {
  gone: 'its real server takes no more: the connection ends, and the client has to open another',
  waits: 'its real server is gone, and might come back: net.ipv4.vs.expire_nodest_conn is 0',
  reused: 'its connection has just ended: the client tries again',
} as const;

/** Where IPVS hangs, for traces. */
interface Place {
  readonly netns: string;
  readonly hook: Hook;
  readonly priority: number;
  readonly trace: Tracer | undefined;
}

/**
 * The virtual server of every namespace (Linux: net/netfilter/ipvs/ip_vs_core.c, ip_vs_xmit.c). It takes packets
 * to virtual services off at INPUT and OUTPUT, chooses a real server for each new connection and sends on; what
 * real servers answer gets the service's address back.
 */
// Simplification: IPv4 alone; no FTP, no connections synchronised between directors, no tunnels.
export class Ipvs {
  readonly services: VirtualServices;
  readonly connections: IpvsConnections;
  readonly settings: IpvsSettings;
  readonly #scheduling: Scheduling;

  constructor(
    private readonly sim: Sim,
    private readonly conntrack: Conntrack,
    private readonly network: Pick<NetworkPort, 'addressType'>,
    sysctl: SysctlReader,
    onUse: (netns: string, inUse: boolean) => void,
    /** Told in traces; the virtual service, or one of its real servers, as `ipvsadm -S` writes it. */
    private readonly causeOf: (line: string) => RuleCause | undefined,
  ) {
    this.services = new VirtualServices(sim, onUse);
    this.connections = new IpvsConnections(sim, (netns, connection) => this.#ended(netns, connection));
    this.settings = new IpvsSettings(sim, sysctl);
    this.#scheduling = new Scheduling(sim, this.services, this.connections, this.settings);
  }

  get nowUs(): number {
    return this.sim.nowUs;
  }

  /** `ip_vs_in_hook`: packets of clients. */
  in(place: Place, skb: Skb): Verdict {
    const { packet } = skb;
    if (skb.ipvsProperty) return ACCEPT;
    if (packet.protocol === ICMP) return this.#inIcmp(place, skb);
    if (!isCarried(packet.protocol)) return ACCEPT;
    const before = snapshot(place, packet);
    let connection = this.#connectionOf(place.netns, packet);
    const end = connection && this.#endOf(place.netns, connection, packet);
    if (connection && end) {
      const isOld = this.#usesOldConntrack(skb);
      if (end !== 'waits') this.connections.remove(place.netns, connection);
      if (end === 'waits' || isOld) return this.#tell(place, before, skb, { result: 'dropped', connection, why: ENDS[end] }, DROP);
      connection = undefined;
    }
    let why = 'it belongs to a connection that has its real server';
    if (!connection) {
      const scheduled = this.#schedule(place, skb);
      if ('verdict' in scheduled) return scheduled.verdict;
      ({ connection, why } = scheduled);
    }
    return this.#sendOn(place, before, skb, connection, why);
  }

  /** `ip_vs_out_hook`: packets of real servers. */
  out(place: Place, skb: Skb): Verdict {
    const { packet } = skb;
    if (skb.ipvsProperty) return ACCEPT;
    if (packet.protocol === ICMP) return this.#outIcmp(place, skb);
    if (!isCarried(packet.protocol)) return ACCEPT;
    const { netns } = place;
    const connection = this.connections.outbound(netns, packet.protocol, source(packet), destination(packet));
    if (connection?.method !== 'Masq') return ACCEPT;
    const before = snapshot(place, packet);
    packet.src = connection.virtual.address;
    packet.sport = connection.virtual.port;
    this.#count(netns, connection, { 2: 1, 4: packet.length });
    this.#follow(netns, connection, packet, 'out');
    this.#mark(skb, connection);
    return this.#tell(place, before, skb, {
      result: 'answer',
      connection,
      why: 'it answers a connection: the client knows the service alone',
    });
  }

  /** Whether a packet goes to a real server for a virtual service: what `-m ipvs` asks (Linux: net/netfilter/xt_ipvs.c). */
  requestOf(
    netns: string,
    skb: Skb,
  ): { readonly connection: Readonly<IpvsConnection>; readonly controlPort: number | undefined } | undefined {
    const { packet } = skb;
    if (!skb.ipvsProperty || !isCarried(packet.protocol)) return undefined;
    const connection = this.connections.outbound(netns, packet.protocol, destination(packet), source(packet));
    if (!connection) return undefined;
    const control = connection.control === undefined ? undefined : this.connections.byId(netns, connection.control);
    return { connection, controlPort: control?.virtual.port };
  }

  /** Forgets a namespace that goes away. */
  forget(netns: string): void {
    this.connections.forget(netns);
    this.services.forget(netns);
    this.settings.forget(netns);
  }

  #connectionOf(netns: string, packet: Packet): IpvsConnection | undefined {
    return this.connections.inbound(netns, packet.protocol, source(packet), destination(packet));
  }

  /** Why a known connection cannot take this packet; `undefined`: it can. */
  #endOf(netns: string, connection: IpvsConnection, packet: Packet): keyof typeof ENDS | undefined {
    const server = this.services.byName(netns, connection.service)?.destination(connection.server);
    const expires = this.settings.value(netns, 'expire_nodest_conn') !== 0;
    if (!server) return expires ? 'gone' : 'waits';
    if (packet.protocol !== TCP || !(packet.tcpFlags & SYN)) return undefined;
    if (expires && server.weight === 0) return 'gone';
    const isOver = connection.state === 'TIME_WAIT' || connection.state === 'CLOSE';
    const mayReuse = connection.control === undefined && this.settings.value(netns, 'conn_reuse_mode') !== 0;
    return isOver && mayReuse ? 'reused' : undefined;
  }

  #usesOldConntrack({ ct }: Skb): boolean {
    return ct !== undefined && (ct.entry.status & STATUS.CONFIRMED) !== 0;
  }

  /** `ip_vs_try_to_schedule`. */
  #schedule(place: Place, skb: Skb): { readonly connection: IpvsConnection; readonly why: string } | { readonly verdict: Verdict } {
    const { netns, hook } = place;
    const { packet } = skb;
    if (packet.protocol === TCP && (!(packet.tcpFlags & SYN) || packet.tcpFlags & RST)) return { verdict: ACCEPT };
    const service = this.services.find(netns, packet.protocol, destination(packet), skb.mark);
    if (!service) return { verdict: ACCEPT };
    // An answer of a real server on this very node is no request of a client's.
    if (hook === 'OUTPUT' && this.connections.outbound(netns, packet.protocol, source(packet), destination(packet)))
      return { verdict: ACCEPT };
    const choice = this.#scheduling.choose(netns, service.record, packet);
    if (choice) return choice;
    const step = { result: 'refused', service: service.name, why: 'no real server takes connections' } as const;
    return { verdict: this.#tell(place, snapshot(place, packet), skb, step, REFUSE) };
  }

  /** `ip_vs_nat_xmit`, `ip_vs_dr_xmit`: on to the real server, through OUTPUT again unless it is this node itself. */
  #sendOn(place: Place, before: Packet, skb: Skb, connection: IpvsConnection, why: string): Verdict {
    const { netns } = place;
    const { packet } = skb;
    this.#count(netns, connection, { 1: 1, 3: packet.length });
    this.#follow(netns, connection, packet, 'in');
    const { address } = connection.destination;
    const isHere = this.network.addressType(netns, address) === 'LOCAL';
    if (!isHere && isLoopback(packet.src)) {
      const step = { result: 'dropped', connection, why: 'a packet from 127.0.0.0/8 may not leave this kernel' } as const;
      return this.#tell(place, before, skb, step, DROP);
    }
    if (connection.method === 'Tunnel')
      return this.#tell(place, before, skb, { result: 'dropped', connection, why: 'tunnels are not simulated' }, DROP);
    if (connection.method === 'Masq') {
      packet.dst = address;
      packet.dport = connection.destination.port;
    }
    this.#mark(skb, connection);
    if (connection.onePacket) this.connections.remove(netns, connection);
    // A real server on this kernel gets it by the way that it is on already.
    return this.#tell(place, before, skb, { result: 'sent', connection, why }, isHere ? ACCEPT : { kind: 'STOLEN', towards: address });
  }

  /** An error about what a real server was sent comes back as one about what the client sent (`ip_vs_out_icmp`). */
  #outIcmp(place: Place, skb: Skb): Verdict {
    const { packet } = skb;
    const { inner } = packet;
    if (!inner || !isCarried(inner.protocol)) return ACCEPT;
    const connection = this.connections.outbound(place.netns, inner.protocol, destination(inner), source(inner));
    if (connection?.method !== 'Masq') return ACCEPT;
    const before = snapshot(place, packet);
    packet.src = connection.virtual.address;
    packet.inner = { ...inner, dst: connection.virtual.address, dport: connection.virtual.port };
    this.#count(place.netns, connection, { 2: 1, 4: packet.length });
    this.#mark(skb, connection);
    return this.#tell(place, before, skb, { result: 'answer', connection, why: 'it is an error about what the real server was sent' });
  }

  /** An error about an answer goes on to the real server that gave it (`ip_vs_in_icmp`). */
  #inIcmp(place: Place, skb: Skb): Verdict {
    const { packet } = skb;
    const { inner } = packet;
    if (!inner || !isCarried(inner.protocol)) return ACCEPT;
    const connection = this.connections.inbound(place.netns, inner.protocol, destination(inner), source(inner));
    if (connection?.method !== 'Masq') return ACCEPT;
    const before = snapshot(place, packet);
    packet.dst = connection.destination.address;
    packet.inner = { ...inner, src: connection.destination.address, sport: connection.destination.port };
    this.#count(place.netns, connection, { 1: 1, 3: packet.length });
    this.#mark(skb, connection);
    const isHere = this.network.addressType(place.netns, packet.dst) === 'LOCAL';
    const step = { result: 'sent', connection, why: 'it is an error about an answer of this real server' } as const;
    return this.#tell(place, before, skb, step, isHere ? ACCEPT : { kind: 'STOLEN', towards: packet.dst });
  }

  /** Neither end of IPVS looks at it again in this kernel; netfilter's connection goes along or is left out. */
  #mark(skb: Skb, connection: Readonly<IpvsConnection>): void {
    skb.ipvsProperty = true;
    if (!connection.usesConntrack) {
      skb.ct = undefined;
      skb.untracked = true;
    } else if (connection.method === 'Masq' && !connection.onePacket && skb.ct?.direction === 'ORIGINAL' && skb.packet.protocol !== ICMP) {
      this.conntrack.expectAnswerFrom(skb.ct, connection.destination.address, connection.destination.port);
    }
  }

  /** `ip_vs_set_state`, `ip_vs_conn_put`. */
  #follow(netns: string, connection: IpvsConnection, { protocol, tcpFlags }: Packet, direction: PacketDirection): void {
    const changed = this.connections.edit(netns, connection.id);
    if (protocol === TCP) {
      const state = nextTcpState(changed.state as IpvsTcpState, tcpFlags, direction, changed.method === 'Masq');
      this.#countState(netns, changed, isActive(state));
      if (state === 'ESTABLISHED' && changed.state !== state) this.#assureTemplate(netns, changed);
      changed.state = state;
      changed.timeoutUs = this.settings.tcpTimeoutUs(netns, state);
    } else if (protocol === UDP) {
      changed.timeoutUs = this.settings.udpTimeoutUs(netns);
      if (direction === 'out') this.#assureTemplate(netns, changed);
    }
    this.connections.refresh(netns, changed);
  }

  #assureTemplate(netns: string, { control }: IpvsConnection): void {
    if (control !== undefined && this.connections.byId(netns, control)) this.connections.edit(netns, control).state = 'ASSURED';
  }

  #countState(netns: string, connection: IpvsConnection, active: boolean): void {
    if (connection.active === active) return;
    connection.active = active;
    const state = this.services.editDestinationState(netns, connection.service, connection.server);
    if (!state) return;
    state.active += active ? 1 : -1;
    state.inactive += active ? -1 : 1;
  }

  /** `ip_vs_in_stats`, `ip_vs_out_stats`: a real server that is gone counts no more. */
  #count(netns: string, connection: IpvsConnection, added: Parameters<typeof count>[2]): void {
    const service = this.services.byName(netns, connection.service);
    if (!service?.destination(connection.server)) return;
    const { nowUs } = this.sim;
    count(this.services.editState(netns, service.record), nowUs, added);
    count(this.services.editDestinationState(netns, connection.service, connection.server)!, nowUs, added);
  }

  /** A connection has left the table: its real server is rid of it, and netfilter's connection goes too (`ip_vs_conn_drop_conntrack`). */
  #ended(netns: string, connection: Readonly<IpvsConnection>): void {
    this.#scheduling.unbind(netns, connection);
    if (connection.template || connection.onePacket || !connection.usesConntrack) return;
    const { protocol, client, virtual } = connection;
    const found = this.conntrack.find(netns, {
      protocol,
      src: client.address,
      sport: client.port,
      dst: virtual.address,
      dport: virtual.port,
    });
    if (found) this.conntrack.remove(netns, found.entry);
  }

  #tell(
    { netns, hook, priority, trace }: Place,
    before: Packet,
    skb: Skb,
    told: { readonly result: IpvsStep['result']; readonly why: string } & (
      { readonly connection: IpvsConnection } | { readonly service: string }
    ),
    verdict: Verdict = ACCEPT,
  ): Verdict {
    if (!trace) return verdict;
    const connection = 'connection' in told ? told.connection : undefined;
    const service = 'service' in told ? told.service : told.connection.service;
    const server = connection ? endpointName(connection.destination) : null;
    const cause = this.#causeOf(netns, service, connection && endpointName(connection.server));
    trace({
      kind: 'ipvs',
      hook,
      priority,
      result: told.result,
      service,
      server,
      why: told.why,
      connection: connection ? formatConnection(connection, this.sim.nowUs) : null,
      ...(cause && { cause }),
      before,
      after: { ...skb.packet },
    });
    return verdict;
  }

  /** The real server's line says most; a service without one has its own. */
  #causeOf(netns: string, service: string, server: string | undefined): RuleCause | undefined {
    const loaded = this.services.byName(netns, service);
    if (!loaded) return undefined;
    const [own, ...servers] = ruleLines(loaded.record);
    return this.causeOf(servers.find((line) => server !== undefined && line.includes(` -r ${server} `)) ?? own!);
  }
}

/** What a trace shows of a packet before it changes; without one nobody looks. */
const snapshot = ({ trace }: Place, packet: Packet): Packet => (trace ? { ...packet } : packet);

const isLoopback = (address: Packet['src']): boolean => isIpv4(address) && address >>> 24 === 127;

const isCarried = (protocol: number): boolean => protocol === TCP || protocol === UDP || protocol === SCTP;

const source = ({ src, sport }: Packet): Endpoint => ({ address: isIpv4(src) ? src : -1, port: sport });

const destination = ({ dst, dport }: Packet): Endpoint => ({ address: isIpv4(dst) ? dst : -1, port: dport });
