import type { Sim, Table } from '@svclab/sim';
import type { Packet } from '@svclab/wire';
import type { ElementDescription, SetDescription } from './arguments.js';
import { IpSetError } from './error.js';
import { coveringElements, typeOf, type PacketSide } from './set-types.js';
import type { ElementRecord, IpSetRecord } from './types.js';

const HOST_LENGTH = 32;
const NO_SUCH_SET = 'The set with the given name does not exist';

/** What `-m set` and `-j SET` may ask beside the set's name. */
export interface SetLookup {
  /** `--return-nomatch`: an exception counts as found. */
  readonly returnNomatch: boolean;
  readonly updateCounters: boolean;
}

/** Named sets of addresses and ports that rules ask (Linux: net/netfilter/ipset). */
export class IpSets {
  readonly #sets: Table<IpSetRecord>;

  constructor(private readonly sim: Sim) {
    this.#sets = sim.store.table('nf.ipsets');
  }

  /** Names in the order of listings. */
  names(netns: string): string[] {
    const names = this.#sets.keysWithPrefix(`${netns}|`).map((key) => key.slice(netns.length + 1));
    return names.sort((a, b) => this.get(netns, a)!.index - this.get(netns, b)!.index);
  }

  get(netns: string, name: string): Readonly<IpSetRecord> | undefined {
    return this.#sets.get(keyOf(netns, name));
  }

  /** The set of this name. Throws {@link IpSetError} when there is none. */
  known(netns: string, name: string): Readonly<IpSetRecord> {
    const set = this.get(netns, name);
    if (!set) throw new IpSetError(NO_SUCH_SET);
    return set;
  }

  create(netns: string, name: string, set: SetDescription): void {
    const taken = new Set(this.names(netns).map((other) => this.get(netns, other)!.index));
    let index = 0;
    while (taken.has(index)) index++;
    const { hash, ...rest } = set;
    const seeded = hash && { hash: { ...hash, initval: hash.initval ?? this.sim.random('ipset').u32() } };
    this.#sets.put(keyOf(netns, name), { ...rest, ...seeded, index, elements: {} });
  }

  destroy(netns: string, name: string): void {
    this.#sets.delete(keyOf(netns, name));
  }

  rename(netns: string, from: string, to: string): void {
    const set = this.get(netns, from)!;
    this.destroy(netns, from);
    this.#sets.put(keyOf(netns, to), set);
  }

  /** Each gets the other's contents; rules keep the name they have. */
  swap(netns: string, one: string, other: string): void {
    const [first, second] = [this.get(netns, one)!, this.get(netns, other)!];
    this.#sets.put(keyOf(netns, one), { ...second, index: first.index });
    this.#sets.put(keyOf(netns, other), { ...first, index: second.index });
  }

  flush(netns: string, name: string): void {
    this.#sets.put(keyOf(netns, name), { ...this.get(netns, name)!, elements: {} });
  }

  /** The element, if it is there and has not timed out. */
  element(netns: string, name: string, key: string): Readonly<ElementRecord> | undefined {
    const set = this.get(netns, name);
    return set && this.#live(set, key);
  }

  /** Live elements, in no order. */
  elements(netns: string, name: string): string[] {
    const set = this.get(netns, name)!;
    return Object.keys(set.elements).filter((key) => this.#live(set, key));
  }

  /** `ipset test`: where elements end in networks, one that ends in an address is looked up as a packet's would be. */
  tests(netns: string, name: string, key: string): boolean {
    const set = this.get(netns, name)!;
    for (const covering of typeOf(set).networks ? coveringElements(key) : [key]) {
      const element = this.#live(set, covering);
      if (element) return !element.nomatch;
    }
    return false;
  }

  /** False when it is there already; then it changes only if `replace`. Throws {@link IpSetError}. */
  add(netns: string, name: string, key: string, element: ElementRecord, replace: boolean): boolean {
    const set = this.get(netns, name)!;
    const isThere = this.#live(set, key) !== undefined;
    if (isThere && !replace) return false;
    if (set.range && (Number(key) < set.range[0] || Number(key) > set.range[1])) {
      throw new IpSetError('Element is out of the range of the set');
    }
    if (!isThere && set.hash && this.elements(netns, name).length >= set.hash.maxElements) {
      throw new IpSetError('Hash is full, cannot add more elements');
    }
    this.#sets.edit(keyOf(netns, name)).elements[key] = element;
    return true;
  }

  /** False when it was not there. */
  remove(netns: string, name: string, key: string): boolean {
    if (this.element(netns, name, key) === undefined) return false;
    delete this.#sets.edit(keyOf(netns, name)).elements[key];
    return true;
  }

  /** `ip_set_test`: whether the packet is in the set, counting it if the set counts. */
  holds(netns: string, name: string, sides: readonly PacketSide[], asked: Packet, lookup: SetLookup): boolean {
    const set = this.get(netns, name);
    const type = set && typeOf(set);
    if (!type || sides.length < type.dimensions) return false;
    for (const key of type.candidates(asked, sides)) {
      const element = this.#live(set, key);
      if (!element) continue;
      if (element.nomatch) return lookup.returnNomatch;
      if (set.counters && lookup.updateCounters) {
        const counted = this.#sets.edit(keyOf(netns, name)).elements[key]!;
        counted.packets = (counted.packets ?? 0) + 1;
        counted.bytes = (counted.bytes ?? 0) + asked.length;
      }
      return true;
    }
    return false;
  }

  /**
   * The element by which a rule adds a packet or takes it out. Where networks are kept, that is one as long as the
   * longest already there (`INIT_CIDR` in ip_set_hash_net.c).
   */
  elementOf(set: Readonly<IpSetRecord>, asked: Packet, sides: readonly PacketSide[]): string | undefined {
    const type = typeOf(set);
    if (sides.length < type.dimensions) return undefined;
    return type.candidates(asked, sides)[type.networks ? HOST_LENGTH - longestNetwork(set) : 0];
  }

  /** An element as it is made now; `timeoutSeconds` 0 stays for ever, absent: the set's own. */
  fresh(set: Readonly<IpSetRecord>, given: ElementDescription = {}): ElementRecord {
    const seconds = set.timeoutSeconds === undefined ? 0 : (given.timeoutSeconds ?? set.timeoutSeconds);
    return {
      ...(seconds > 0 && { expiresUs: this.sim.nowUs + seconds * 1_000_000 }),
      ...(set.counters && { packets: given.packets ?? 0, bytes: given.bytes ?? 0 }),
      ...(given.comment !== undefined && { comment: given.comment }),
      ...(given.nomatch && { nomatch: true as const }),
    };
  }

  /** Forgets a namespace that goes away. */
  forget(netns: string): void {
    for (const key of this.#sets.keysWithPrefix(`${netns}|`)) this.#sets.delete(key);
  }

  #live(set: Readonly<IpSetRecord>, key: string): ElementRecord | undefined {
    const element = Object.hasOwn(set.elements, key) ? set.elements[key] : undefined;
    return element && (element.expiresUs ?? Infinity) > this.sim.nowUs ? element : undefined;
  }
}

const keyOf = (netns: string, name: string): string => `${netns}|${name}`;

function longestNetwork({ elements }: Readonly<IpSetRecord>): number {
  const lengths = Object.keys(elements).map((key) => Number(/\/(\d+)$/.exec(key)?.[1] ?? HOST_LENGTH));
  return lengths.length === 0 ? HOST_LENGTH : Math.max(...lengths);
}
