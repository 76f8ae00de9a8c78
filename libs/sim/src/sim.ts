import { assert } from './assert.js';
import { Prng } from './prng.js';
import { Store, type Delta, type Prepared, type Table } from './store.js';
import { Timers } from './timers.js';

/** Longest stretch of virtual time that one settling may cross. */
export const SETTLE_LIMIT_US = 120_000_000;

interface ClockRecord {
  us: number;
}

interface IdentityRecord {
  seed: number;
}

/** Work that a change of state asked for. Empty between entries: what must outlive one is a timer. */
export interface WorkQueue {
  /** Does what is queued; returns whether there was anything. */
  drain(): boolean;
  /** Forgets what is queued: the change that asked for it was rolled back, or the state was just restored. */
  clear(): void;
}

/** What is left over when a settling stopped. */
export interface SettleReport {
  readonly advancedUs: number;
  /** True when nothing but periodic timers remains. */
  readonly settled: boolean;
}

/**
 * What every engine of a sandbox shares: the tables, the virtual clock, the timers
 * and the random streams. No engine has another source of time or chance.
 */
export class Sim {
  readonly store = new Store();
  readonly timers = new Timers(this.store);
  readonly #clock: Table<ClockRecord> = this.store.table('sim.clock');
  readonly #identity: Table<IdentityRecord> = this.store.table('sim.identity');
  readonly #streams = new Map<string, Prng>();
  readonly #queues: WorkQueue[] = [];
  /** The clock's one record, followed by hand: every packet asks for the time several times. */
  #now: Readonly<ClockRecord> | undefined;
  #seq = 0;
  #draining = false;

  constructor() {
    this.#clock.subscribe((_key, _before, after) => (this.#now = after));
  }

  /** Sets seed and first moment of a new sandbox; inside the transaction of its first entry. */
  initialise(identity: { seed: number; startUs: number }): void {
    this.#identity.put('identity', { seed: identity.seed });
    this.#clock.put('now', { us: identity.startUs });
  }

  /** Virtual time, microseconds since 1970-01-01T00:00:00Z. */
  get nowUs(): number {
    return this.#now?.us ?? 0;
  }

  get seed(): number {
    return this.#identity.get('identity')?.seed ?? 0;
  }

  /** Starts entry `seq`: opens the transaction and gives every subsystem a fresh random stream. */
  beginEntry(seq: number): void {
    this.store.begin();
    this.#seq = seq;
    this.#streams.clear();
  }

  /** The random stream of `subsystem` for the current entry. */
  random(subsystem: string): Prng {
    let stream = this.#streams.get(subsystem);
    if (!stream) {
      stream = Prng.derive(this.seed, subsystem, this.#seq);
      this.#streams.set(subsystem, stream);
    }
    return stream;
  }

  /** Lets the controllers finish and says what the entry changes; `store.commitPrepared` or {@link abortEntry} ends it. */
  prepareEntry(): Prepared {
    this.drainWork();
    return this.store.prepare();
  }

  /** Ends the entry for good; returns what it changed. */
  commitEntry(): Delta {
    this.drainWork();
    return this.store.commit();
  }

  /** Ends the entry as if it had never been: a preview, or a command that must leave no trace. */
  abortEntry(): void {
    this.store.rollback();
    this.discardWork();
  }

  /** Registers a work queue; queues run round after round, in this order, until none had anything to do. */
  addWorkQueue(queue: WorkQueue): void {
    this.#queues.push(queue);
  }

  /** After a restore: the state is already at rest, so what its loading queued is not work. */
  discardWork(): void {
    for (const queue of this.#queues) queue.clear();
  }

  /** Lets the controllers react to what has changed, without moving time. */
  drainWork(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      // Two controllers that undo each other's work would go round for ever; 10,000 rounds is far beyond any real convergence.
      for (let round = 0; round < 10_000; round++) {
        let worked = false;
        for (const queue of this.#queues) worked = queue.drain() || worked;
        if (!worked) return;
      }
      assert(false, 'controllers did not come to rest in 10,000 rounds');
    } finally {
      this.#draining = false;
    }
  }

  /** When the next timer is due; infinity without one. */
  get nextTimerUs(): number {
    const name = this.timers.earliest();
    return name === undefined ? Infinity : this.timers.get(name)!.dueUs;
  }

  /** Moves the clock by `us`, running on the way whatever falls due. */
  advance(us: number): void {
    this.advanceTo(this.nowUs + us);
  }

  advanceTo(targetUs: number): void {
    this.drainWork();
    for (;;) {
      const name = this.timers.earliest();
      const dueUs = name === undefined ? Infinity : this.timers.get(name)!.dueUs;
      if (name === undefined || dueUs > targetUs) break;
      if (dueUs > this.nowUs) this.#clock.edit('now').us = dueUs;
      this.timers.fire(name);
      this.drainWork();
    }
    if (targetUs > this.nowUs) this.#clock.edit('now').us = targetUs;
  }

  /** Moves time until only periodic timers remain, at most {@link SETTLE_LIMIT_US}. */
  settle(limitUs = SETTLE_LIMIT_US): SettleReport {
    const startUs = this.nowUs;
    this.drainWork();
    for (;;) {
      const name = this.timers.earliest(false);
      if (name === undefined) return { advancedUs: this.nowUs - startUs, settled: true };
      const { dueUs } = this.timers.get(name)!;
      if (dueUs > startUs + limitUs) return { advancedUs: this.nowUs - startUs, settled: false };
      this.advanceTo(dueUs);
    }
  }
}
