import type { Sim } from '@svclab/sim';
import { ICMP, isIpv4, type Address, type Packet } from '@svclab/wire';
import type { Conntrack, Found } from '../conntrack/conntrack.js';
import { STATUS, tupleOf, type ConntrackEntry, type Direction, type Tuple } from '../conntrack/entry.js';
import { hasPorts, invert, sameTuple } from '../conntrack/tuple.js';
import type { Chance, Skb } from '../types.js';
import { chooseByHash } from './address-hash.js';
import { TranslatedSources } from './translated-sources.js';

/** Which end of a packet NAT rewrites (Linux: `enum nf_nat_manip_type`). */
export type Manip = 'SRC' | 'DST';

/** What a NAT target allows (Linux: `struct nf_nat_range2`). */
export interface NatRange {
  /** First and last address; absent: keep the one there is. */
  readonly addresses?: readonly [Address, Address];
  /** First and last port. */
  readonly ports?: readonly [number, number];
  /** `:80-90/5`: the port that becomes the first of the range, the next the second, and so on. */
  readonly basePort?: number;
  /** `--random` and `--random-fully`: never keep the port. */
  readonly random?: boolean;
  readonly persistent?: boolean;
}

const DONE = { SRC: STATUS.SRC_NAT_DONE, DST: STATUS.DST_NAT_DONE } as const;
const REWRITES = { SRC: STATUS.SRC_NAT, DST: STATUS.DST_NAT } as const;
const SETTLED = STATUS.SRC_NAT_DONE | STATUS.DST_NAT_DONE;
const ICMP_REDIRECT = 5;
const OTHER = { SRC: 'DST', DST: 'SRC' } as const;
const OPPOSITE = { ORIGINAL: 'REPLY', REPLY: 'ORIGINAL' } as const;

/** Port numbers tried before giving up (Linux: `NF_NAT_MAX_ATTEMPTS`). */
const MOST_ATTEMPTS = 128;

/** Address translation (Linux: net/netfilter/nf_nat_core.c). The first packet decides; conntrack remembers. */
export class Nat {
  readonly #sources: TranslatedSources;

  constructor(
    sim: Sim,
    private readonly conntrack: Conntrack,
    private readonly chance: () => Chance,
  ) {
    this.#sources = new TranslatedSources(sim);
  }

  isDecided(entry: ConntrackEntry, manip: Manip): boolean {
    return (entry.status & DONE[manip]) !== 0;
  }

  /** `nf_nat_setup_info`: settles how this connection's packets are rewritten at one end. */
  setup(netns: string, entry: ConntrackEntry, range: NatRange, manip: Manip): void {
    if (entry.status & STATUS.CONFIRMED) return;
    const current = invert(entry.reply);
    const chosen = this.#uniqueTuple(netns, entry, current, range, manip);
    if (!sameTuple(chosen, current)) {
      entry.reply = invert(chosen);
      entry.status |= REWRITES[manip];
    }
    entry.status |= DONE[manip];
  }

  /** `nf_nat_alloc_null_binding`: no rule asked for NAT, but the source port still changes if answers could be mistaken. */
  bindNull(netns: string, entry: ConntrackEntry, manip: Manip): void {
    this.setup(netns, entry, {}, manip);
  }

  /** `nf_nat_packet`: rewrites a packet as its connection says. Returns whether anything changed. */
  apply(skb: Skb, manip: Manip): boolean {
    const { entry, direction } = skb.ct!;
    if (!isRewritten(entry, direction, manip)) return false;
    rewrite(skb.packet, translated({ entry, direction }), manip);
    return true;
  }

  /**
   * `nf_nat_icmp_reply_translation`: an ICMP error is rewritten outside as an answer of its
   * connection, and inside so that the sender recognises the packet as it sent it.
   */
  applyToIcmpError(skb: Skb, manip: Manip): boolean {
    const { entry, direction } = skb.ct!;
    if (!isRewritten(entry, direction, manip)) return false;
    const other = tupleOf(entry, OPPOSITE[direction]);
    const inner = { ...skb.packet.inner! };
    rewrite(inner, other, OTHER[manip]);
    skb.packet.inner = inner;
    if (manip === 'SRC') skb.packet.src = other.dst;
    else skb.packet.dst = other.src;
    return true;
  }

  /** A redirect about a translated connection would make its two ends talk past the translation. */
  passesIcmpError({ packet, ct }: Skb): boolean {
    if (packet.icmpType !== ICMP_REDIRECT) return true;
    const { status } = ct!.entry;
    return (status & SETTLED) === SETTLED && !(status & (STATUS.SRC_NAT | STATUS.DST_NAT));
  }

  /** `get_unique_tuple`. */
  #uniqueTuple(netns: string, entry: ConntrackEntry, current: Tuple, range: NatRange, manip: Manip): Tuple {
    const kept = manip === 'SRC' && !range.random ? this.#familiarSource(netns, current, range) : undefined;
    if (kept && !this.conntrack.isTaken(netns, kept, entry)) return kept;
    const tuple = withAddress(current, chooseAddress(current, range), manip);
    if (!range.random) {
      const portFits = !range.ports || portInRange(tuple, range.ports, manip);
      const onlyPort = range.ports !== undefined && range.ports[0] === range.ports[1];
      if (portFits && (onlyPort || !this.conntrack.isTaken(netns, tuple, entry))) return tuple;
    }
    return this.#freePort(netns, entry, tuple, range, manip);
  }

  /** The source as it is if that will do, else what another connection of the same client port was given (`find_appropriate_src`). */
  #familiarSource(netns: string, current: Tuple, range: NatRange): Tuple | undefined {
    if (inRange(current, range, 'SRC')) return current;
    for (const { reply } of this.#sources.of(netns, current)) {
      const { src, sport } = invert(reply);
      const candidate = { ...current, src, sport };
      if (inRange(candidate, range, 'SRC')) return candidate;
    }
    return undefined;
  }

  /** `nf_nat_l4proto_unique_tuple`: the first free port of the range, starting at a random one. */
  #freePort(netns: string, entry: ConntrackEntry, tuple: Tuple, range: NatRange, manip: Manip): Tuple {
    const ports = portRange(tuple, range, manip);
    if (!ports) return tuple;
    const [first, last] = ports;
    const size = last - first + 1;
    let offset = this.#firstOffset(tuple, range, manip);
    let candidate = tuple;
    for (let attempts = Math.min(size, MOST_ATTEMPTS); ; attempts >>>= 1) {
      for (let i = 0; i < attempts; i++, offset++) {
        candidate = withPort(tuple, first + (offset % size), manip);
        if (!this.conntrack.isTaken(netns, candidate, entry)) return candidate;
      }
      // The kernel, too, goes on with a port that is taken; confirming the entry then fails.
      if (attempts >= size || attempts < 16) return candidate;
      offset = this.#randomOffset();
    }
  }

  #firstOffset(tuple: Tuple, { basePort, random }: NatRange, manip: Manip): number {
    if (basePort !== undefined) return (portOf(tuple, manip) - basePort) & 0xffff;
    return random || manip === 'SRC' ? this.#randomOffset() : 0;
  }

  #randomOffset(): number {
    return this.chance().u32() & 0xffff;
  }
}

/** What a packet of a connection carries once both of its ends are rewritten. */
export const translated = ({ entry, direction }: Found): Tuple => invert(tupleOf(entry, OPPOSITE[direction]));

/** Packets of the reply direction are rewritten at the other end. */
function isRewritten(entry: ConntrackEntry, direction: Direction, manip: Manip): boolean {
  return (entry.status & REWRITES[direction === 'ORIGINAL' ? manip : OTHER[manip]]) !== 0;
}

function rewrite(packet: Packet, target: Tuple, manip: Manip): void {
  if (manip === 'SRC') packet.src = target.src;
  else packet.dst = target.dst;
  if (packet.protocol === ICMP) packet.icmpId = target.sport;
  else if (manip === 'SRC') packet.sport = target.sport;
  else packet.dport = target.dport;
}

const portOf = (tuple: Tuple, manip: Manip): number => (manip === 'SRC' || tuple.protocol === ICMP ? tuple.sport : tuple.dport);

const withPort = (tuple: Tuple, port: number, manip: Manip): Tuple =>
  manip === 'SRC' || tuple.protocol === ICMP ? { ...tuple, sport: port } : { ...tuple, dport: port };

function withAddress(tuple: Tuple, address: Address | undefined, manip: Manip): Tuple {
  if (address === undefined) return tuple;
  return manip === 'SRC' ? { ...tuple, src: address } : { ...tuple, dst: address };
}

function portInRange(tuple: Tuple, [first, last]: readonly [number, number], manip: Manip): boolean {
  const port = portOf(tuple, manip);
  return port >= first && port <= last;
}

function inRange(tuple: Tuple, range: NatRange, manip: Manip): boolean {
  if (range.addresses) {
    const address = manip === 'SRC' ? tuple.src : tuple.dst;
    const [first, last] = range.addresses;
    if (!isIpv4(address) || !isIpv4(first) || !isIpv4(last) || address < first || address > last) return false;
  }
  return !range.ports || portInRange(tuple, range.ports, manip);
}

/** `find_best_ips_proto`: one client keeps one address of a range. */
function chooseAddress(tuple: Tuple, range: NatRange): Address | undefined {
  if (!range.addresses) return undefined;
  const [first, last] = range.addresses;
  if (!isIpv4(first) || !isIpv4(last) || !isIpv4(tuple.src) || !isIpv4(tuple.dst) || first === last) return first;
  // A range that is the wrong way round goes on past the last address there is.
  const count = ((last - first) >>> 0) + 1;
  return (first + chooseByHash(tuple.src, range.persistent ? undefined : tuple.dst, count)) >>> 0;
}

/** The ports to choose from, `undefined` where the port cannot change. */
function portRange(tuple: Tuple, range: NatRange, manip: Manip): readonly [number, number] | undefined {
  if (!hasPorts(tuple.protocol) && tuple.protocol !== ICMP) return undefined;
  if (range.ports) return range.ports;
  if (tuple.protocol === ICMP) return [0, 65_535];
  if (manip === 'DST') return undefined;
  if (tuple.sport >= 1024) return [1024, 65_535];
  // Ports below 512 once proved that root was asking, so they stay among themselves.
  return tuple.sport < 512 ? [1, 511] : [600, 1023];
}
