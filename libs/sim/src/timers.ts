import { assert } from './assert.js';
import type { Json } from './canonical-json.js';
import type { Store, Table } from './store.js';
import { TimerQueue, type QueuedTimer } from './timer-queue.js';

/** A thing that will happen: plain data, so that it survives a restore. */
export interface Timer {
  readonly dueUs: number;
  /** Names the handler. */
  readonly kind: string;
  readonly payload: Json;
  /** Timers of one moment run in the order they were set. */
  readonly order: number;
  /** Periodic timers (leases, probes, resyncs) do not keep a sandbox from settling. */
  readonly periodic: boolean;
}

export type TimerHandler = (payload: Json, name: string) => void;

/** The event queue: named timers in a table, handlers by kind. Setting a name again moves it. */
export class Timers {
  readonly #table: Table<Timer>;
  readonly #counter: Table<{ next: number }>;
  readonly #handlers = new Map<string, TimerHandler>();
  /** Indexes over the table: all timers, and those that keep a sandbox from settling. */
  readonly #all = new TimerQueue((entry) => this.#isCurrent(entry));
  readonly #awaited = new TimerQueue((entry) => this.#isCurrent(entry));
  /** Answers of `earliest`, kept until a timer is set or goes: the clock asks at every step of a packet. */
  readonly #earliest = new Map<boolean, string | undefined>();

  constructor(store: Store) {
    this.#table = store.table('sim.timers');
    this.#counter = store.table('sim.timer-order');
    this.#table.subscribe((name, _before, after) => {
      this.#earliest.clear();
      if (!after) return;
      const { dueUs, order, periodic } = after;
      this.#all.add({ name, dueUs, order });
      if (!periodic) this.#awaited.add({ name, dueUs, order });
    });
  }

  /** Registers what runs when a timer of `kind` is due. */
  on(kind: string, handler: TimerHandler): void {
    assert(!this.#handlers.has(kind), `a handler for timers of kind ${kind} exists`);
    this.#handlers.set(kind, handler);
  }

  set(name: string, timer: { dueUs: number; kind: string; payload?: Json; periodic?: boolean }): void {
    const order = this.#counter.get('next')?.next ?? 0;
    this.#counter.put('next', { next: order + 1 });
    this.#table.put(name, {
      dueUs: timer.dueUs,
      kind: timer.kind,
      payload: timer.payload ?? null,
      order,
      periodic: timer.periodic ?? false,
    });
  }

  cancel(name: string): boolean {
    return this.#table.delete(name);
  }

  get(name: string): Timer | undefined {
    return this.#table.get(name);
  }

  /** The name of the timer that runs next, among all or among the non-periodic ones. */
  earliest(periodicToo = true): string | undefined {
    if (this.#earliest.has(periodicToo)) return this.#earliest.get(periodicToo);
    const first = (periodicToo ? this.#all : this.#awaited).first();
    this.#earliest.set(periodicToo, first);
    return first;
  }

  /** Whether an entry speaks of the timer that has its name now. After a rollback a number may be given out again. */
  #isCurrent({ name, order, dueUs }: QueuedTimer): boolean {
    const timer = this.#table.get(name);
    return timer !== undefined && timer.order === order && timer.dueUs === dueUs;
  }

  /** Takes the timer off the queue and runs its handler. */
  fire(name: string): void {
    const timer = this.#table.get(name);
    assert(timer, `no timer ${name}`);
    const handler = this.#handlers.get(timer.kind);
    assert(handler, `no handler for timers of kind ${timer.kind}`);
    this.#table.delete(name);
    handler(timer.payload, name);
  }
}
