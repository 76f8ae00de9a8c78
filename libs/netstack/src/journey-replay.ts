import { PassageRecorder, type ClientPort, type Netfilter, type Passage, type Passing, type Tuple } from '@svclab/netfilter';
import { ACK, sameAddress, TCP, type Packet } from '@svclab/wire';
import { cableUs, MOST_CABLE_US, type Jitter } from './cable.js';
import type { Journey } from './datapath.js';
import type { Neighbours } from './neighbours.js';
import type { RouteDecision } from './routing.js';
import type { Side } from './tcp-segment.js';
import type { LinkRecord } from './types.js';

/** What netfilter offers for packets that go the way of others. */
export type PassageFilter = Pick<Netfilter, 'passing' | 'pass' | 'mayPassTogether' | 'passTogether'>;

/** One namespace of a recorded way. */
interface Stage {
  readonly passage: Passage;
  /** What the packet must carry when it leaves, its client's port apart. */
  readonly leaves: Ends;
  readonly isForwarded: boolean;
  /** The cable that it leaves by, and the neighbour it is handed to; absent where it is delivered. */
  readonly exit?: { readonly link: LinkRecord; readonly nexthop: RouteDecision['nexthop'] };
}

type Ends = Pick<Tuple, 'src' | 'dst' | 'sport' | 'dport'>;

/**
 * The way that an ordinary segment of an established TCP connection took, to be taken again by others: of the same
 * connection, or of one that differs in its client's port alone. Each namespace's conntrack is asked anew; only what rests
 * on addresses, routes and rules is taken as known. Anything unusual makes the segment walk by itself.
 */
export class RecordedJourney {
  readonly #passings: Passing[] = [];

  constructor(
    private readonly netns: string,
    private readonly starts: Ends & Pick<Packet, 'ttl'>,
    private readonly stages: readonly Stage[],
    private readonly clientPort: ClientPort,
  ) {}

  /** Takes `packet` along; `undefined`, and nothing changed, where it must walk. */
  replay(packet: Packet, filter: PassageFilter, neighbours: Neighbours, jitter: Jitter): Journey | undefined {
    if (!this.#isAlike(packet, filter)) return undefined;
    let transitUs = 0;
    for (let i = 0; i < this.stages.length; i++) {
      const { isForwarded, exit } = this.stages[i]!;
      const passing = this.#passings[i]!;
      filter.pass(passing, packet);
      const { src, dst, sport, dport } = passing.tuple;
      packet.src = src;
      packet.dst = dst;
      packet.sport = sport;
      packet.dport = dport;
      if (isForwarded) packet.ttl--;
      if (!exit) continue;
      neighbours.resolve(exit.link, exit.nexthop);
      transitUs += cableUs(jitter);
    }
    return { end: { kind: 'delivered', netns: this.netns, packet }, transitUs, hops: [] };
  }

  /** The longest that the way may take. */
  get mostUs(): number {
    return this.#cables() * MOST_CABLE_US;
  }

  /** What the way takes this time: the draws of one segment. */
  transitUs(jitter: Jitter): number {
    let us = 0;
    for (let cables = this.#cables(); cables > 0; cables--) us += cableUs(jitter);
    return us;
  }

  /** Whether no neighbour on the way needs looking for until `untilUs`. */
  knowsNeighbours(neighbours: Neighbours, untilUs: number): boolean {
    for (const { exit } of this.stages) if (exit && !neighbours.staysKnown(exit.link, exit.nexthop, untilUs)) return false;
    return true;
  }

  /** The connection of `side` in each namespace that its next ordinary segment would pass; `undefined` where that would walk. */
  meet(side: Side, filter: PassageFilter): readonly Passing[] | undefined {
    const { local, remote } = side;
    const tuple = { src: local.address, dst: remote.address, protocol: TCP, sport: local.port, dport: remote.port };
    return this.#sameEnds(tuple, this.starts) && this.#ask(tuple, ACK, filter) ? [...this.#passings] : undefined;
  }

  /** Every cable joins two namespaces. */
  #cables(): number {
    return this.stages.length - 1;
  }

  #isAlike(packet: Packet, filter: PassageFilter): boolean {
    if (packet.protocol !== TCP || packet.ttl !== this.starts.ttl || !this.#sameEnds(packet, this.starts)) return false;
    const { src, dst, sport, dport } = packet;
    return this.#ask({ src, dst, protocol: TCP, sport, dport }, packet.tcpFlags, filter);
  }

  /** Asks every namespace on the way before anything is changed. */
  #ask(first: Tuple, tcpFlags: number, filter: PassageFilter): boolean {
    let tuple = first;
    for (let i = 0; i < this.stages.length; i++) {
      const { passage, leaves } = this.stages[i]!;
      const passing = filter.passing(passage, tuple, tcpFlags);
      if (!passing || !this.#sameEnds(passing.tuple, leaves)) return false;
      this.#passings[i] = passing;
      tuple = passing.tuple;
    }
    return true;
  }

  #sameEnds(a: Ends, b: Ends): boolean {
    const samePort = this.clientPort === 'source' ? a.dport === b.dport : a.sport === b.sport;
    return samePort && sameAddress(a.src, b.src) && sameAddress(a.dst, b.dst);
  }
}

/** Writes down a packet's way while it walks. */
export class JourneyRecorder {
  readonly #stages: Stage[] = [];
  readonly #starts: Ends & Pick<Packet, 'ttl'>;
  #passage: PassageRecorder;
  #isForwarded = false;
  #isSpoilt = false;

  constructor(
    netns: string,
    packet: Packet,
    private readonly clientPort: ClientPort,
  ) {
    this.#starts = { ...endsOf(packet), ttl: packet.ttl };
    this.#passage = new PassageRecorder(netns, clientPort);
  }

  /** For the hooks of the namespace that the packet is in. */
  get passage(): PassageRecorder {
    return this.#passage;
  }

  forwarded(): void {
    this.#isForwarded = true;
  }

  /** Loopback brings a packet back with its connection: no further namespace, and not worth it. */
  looped(): void {
    this.#isSpoilt = true;
  }

  /** A router told the sender of a shorter way, or may do so, or the packet takes one for as long as it lasts: the next may go otherwise. */
  redirected(): void {
    this.#isSpoilt = true;
  }

  crossed(link: LinkRecord, nexthop: RouteDecision['nexthop'], packet: Packet, into: string): void {
    this.#leave(packet, { link, nexthop });
    this.#passage = new PassageRecorder(into, this.clientPort);
    this.#isForwarded = false;
  }

  /** The way as a whole; `null` when it cannot be taken again, `undefined` when the packet did not arrive. */
  finish(journey: Journey): RecordedJourney | null | undefined {
    const { end } = journey;
    if (end.kind !== 'delivered') return undefined;
    this.#leave(end.packet);
    return this.#isSpoilt ? null : new RecordedJourney(end.netns, this.#starts, this.#stages, this.clientPort);
  }

  #leave(packet: Packet, exit?: Stage['exit']): void {
    const { passage } = this.#passage;
    if (!passage) this.#isSpoilt = true;
    else this.#stages.push({ passage, leaves: endsOf(packet), isForwarded: this.#isForwarded, ...(exit && { exit }) });
  }
}

const endsOf = ({ src, dst, sport, dport }: Packet): Ends => ({ src, dst, sport, dport });
