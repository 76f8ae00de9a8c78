import type { Sim, Table } from '@svclab/sim';
import type { ConntrackEvent } from './conntrack.js';

/** An event and when it happened. */
export type LoggedEvent = Omit<ConntrackEvent, 'netns'> & { readonly us: number };

/** Table `nf.conntrack-events`, key = netns; there only while somebody watches. */
interface EventLogRecord {
  /** Number of the first event kept. */
  first: number;
  events: LoggedEvent[];
  /** Nobody has looked since long before this. */
  untilUs: number;
}

/** Older events go, as they do when the buffer of a netlink socket is full. */
const MOST_EVENTS = 1000;
/** A watcher that has not looked for so long is gone. */
const PATIENCE_US = 120_000_000;

/**
 * Events for those who watch from another entry than that in which things happen: `conntrack -E` in a terminal.
 * Costs nothing while nobody does.
 */
export class EventLog {
  readonly #records: Table<EventLogRecord>;

  constructor(private readonly sim: Sim) {
    this.#records = sim.store.table('nf.conntrack-events');
  }

  isWatched(netns: string): boolean {
    return this.#records.size > 0 && this.#records.has(netns);
  }

  note({ netns, kind, withState, entry }: ConntrackEvent): void {
    const record = this.#records.edit(netns);
    const us = this.sim.nowUs;
    if (record.untilUs < us) {
      this.#records.delete(netns);
      return;
    }
    record.events.push({ kind, withState, entry, us });
    if (record.events.length > MOST_EVENTS) {
      record.events.shift();
      record.first++;
    }
  }

  /** Begins to watch; returns where the next event will stand. */
  watch(netns: string): number {
    if (!this.isWatched(netns)) this.#records.put(netns, { first: 0, events: [], untilUs: 0 });
    const record = this.#records.edit(netns);
    record.untilUs = this.sim.nowUs + PATIENCE_US;
    return record.first + record.events.length;
  }

  /** Events from position `cursor` on, and the position after them. */
  since(netns: string, cursor: number): { readonly events: readonly LoggedEvent[]; readonly cursor: number } {
    const next = this.watch(netns);
    const { first, events } = this.#records.get(netns)!;
    return { events: events.slice(Math.max(0, cursor - first)), cursor: next };
  }

  forget(netns: string): void {
    this.#records.delete(netns);
  }
}
