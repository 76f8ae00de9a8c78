import type { Hook, Netfilter, PassageRecorder, RejectWith, RuleReference, Skb, Tracer, Verdict } from '@svclab/netfilter';
import { formatAddress, ICMP, isIpv4, RST, sameAddress, TCP, type Address, type Packet } from '@svclab/wire';
import type { Sim } from '@svclab/sim';
import { sendBurst, type Burst } from './burst.js';
import { cableUs, type Jitter } from './cable.js';
import { HopRecorder } from './hop-recorder.js';
import {
  deservesError,
  describeError,
  ECHO_REPLY,
  HOST_UNREACHABLE,
  icmpError,
  icmpRedirect,
  type IcmpRateLimit,
  NET_UNREACHABLE,
  REDIRECT,
  redirectGateway,
  rejectCode,
  TIME_EXCEEDED,
  UNREACHABLE,
} from './icmp.js';
import { JourneyRecorder, type PassageFilter } from './journey-replay.js';
import { LaneTable, type Lane } from './lanes.js';
import { ARP_FAILURE_US, type Neighbours } from './neighbours.js';
import type { Redirects } from './redirects.js';
import type { RouteDecision, Routing } from './routing.js';
import { resetFor } from './tcp-segment.js';
import { isLoopback, type Topology } from './topology.js';
import type { Disposition, Errno, Hop, LinkRecord } from './types.js';

/** The five hooks of each namespace. */
export interface PacketFilter extends PassageFilter, Pick<Netfilter, 'generation'> {
  hook(netns: string, hook: Hook, skb: Skb, trace?: Tracer, recorder?: PassageRecorder): Verdict;
  /** Makes a reset or ICMP error part of the connection it is about, although that was never confirmed (nf_ct_attach). */
  attach(answer: Skb, cause: Skb): void;
}

/** One packet's way from a socket to its end. */
export interface Journey {
  readonly end: JourneyEnd;
  /** Time on the way. */
  readonly transitUs: number;
  /** Recorded when asked for. */
  readonly hops: readonly Hop[];
  /** The ICMP error or RST that a kernel on the way sent back, and how that fared. */
  readonly answer?: Journey;
}

export type JourneyEnd =
  | { readonly kind: 'delivered'; readonly netns: string; readonly packet: Packet }
  | {
      readonly kind: 'lost';
      readonly netns: string;
      readonly disposition: Disposition;
      readonly reason: string;
      /** What the sending system call says at once: the packet never left. */
      readonly errno?: Errno;
    };

/** What one crossing of the loopback and of a kernel's stack costs. */
const LOOPBACK_US = 4;
const LOOPBACK_JITTER_US = 5;

/** A packet between two hooks of one namespace. */
interface Position {
  readonly netns: string;
  readonly skb: Skb;
  readonly route: RouteDecision;
}

type Lost = Extract<JourneyEnd, { kind: 'lost' }>;

/** What a kernel consists of, as far as packets are concerned. */
export interface Kernels {
  readonly topology: Topology;
  readonly routing: Routing;
  readonly neighbours: Neighbours;
  readonly icmpLimit: IcmpRateLimit;
  readonly redirects: Redirects;
  readonly filter: PacketFilter;
}

/** How a packet is sent. */
export interface SendOptions {
  readonly jitter: Jitter;
  readonly trace: boolean;
  /** Where packets of this kind went before. */
  readonly lane?: Lane | undefined;
}

/** An ICMP error on its way, or why none was sent. */
interface ErrorReport {
  readonly note: string;
  readonly sent?: { readonly packet: Packet; readonly journey: Journey };
}

/**
 * Moves packets: socket → OUTPUT → route → POSTROUTING → cable → PREROUTING → route →
 * FORWARD or INPUT, namespace after namespace, until somebody has it or it is lost.
 * Real sending and traces go through this same code.
 */
export class Datapath {
  readonly lanes: LaneTable;

  constructor(private readonly kernels: Kernels) {
    this.lanes = new LaneTable(kernels.topology, kernels.filter);
  }

  /** Sends `packet` from a socket of `netns`. The packet belongs to the datapath from here on. */
  send(netns: string, packet: Packet, options: SendOptions, cause?: Skb): Journey {
    const { lane, trace } = options;
    // What a kernel on the way answers is no segment of the lane.
    if (lane && !trace && !cause && this.lanes.isOpen(lane)) return this.#sendAlong(lane, netns, packet, options);
    return new Walk(this, this.kernels, options).run(netns, packet, cause);
  }

  /** {@link sendBurst}; false where the segments must be sent one by one. */
  sendBurst(burst: Burst, sim: Sim, jitter: Jitter, deadlineUs: number): boolean {
    return this.lanes.isOpen(burst.lanes.forth) && sendBurst(burst, this.kernels, sim, jitter, deadlineUs);
  }

  /** Replays the lane's journey, or walks and records it. */
  #sendAlong(lane: Lane, netns: string, packet: Packet, options: SendOptions): Journey {
    if (lane.journey) {
      const { filter, neighbours } = this.kernels;
      const replayed = lane.journey.replay(packet, filter, neighbours, options.jitter);
      if (replayed) return replayed;
    }
    if (lane.journey !== undefined) return new Walk(this, this.kernels, options).run(netns, packet, undefined);
    const recorder = new JourneyRecorder(netns, packet, lane.clientPort);
    const journey = new Walk(this, this.kernels, options, recorder).run(netns, packet, undefined);
    lane.journey = recorder.finish(journey);
    return journey;
  }

  /** icmp_send: tells the sender of `about`, unless the rate limit or good manners forbid. `cause` is the buffer that `about` lies in. */
  sendError(netns: string, about: Packet, type: number, code: number, options: SendOptions, cause?: Skb): ErrorReport {
    const { topology, routing, icmpLimit } = this.kernels;
    if (!deservesError(about)) return { note: 'no ICMP error answers this' };
    const back = routing.lookup(netns, about.src);
    if (!back) return { note: 'no route back for an ICMP error' };
    const intervalMs = Number(topology.sysctl(netns, 'net.ipv4.icmp_ratelimit'));
    if (back.dev !== 'lo' && !icmpLimit.allow(netns, about.src, intervalMs)) {
      return { note: `the ICMP error is held back: after a burst of 6 this kernel sends one per ${intervalMs} ms to a destination` };
    }
    const own = topology.localLink(netns, about.dst) ? about.dst : back.source;
    if (own === undefined) return { note: 'this kernel has no address to send an ICMP error from' };
    const error = icmpError(own, about, type, code);
    const sent = { packet: { ...error }, journey: this.send(netns, error, options, cause) };
    return { note: `ICMP ${describeError(type, code)} goes back from ${formatAddress(own)}`, sent };
  }
}

/** One packet under way. */
class Walk {
  #transitUs = 0;
  #answer: Journey | undefined;
  private readonly recorder: HopRecorder | undefined;

  constructor(
    private readonly datapath: Datapath,
    private readonly kernels: Kernels,
    private readonly options: SendOptions,
    private readonly journey?: JourneyRecorder,
  ) {
    this.recorder = options.trace ? new HopRecorder(kernels.topology) : undefined;
  }

  run(netns: string, packet: Packet, cause: Skb | undefined): Journey {
    this.recorder?.enter(netns, packet);
    let next: Position | JourneyEnd = this.#output(netns, packet, cause);
    // Every forwarding takes one from the TTL, so this ends.
    while (!('kind' in next)) {
      const arrived = this.#transmit(next);
      next = 'kind' in arrived ? arrived : this.#receive(arrived.skb, arrived.link, arrived.looped);
    }
    this.recorder?.leave(packet);
    if (next.kind === 'lost') this.recorder?.step({ kind: 'drop', note: next.reason });
    return {
      end: next,
      transitUs: this.#transitUs,
      hops: this.recorder?.hops ?? [],
      ...(this.#answer && { answer: this.#answer }),
    };
  }

  /** ip_local_out: OUTPUT, and a new route when it changed the destination (ip_route_me_harder). */
  #output(netns: string, packet: Packet, cause: Skb | undefined): Position | Lost {
    const route = this.#route(netns, packet.dst, true);
    if (!route) return this.#noRoute(netns, packet.dst);
    const skb: Skb = { packet, mark: 0, inIface: '', outIface: route.dev };
    if (cause) this.kernels.filter.attach(skb, cause);
    const destination = packet.dst;
    const diverted = this.#hook(netns, 'OUTPUT', skb);
    if (diverted) return diverted;
    if (sameAddress(packet.dst, destination)) return { netns, skb, route };
    const rerouted = this.#route(netns, packet.dst);
    if (!rerouted) return this.#noRoute(netns, packet.dst);
    if (isLoopback(packet.src) && rerouted.dev !== 'lo' && !this.kernels.topology.arrivalChecks(netns, rerouted.dev).routeLocalnet) {
      return lost(netns, 'dropped', `martian source: 127.0.0.0/8 may not leave by ${rerouted.dev} while route_localnet is 0`);
    }
    return { netns, skb, route: rerouted };
  }

  /** ip_output: POSTROUTING, then the cable. */
  #transmit({ netns, skb, route }: Position): { skb: Skb; link: LinkRecord; looped: boolean } | Lost {
    skb.outIface = route.dev;
    const refused = this.#hook(netns, 'POSTROUTING', skb);
    if (refused && 'kind' in refused) return refused;
    const link = this.kernels.topology.link(netns, route.dev);
    if (!link?.up) return lost(netns, 'dropped', `${route.dev} is down`);
    if (link.kind === 'loopback') {
      this.#transitUs += LOOPBACK_US + this.options.jitter.below(LOOPBACK_JITTER_US);
      this.recorder?.step({ kind: 'transmit', iface: 'lo', to: 'this same kernel', packet: { ...skb.packet } });
      this.journey?.looped();
      // The buffer itself comes back: mark and connection stay with it.
      skb.inIface = 'lo';
      skb.outIface = '';
      return { skb, link, looped: true };
    }
    if (route.kind === 'broadcast') return lost(netns, 'dropped', `broadcasts are not carried: ${formatAddress(skb.packet.dst)}`);
    const station = this.kernels.neighbours.resolve(link, route.nexthop);
    if (!station) return this.#deadNeighbour(netns, skb, route);
    this.#transitUs += cableUs(this.options.jitter);
    if (route.redirectedUntilUs !== undefined) this.journey?.redirected();
    this.journey?.crossed(link, route.nexthop, skb.packet, station.link.netns);
    this.recorder?.step({ kind: 'transmit', iface: route.dev, to: station.description, packet: { ...skb.packet } });
    this.recorder?.leave(skb.packet);
    this.recorder?.enter(station.link.netns, skb.packet, station.link.name);
    // Another kernel: mark and connection do not cross (skb_scrub_packet).
    return {
      skb: { packet: skb.packet, mark: 0, inIface: station.link.name, outIface: '', sourceMac: link.mac },
      link: station.link,
      looped: false,
    };
  }

  /** ip_rcv: PREROUTING, the route, then INPUT or FORWARD. */
  #receive(skb: Skb, { netns, name: iface }: LinkRecord, looped: boolean): Position | JourneyEnd {
    const { packet } = skb;
    this.recorder?.step({ kind: 'receive', iface, packet: { ...packet } });
    const dropped = this.#hook(netns, 'PREROUTING', skb);
    if (dropped) return dropped;
    const refusal = looped ? undefined : this.kernels.routing.refuseArrival(netns, iface, packet.src, packet.dst);
    if (refusal) return lost(netns, 'dropped', refusal);
    const route = this.#route(netns, packet.dst);
    if (route?.kind === 'local') return this.#deliver(netns, skb);
    if (this.kernels.topology.sysctl(netns, 'net.ipv4.ip_forward') !== '1') {
      return lost(netns, 'dropped', `${formatAddress(packet.dst)} is not an address of this kernel and ip_forward is 0`);
    }
    return route ? this.#forward(netns, skb, route) : this.#noRoute(netns, packet.dst, skb);
  }

  #deliver(netns: string, skb: Skb): Position | JourneyEnd {
    const diverted = this.#hook(netns, 'INPUT', skb);
    if (diverted) return diverted;
    if (skb.packet.protocol === ICMP && skb.packet.icmpType === REDIRECT) this.#heed(netns, skb);
    return { kind: 'delivered', netns, packet: skb.packet };
  }

  /** ip_forward: the TTL comes before the hook. */
  #forward(netns: string, skb: Skb, route: RouteDecision): Position | Lost {
    const died = this.#takeHop(netns, skb);
    if (died) return died;
    this.#redirect(netns, skb, route);
    skb.outIface = route.dev;
    return this.#hook(netns, 'FORWARD', skb) ?? { netns, skb, route };
  }

  /** ip_rt_send_redirect: a neighbour whose packet leaves by where it came in could have asked the next router itself. */
  #redirect(netns: string, skb: Skb, { kind, dev, nexthop }: RouteDecision): void {
    const { topology, routing, redirects } = this.kernels;
    const { packet } = skb;
    if (kind !== 'unicast' || dev !== skb.inIface || !isIpv4(nexthop) || !topology.sendsRedirects(netns, dev)) return;
    const back = routing.lookup(netns, packet.src);
    if (back?.dev !== dev || !sameAddress(back.nexthop, packet.src) || !deservesError(packet)) return;
    this.journey?.redirected();
    if (!redirects.mayTell(netns, packet.src)) return;
    const told = icmpRedirect(back.source ?? packet.dst, packet, nexthop);
    const note = `ICMP redirect: ${formatAddress(packet.dst)} is reached by ${formatAddress(nexthop)} without this router`;
    this.recorder?.step({ kind: 'answer', packet: { ...told }, note });
    this.datapath.send(netns, told, this.options, skb);
  }

  /** __ip_do_redirect: believed when it comes from the router in use and speaks of a neighbour; one not known yet is asked for first. */
  #heed(netns: string, { packet, inIface }: Skb): void {
    const { topology, routing, neighbours, redirects } = this.kernels;
    const destination = packet.inner?.dst;
    const link = topology.link(netns, inIface);
    if (destination === undefined || !link || !topology.acceptsRedirects(netns, inIface)) return;
    const gateway = redirectGateway(packet);
    const route = routing.lookup(netns, destination);
    if (route?.dev !== inIface || !sameAddress(route.nexthop, packet.src) || routing.addressType(netns, gateway) !== 'UNICAST') return;
    if (neighbours.isKnown(link, gateway)) redirects.learn(netns, destination, route.nexthop, gateway);
    else neighbours.resolve(link, gateway);
  }

  /** Takes one from the TTL, or ends the packet where none is left. */
  #takeHop(netns: string, skb: Skb): Lost | undefined {
    const { packet } = skb;
    if (packet.ttl > 1) {
      packet.ttl--;
      this.journey?.forwarded();
      return undefined;
    }
    const note = this.#sendError(netns, skb, TIME_EXCEEDED, 0);
    return lost(netns, 'hop limit', `the packet's time to live ran out; ${note}`);
  }

  /** What the virtual server took off goes on from here: a route of its own, OUTPUT, POSTROUTING (ip_vs_nat_send_or_cont). */
  #sendOn(netns: string, skb: Skb, server: Address): Position | Lost {
    const route = this.#route(netns, server);
    if (!route) return this.#noRoute(netns, server, skb);
    const died = this.#takeHop(netns, skb);
    if (died) return died;
    skb.inIface = '';
    skb.outIface = route.dev;
    return this.#hook(netns, 'OUTPUT', skb) ?? { netns, skb, route };
  }

  /** `own`: the kernel sends this itself, so the route's source address matters. */
  #route(netns: string, destination: Address, own = false): RouteDecision | undefined {
    const route = this.kernels.routing.lookup(netns, destination);
    this.recorder?.step({
      kind: 'route',
      destination,
      route: route?.text ?? null,
      outIface: route?.dev ?? null,
      ...(own && route?.source !== undefined && { source: route.source }),
      note: !route ? 'no route' : route.kind === 'local' ? 'an address of this kernel: local delivery' : '',
    });
    return route;
  }

  /** Runs one hook; `undefined` lets the packet go on by the way that it is on. */
  #hook(netns: string, hook: Hook, skb: Skb): Position | Lost | undefined {
    this.recorder?.hook(hook, skb.packet);
    const verdict = this.kernels.filter.hook(netns, hook, skb, this.recorder?.tracer, this.journey?.passage);
    if (verdict.kind === 'ACCEPT') return undefined;
    if (verdict.kind === 'STOLEN') return this.#sendOn(netns, skb, verdict.towards);
    const by = describeJudge(verdict.by, hook);
    // sendto() says EPERM; TCP takes no notice and tries again.
    const errno = hook === 'OUTPUT' && skb.packet.protocol !== TCP ? ({ errno: 'EPERM' } as const) : {};
    if (verdict.kind === 'DROP') return { ...lost(netns, 'dropped', `dropped in ${hook} by ${by}`), ...errno };
    const note = this.#reject(netns, hook, skb, verdict.with);
    return { ...lost(netns, 'rejected', `rejected in ${hook} by ${by}; ${note}`), ...errno };
  }

  #reject(netns: string, hook: Hook, skb: Skb, reject: RejectWith): string {
    const { packet } = skb;
    // While it answers an echo request, the kernel's one ICMP socket is taken (icmp_xmit_lock).
    if (hook === 'OUTPUT' && packet.protocol === ICMP && packet.icmpType === ECHO_REPLY) return 'no ICMP error answers an echo reply here';
    if (reject !== 'tcp-reset') return this.#sendError(netns, skb, UNREACHABLE, rejectCode(reject));
    if (packet.protocol !== TCP) return 'a TCP reset answers TCP alone';
    if (packet.tcpFlags & RST) return 'no reset answers a reset';
    const note = 'a TCP reset goes back';
    const reset = resetFor(packet);
    this.recorder?.step({ kind: 'answer', packet: { ...reset }, note });
    this.#answer = this.datapath.send(netns, reset, this.options, skb);
    return note;
  }

  /** Returns what became of the error, for the reason. */
  #sendError(netns: string, about: Skb, type: number, code: number): string {
    const { note, sent } = this.datapath.sendError(netns, about.packet, type, code, this.options, about);
    if (sent) {
      this.recorder?.step({ kind: 'answer', packet: sent.packet, note });
      this.#answer = sent.journey;
    }
    return note;
  }

  /** Outside the simulated world, an unreachable network, or the sender's own ENETUNREACH; `arrived` came from another kernel. */
  #noRoute(netns: string, destination: Address, arrived?: Skb): Lost {
    const to = formatAddress(destination);
    if (this.kernels.topology.namespace(netns)?.uplink === 'blackhole') {
      return lost(netns, 'timed out', `${to} left through the docker host's uplink; nobody out there answers`);
    }
    if (!arrived) return { ...lost(netns, 'no route', `no route to ${to}`), errno: 'ENETUNREACH' };
    return lost(netns, 'no route', `no route to ${to}; ${this.#sendError(netns, arrived, UNREACHABLE, NET_UNREACHABLE)}`);
  }

  /** The packet waits while ARP asks three times, then its sender is told (arp_error_report). */
  #deadNeighbour(netns: string, skb: Skb, { nexthop, dev }: RouteDecision): Lost {
    this.#transitUs += ARP_FAILURE_US;
    const note = this.#sendError(netns, skb, UNREACHABLE, HOST_UNREACHABLE);
    return lost(netns, 'unreachable', `nobody answers ARP for ${formatAddress(nexthop)} on ${dev}; ${note}`);
  }
}

const lost = (netns: string, disposition: Disposition, reason: string): Lost => ({ kind: 'lost', netns, disposition, reason });

function describeJudge(by: RuleReference | 'policy' | 'conntrack' | 'ipvs', hook: Hook): string {
  if (by === 'policy') return `the policy of chain ${hook}`;
  if (by === 'conntrack') return 'connection tracking';
  if (by === 'ipvs') return 'the virtual server (IPVS)';
  return `rule ${by.number} of chain ${by.chain} in table ${by.table}: ${by.text}`;
}
