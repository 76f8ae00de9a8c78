import type { Sim } from '@svclab/sim';
import { formatAddress } from '@svclab/wire';
import { isExpired, STATUS, type ConntrackEntry, type Tuple } from '../conntrack/entry.js';

/**
 * Connections whose source NAT has rewritten, by the source they had (Linux: `nf_nat_bysource`). What keeps its source
 * is of no interest: whoever looks here asks for another one.
 */
export class TranslatedSources {
  readonly #entries = new Map<string, ConntrackEntry[]>();

  constructor(private readonly sim: Sim) {
    sim.store.table<ConntrackEntry>('nf.conntrack').subscribe((key, before, after) => {
      const netns = key.slice(0, key.lastIndexOf('|'));
      if (before && isTranslated(before)) this.#remove(netns, before);
      if (after && isTranslated(after)) this.#add(netns, after);
    });
  }

  /** Connections of the same client port, newest first. */
  of(netns: string, source: Tuple): ConntrackEntry[] {
    const nowUs = this.sim.nowUs;
    const entries = this.#entries.get(keyOf(netns, source)) ?? [];
    return entries.filter((entry) => !isExpired(entry, nowUs)).sort((a, b) => b.id - a.id);
  }

  #add(netns: string, entry: ConntrackEntry): void {
    const key = keyOf(netns, entry.original);
    const entries = this.#entries.get(key);
    if (entries) entries.push(entry);
    else this.#entries.set(key, [entry]);
  }

  #remove(netns: string, { id, original }: ConntrackEntry): void {
    const key = keyOf(netns, original);
    const rest = this.#entries.get(key)?.filter((entry) => entry.id !== id) ?? [];
    if (rest.length > 0) this.#entries.set(key, rest);
    else this.#entries.delete(key);
  }
}

const isTranslated = (entry: ConntrackEntry): boolean => (entry.status & STATUS.SRC_NAT) !== 0;

const keyOf = (netns: string, { protocol, src, sport }: Tuple): string => `${netns}|${protocol}|${formatAddress(src)}|${sport}`;
