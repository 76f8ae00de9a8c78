import type { Sim, Table } from '@svclab/sim';
import { formatAddress, sameAddress, type Address } from '@svclab/wire';

/** Addresses a list holds, and time stamps an address keeps (module parameters `ip_list_tot`, `ip_pkt_list_tot` rounded). */
const MOST_ADDRESSES = 100;
const MOST_STAMPS = 32;
/** Kernel ticks per second, and their count at start (it overflows after five minutes, to find bugs). */
const HZ = 250;
const INITIAL_JIFFIES = 2 ** 32 - 300 * HZ;

interface RecentEntry {
  readonly address: Address;
  ttl: number;
  /** A ring: `index` is where the next one goes. */
  stampsUs: number[];
  index: number;
}

/** Least recently seen first. Table `nf.recent`, key = `<netns>|<list>`. */
interface RecentList {
  entries: RecentEntry[];
  /** Rules name it since then. */
  readonly sinceUs: number;
}

/** What `-m recent` asks of a list (Linux: `struct xt_recent_mtinfo_v1`). */
export interface RecentCheck {
  readonly action: 'set' | 'rcheck' | 'update' | 'remove';
  /** 0: any age. */
  readonly seconds: number;
  /** 0: once is enough. */
  readonly hitCount: number;
  readonly reap: boolean;
  /** `--rttl`: the hop limit must be the remembered one. */
  readonly matchTtl: boolean;
}

/** Lists of recently seen addresses (Linux: net/netfilter/xt_recent.c). A list lives as long as a rule names it. */
export class RecentLists {
  readonly #lists: Table<RecentList>;

  constructor(private readonly sim: Sim) {
    this.#lists = sim.store.table('nf.recent');
  }

  /** Whether `address` meets `check`, and what that changes in the list. */
  check(netns: string, name: string, check: RecentCheck, address: Address, ttl: number): boolean {
    const list = this.#lists.get(key(netns, name));
    if (!list) return false;
    const entry = list.entries.find((e) => sameAddress(e.address, address) && (!check.matchTtl || e.ttl === ttl));
    if (check.action === 'set') {
      this.#set(netns, name, address, ttl);
      return true;
    }
    if (!entry) return false;
    if (check.action === 'remove') {
      this.#drop(netns, name, entry);
      return true;
    }
    const sinceUs = check.seconds === 0 ? -Infinity : this.sim.nowUs - check.seconds * 1_000_000;
    const matched = entry.stampsUs.filter((stampUs) => stampUs >= sinceUs).length >= Math.max(check.hitCount, 1);
    const updates = check.action === 'update' && matched;
    if (check.reap) this.#reap(netns, name, sinceUs, updates ? entry : undefined);
    if (updates) this.#set(netns, name, address, ttl);
    return matched;
  }

  /** Makes the lists that rules name and forgets the others. */
  retain(netns: string, names: ReadonlySet<string>): void {
    for (const listKey of this.#lists.keysWithPrefix(`${netns}|`)) {
      if (!names.has(listKey.slice(netns.length + 1))) this.#lists.delete(listKey);
    }
    for (const name of [...names].sort()) {
      if (!this.#lists.has(key(netns, name))) this.#lists.put(key(netns, name), { entries: [], sinceUs: this.sim.nowUs });
    }
  }

  /** `/proc/net/xt_recent/<name>`. */
  file(netns: string, name: string): string | undefined {
    const list = this.#lists.get(key(netns, name));
    if (!list) return undefined;
    // Simplification: jiffies count from the moment the list came to be, not from the node's start.
    const jiffies = (stampUs: number): number => INITIAL_JIFFIES + Math.floor(((stampUs - list.sinceUs) * HZ) / 1_000_000);
    return list.entries
      .map((entry) => {
        const lastSeen = jiffies(entry.stampsUs[(entry.index + MOST_STAMPS - 1) % MOST_STAMPS]!);
        const stamps = entry.stampsUs.map(jiffies).join(', ');
        return `src=${formatAddress(entry.address)} ttl: ${entry.ttl} last_seen: ${lastSeen} oldest_pkt: ${entry.index} ${stamps}\n`;
      })
      .join('');
  }

  /** Names of a namespace's lists, in order. */
  names(netns: string): string[] {
    return this.#lists.keysWithPrefix(`${netns}|`).map((listKey) => listKey.slice(netns.length + 1));
  }

  #set(netns: string, name: string, address: Address, ttl: number): void {
    const { entries } = this.#lists.edit(key(netns, name));
    const position = entries.findIndex((entry) => sameAddress(entry.address, address));
    if (position < 0) {
      if (entries.length >= MOST_ADDRESSES) entries.shift();
      entries.push({ address, ttl, stampsUs: [this.sim.nowUs], index: 1 });
      return;
    }
    const entry = entries.splice(position, 1)[0]!;
    entry.index %= MOST_STAMPS;
    entry.stampsUs[entry.index++] = this.sim.nowUs;
    entry.ttl = ttl;
    entries.push(entry);
  }

  #drop(netns: string, name: string, entry: RecentEntry): void {
    const { entries } = this.#lists.edit(key(netns, name));
    entries.splice(
      entries.findIndex((other) => sameAddress(other.address, entry.address)),
      1,
    );
  }

  /** Drops one address at most: the least recently seen, if it was last seen before `sinceUs`. */
  #reap(netns: string, name: string, sinceUs: number, working: RecentEntry | undefined): void {
    const oldest = this.#lists.get(key(netns, name))!.entries[0];
    if (!oldest || oldest === working) return;
    if (oldest.stampsUs[oldest.index - 1]! < sinceUs) this.#drop(netns, name, oldest);
  }
}

const key = (netns: string, name: string): string => `${netns}|${name}`;
