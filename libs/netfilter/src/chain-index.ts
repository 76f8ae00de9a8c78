import { mix32 } from '@svclab/sim';
import { isIpv4, type Packet } from '@svclab/wire';
import type { Rule } from './iptables/rule.js';

/** Shorter chains are walked faster than they are looked up. */
const SHORTEST_INDEXED = 16;

const NONE: readonly number[] = [];

/**
 * Finds the rules of a long chain that a packet may match, so that one of 10,000 Services costs what one of 10 does. A
 * rule that asks for one destination address or one destination port can match no other packet, and is left out for
 * those; every rule that is not left out is tried whole and in its place, so the first match and all counters, draws and
 * time stamps are those of the linear walk. Nothing but a rule's place in the chain is kept here.
 */
export class ChainIndex {
  /** Positions of rules, ascending, by {@link addressKey} or {@link portKey}. Keys may collide: that costs a try and no more. */
  readonly #byKey = new Map<number, number[]>();
  /** Rules that any packet may match, as far as can be told from here. */
  readonly #always: number[] = [];
  readonly #length: number;

  private constructor(rules: readonly Rule[]) {
    this.#length = rules.length;
    for (let position = 0; position < rules.length; position++) this.#add(rules[position]!, position);
  }

  /** `undefined` for a chain that is better walked. */
  static of(rules: readonly Rule[]): ChainIndex | undefined {
    return rules.length < SHORTEST_INDEXED ? undefined : new ChainIndex(rules);
  }

  /** The first rule from `position` on that `packet` may match; the chain's length when there is none. */
  next(packet: Packet, position: number): number {
    const { dst, protocol, dport } = packet;
    let next = firstFrom(this.#always, position, this.#length);
    next = firstFrom(this.#byKey.get(portKey(ANY_ADDRESS, protocol, dport)) ?? NONE, position, next);
    if (!isIpv4(dst)) return next;
    next = firstFrom(this.#byKey.get(addressKey(dst)) ?? NONE, position, next);
    return firstFrom(this.#byKey.get(portKey(dst, protocol, dport)) ?? NONE, position, next);
  }

  #add(rule: Rule, position: number): void {
    const { destination, protocol, protocolInverted } = rule.head;
    const address = destination.mask === 0xffffffff && !destination.inverted ? destination.value : undefined;
    const port = protocol === 0 || protocolInverted ? undefined : portBeforeEffects(rule);
    if (port !== undefined) this.#put(portKey(address ?? ANY_ADDRESS, protocol, port), position);
    else if (address !== undefined) this.#put(addressKey(address), position);
    else this.#always.push(position);
  }

  #put(key: number, position: number): void {
    const positions = this.#byKey.get(key);
    if (positions) positions.push(position);
    else this.#byKey.set(key, [position]);
  }
}

/** The port that the rule asks for before any match that draws, counts or notes something. */
function portBeforeEffects({ matches }: Rule): number | undefined {
  for (const match of matches) {
    if (match.reads === undefined) return undefined;
    if (match.destinationPort !== undefined) return match.destinationPort;
  }
  return undefined;
}

/** Stands for no address: keys of rules that ask for a port alone. */
const ANY_ADDRESS = -1;

/** 30 bits, which engines keep as small integers. */
const addressKey = (address: number): number => mix32(address) >>> 2;

const portKey = (address: number, protocol: number, port: number): number =>
  mix32(Math.imul(address, 0x9e3779b1) ^ Math.imul((protocol << 16) ^ port, 0x85ebca77)) >>> 2;

/** The first of ascending `positions` that is at least `from` and less than `limit`, else `limit`. */
function firstFrom(positions: readonly number[], from: number, limit: number): number {
  let low = 0;
  let high = positions.length;
  // Most lists hold one position or two.
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (positions[middle]! < from) low = middle + 1;
    else high = middle;
  }
  const found = positions[low];
  return found !== undefined && found < limit ? found : limit;
}
