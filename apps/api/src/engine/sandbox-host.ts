import type { Answer, CreateInput, EntryInput, NodeRulesDiff, ObjectEvent, ReadQuery } from '@svclab/sandbox';
import type { Metrics } from '../health/metrics.js';
import { SeqTaken, type LogStore } from '../persistence/log-store.js';
import type {
  EntryRange,
  LogPosition,
  NewSandbox,
  RequestIdentity,
  SandboxRow,
  StoredEntry,
  SuccessValue,
} from '../persistence/log-types.js';
import { ProblemError } from '../problems/problem.js';
import { CommandTimedOut, NotResident, WorkerLost } from './engine-errors.js';
import { gone, keyReused, logFull, movedOn, timedOut, tooManySandboxes, unavailable } from './host-problems.js';
import type { ChecksQuery, ExecuteReply, Operation, Pace } from './protocol.js';
import { Residents } from './residents.js';
import { SandboxQueues } from './sandbox-queues.js';
import type { WorkerPool } from './worker-pool.js';

export interface HostLimits {
  readonly maxSandboxes: number;
  /** Entries of one log. */
  readonly maxEntries: number;
  readonly maxResidentPerWorker: number;
  readonly workerMemoryMb: number;
  /** Entries between two snapshots: the most deltas that a recovery applies. */
  readonly snapshotEvery: number;
}

/** A write that is durable. */
export interface Written {
  readonly seq: number;
  /** Microseconds since the epoch. */
  readonly virtualTimeUs: number;
  readonly stateHash: string;
  readonly value: SuccessValue;
  readonly rulesDiff: readonly NodeRulesDiff[];
  readonly pace: Pace;
  /** Empty unless somebody follows the sandbox's objects. */
  readonly objectEvents: readonly ObjectEvent[];
  /** Set where nothing was written: the entry that the same request made before. */
  readonly earlier?: StoredEntry;
}

/** Told to those who follow a sandbox. `reset`: a new log has begun, and `log` is its number. */
export type HostEvent =
  | { readonly type: 'entry'; readonly kind: EntryInput['kind']; readonly log: number; readonly written: Written }
  | { readonly type: 'reset'; readonly kind: 'create'; readonly log: number; readonly written: Written }
  | { readonly type: 'deleted' };

export interface WriteOptions {
  readonly request?: RequestIdentity | undefined;
  /** The seq that the writer believes to be the last one; 412 when it is not. */
  readonly ifSeq?: number | undefined;
}

/** How often an entry is executed anew because another writer took its seq. */
const MAX_ATTEMPTS = 3;

/** How often an operation may lose its worker: once by another's fault, and the second time it is taken for the cause. */
const MAX_LOSSES = 2;

/** How often a sandbox is restored for one operation: it may be lost again before the operation comes to its turn. */
const MAX_RESTORES = 4;

type Live = { -readonly [K in keyof SandboxRow]: SandboxRow[K] };

/**
 * Keeps sandboxes alive between log and workers. Each sandbox has one queue; a write is
 * executed on the worker's copy, appended durably, committed, and only then answered. Whatever
 * goes wrong on the way, the log is right: memory is thrown away and restored from it.
 */
export class SandboxHost {
  readonly #queues = new SandboxQueues();
  readonly #live = new Map<string, Live>();
  readonly #idsByTokenHash = new Map<string, string>();
  readonly #restoring = new Map<string, Promise<void>>();
  /** How many follow the objects of a sandbox: workers send them only where somebody does. */
  readonly #objectFollowers = new Map<string, number>();
  readonly #listeners = new Map<string, Set<(event: HostEvent) => void>>();
  readonly #residents: Residents;
  #sandboxes = 0;

  constructor(
    private readonly store: LogStore,
    private readonly pool: WorkerPool,
    private readonly limits: HostLimits,
    private readonly metrics: Metrics,
  ) {
    this.#residents = new Residents(pool, { maxPerWorker: limits.maxResidentPerWorker, memoryMb: limits.workerMemoryMb });
  }

  /** Cleans up after a crash; to be called once, before anything else. */
  async open(): Promise<void> {
    await this.store.sweep();
    this.#sandboxes = await this.store.countSandboxes();
  }

  /** Lets what is running end, and stops the workers. */
  async close(): Promise<void> {
    await this.#queues.drained();
    await this.pool.close();
    await this.store.close();
  }

  /** Entries that one log may hold. */
  get maxEntries(): number {
    return this.limits.maxEntries;
  }

  get gauges(): { readonly sandboxes: number; readonly resident: number; readonly queues: number; readonly workerReplacements: number } {
    return {
      sandboxes: this.#sandboxes,
      resident: this.#residents.count,
      queues: this.#queues.size,
      workerReplacements: this.pool.workers.reduce((sum, worker) => sum + worker.replacements, 0),
    };
  }

  /** Undefined when there is none. */
  async find(id: string): Promise<Readonly<SandboxRow> | undefined> {
    const live = this.#live.get(id);
    if (live) return live;
    const row = await this.store.findSandbox(id);
    if (!row || row.seq === 0) return undefined;
    // Somebody else may have found it meanwhile, and have appended since.
    const found = this.#live.get(id) ?? { ...row };
    this.#live.set(id, found);
    return found;
  }

  /** The one that bears this token. */
  async findByTokenHash(tokenHash: string): Promise<Readonly<SandboxRow> | undefined> {
    const id = this.#idsByTokenHash.get(tokenHash) ?? (await this.store.findIdByTokenHash(tokenHash));
    if (id === undefined) return undefined;
    this.#idsByTokenHash.set(tokenHash, id);
    return this.find(id);
  }

  /** Gives the sandbox's Kubernetes API another key; the one before opens nothing any more. Undefined where there is no such sandbox. */
  rotateKubernetesKey(id: string): Promise<Readonly<SandboxRow> | undefined> {
    return this.#queues.exclusive(id, async () => {
      const sandbox = (await this.find(id)) as Live | undefined;
      if (!sandbox) return undefined;
      await this.store.setKubernetesKey(id, sandbox.kubernetesKey + 1);
      sandbox.kubernetesKey++;
      return sandbox;
    });
  }

  /** Makes a sandbox by its first entry. A retry (same id, same request) finds the one it made before. */
  create(sandbox: NewSandbox, input: CreateInput, request?: RequestIdentity): Promise<Written> {
    return this.#queues.exclusive(sandbox.id, async () => {
      const earlier = await this.#earlier(sandbox.id, request);
      if (earlier) return earlier;
      return this.#make(sandbox, () => this.#append(sandbox.id, input, request, 'entry'));
    });
  }

  /** A sandbox that begins as this one was at `atSeq`. */
  async fork(sandbox: NewSandbox, at: LogPosition, request?: RequestIdentity): Promise<Written> {
    return this.#queues.exclusive(sandbox.id, async () => {
      const earlier = await this.#earlier(sandbox.id, request);
      if (earlier) return earlier;
      return this.#make(sandbox, async () => {
        await this.store.copyLog(at, sandbox.id);
        this.#live.set(sandbox.id, await this.#mustFind(sandbox.id));
        return this.#append(sandbox.id, { kind: 'fork', parentId: at.sandboxId, parentSeq: at.seq }, request, 'entry');
      });
    });
  }

  write(id: string, input: EntryInput, options: WriteOptions = {}): Promise<Written> {
    return this.#queues.exclusive(id, async () => {
      const earlier = await this.#earlier(id, options.request);
      if (earlier) return earlier;
      const { seq } = await this.#require(id);
      if (options.ifSeq !== undefined && options.ifSeq !== seq) {
        throw movedOn(options.ifSeq, seq);
      }
      return this.#append(id, input, options.request, 'entry');
    });
  }

  /** Starts a new log by `input`; the one before stays as its parent. */
  reset(id: string, input: CreateInput, options: WriteOptions = {}): Promise<Written> {
    return this.#queues.exclusive(id, async () => {
      const earlier = await this.#earlier(id, options.request);
      if (earlier) return earlier;
      const before = { ...(await this.#require(id)) };
      const log = before.log + 1;
      // Commands that sleep between two entries of the log before will never end.
      this.#residents.forget(id);
      this.#live.set(id, { ...before, log, seq: 0, snapshotSeq: 0 });
      try {
        const written = await this.#append(id, input, options.request, 'reset');
        await this.store.adoptLog(id, log);
        return written;
      } catch (error) {
        this.#live.set(id, before);
        await this.#evict(id);
        throw error;
      }
    });
  }

  /** False when there was none. */
  remove(id: string): Promise<boolean> {
    return this.#queues.exclusive(id, async () => {
      const existed = await this.store.deleteSandbox(id);
      if (existed) this.#sandboxes--;
      this.#forget(id);
      await this.#evict(id);
      this.#tell(id, { type: 'deleted' });
      this.#listeners.delete(id);
      return existed;
    });
  }

  /** Changes nothing. */
  read(id: string, query: ReadQuery | ChecksQuery): Promise<SuccessValue> {
    return this.#queues.shared(id, async () => {
      await this.#require(id);
      const answer = await this.#ask<Answer>({ op: 'read', sandboxId: id, query });
      if (!answer.ok) throw new ProblemError(answer.problem);
      return answer.value;
    });
  }

  async findEntry(id: string, seq: number): Promise<StoredEntry | undefined> {
    const { log } = await this.#require(id);
    return this.store.findEntry({ sandboxId: id, log, seq });
  }

  async listEntries(id: string, range: EntryRange): Promise<StoredEntry[]> {
    const { log } = await this.#require(id);
    return this.store.listEntries(id, log, range);
  }

  /** Returns how to stop listening. Events come in order of seq, each after its entry is durable. */
  subscribe(id: string, listener: (event: HostEvent) => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  /** As {@link subscribe}, for those who want each event's `objectEvents` too. */
  followObjects(id: string, listener: (event: HostEvent) => void): () => void {
    this.#objectFollowers.set(id, (this.#objectFollowers.get(id) ?? 0) + 1);
    const unsubscribe = this.subscribe(id, listener);
    return () => {
      unsubscribe();
      const left = this.#objectFollowers.get(id)! - 1;
      if (left > 0) this.#objectFollowers.set(id, left);
      else this.#objectFollowers.delete(id);
    };
  }

  async #make(sandbox: NewSandbox, firstEntry: () => Promise<Written>): Promise<Written> {
    if (this.#sandboxes >= this.limits.maxSandboxes) {
      throw tooManySandboxes(this.limits.maxSandboxes);
    }
    this.#sandboxes++;
    try {
      await this.store.insertSandbox(sandbox);
      this.#live.set(sandbox.id, await this.#mustFind(sandbox.id));
      return await firstEntry();
    } catch (error) {
      this.#sandboxes--;
      this.#forget(sandbox.id);
      await this.#evict(sandbox.id);
      await this.store.deleteSandbox(sandbox.id);
      throw error;
    }
  }

  async #mustFind(id: string): Promise<Live> {
    const row = await this.store.findSandbox(id);
    if (!row) throw gone();
    return { ...row };
  }

  async #require(id: string): Promise<Live> {
    const live = await this.find(id);
    if (!live) throw gone();
    return live as Live;
  }

  /** What an earlier request with this key was answered. */
  async #earlier(id: string, request: RequestIdentity | undefined): Promise<Written | undefined> {
    if (!request) return undefined;
    const entry = await this.store.findEntryByKey(id, request.key);
    if (!entry) return undefined;
    if (entry.requestHash !== request.hash) {
      throw keyReused();
    }
    return { ...entry, value: entry.answer, rulesDiff: entry.rulesDiff ?? [], pace: {}, objectEvents: [], earlier: entry };
  }

  /** Execute, append, commit. Called inside the sandbox's queue. */
  async #append(id: string, input: EntryInput, request: RequestIdentity | undefined, type: 'entry' | 'reset'): Promise<Written> {
    const live = await this.#require(id);
    if (live.seq >= this.limits.maxEntries) {
      throw logFull(this.limits.maxEntries);
    }
    for (let attempt = 1; ; attempt++) {
      const reply = await this.#execute(live, input);
      if (!reply.ok) throw new ProblemError(reply.problem);
      const { entry, value, rulesDiff, pace, objectEvents } = reply;
      try {
        await this.store.append(id, live.log, entry, request);
      } catch (error) {
        await this.#evict(id);
        if (!(error instanceof SeqTaken) || attempt >= MAX_ATTEMPTS) throw error;
        Object.assign(live, await this.#mustFind(id), { log: live.log });
        continue;
      }
      // Not waited for: the worker keeps the order, and where the thread has died meanwhile the log says all.
      this.pool
        .for(id)
        .ask({ op: 'commit', sandboxId: id })
        .catch(() => this.#residents.forget(id));
      live.seq = entry.seq;
      this.metrics.entry(entry.kind);
      const { seq, virtualTimeUs, stateHash } = entry;
      const written: Written = { seq, virtualTimeUs, stateHash, value, rulesDiff, pace, objectEvents };
      this.#followExecutions(id, input, pace);
      this.#tell(id, { type, kind: input.kind, log: live.log, written } as HostEvent);
      this.#keepHouse(live);
      return written;
    }
  }

  async #execute(live: Live, input: EntryInput): Promise<ExecuteReply> {
    const at = { sandboxId: live.id, log: live.log };
    const revertTarget =
      input.kind === 'revert' && input.toSeq <= live.seq ? await this.store.recoveryData({ ...at, seq: input.toSeq }) : undefined;
    const tellObjects = this.#objectFollowers.has(live.id);
    return this.#ask<ExecuteReply>({ op: 'execute', sandboxId: live.id, input, tellObjects, ...(revertTarget ? { revertTarget } : {}) });
  }

  /** Asks the sandbox's worker, restoring the sandbox there first where needed. Only for operations that can be asked twice. */
  async #ask<T>(operation: Operation): Promise<T> {
    const id = operation.sandboxId;
    const worker = this.pool.for(id);
    this.#residents.touch(id);
    for (let losses = 0, restores = 0; ;) {
      try {
        return await worker.ask<T>(operation);
      } catch (error) {
        if (error instanceof CommandTimedOut) throw timedOut(error);
        if (error instanceof WorkerLost) {
          if (++losses === MAX_LOSSES) throw unavailable(error);
        } else if (error instanceof NotResident && restores++ < MAX_RESTORES) {
          await this.#restore(id);
        } else throw error;
      }
    }
  }

  /** Many readers may miss the same sandbox at the same time. */
  #restore(id: string): Promise<void> {
    const restoring = this.#restoring.get(id) ?? this.#restoreOnce(id).finally(() => this.#restoring.delete(id));
    this.#restoring.set(id, restoring);
    return restoring;
  }

  async #restoreOnce(id: string): Promise<void> {
    const { log, seq } = await this.#require(id);
    const data = await this.store.recoveryData({ sandboxId: id, log, seq });
    // A worker that dies under a restore is no matter: the operation asks again.
    await this.pool
      .for(id)
      .ask({ op: 'restore', sandboxId: id, data })
      .catch((error: unknown) => {
        if (!(error instanceof WorkerLost)) throw error;
      });
  }

  #followExecutions(id: string, input: EntryInput, pace: Pace): void {
    const running = 'execId' in input ? input.execId : 'terminalId' in input ? input.terminalId : undefined;
    if (running === undefined) return;
    if (pace.busy) this.#residents.executionStarted(id, running);
    else this.#residents.executionEnded(id, running);
  }

  /** After a write: snapshots at bounded distance, and somebody idle leaves where it is crowded. */
  #keepHouse(live: Live): void {
    if (live.seq - live.snapshotSeq >= this.limits.snapshotEvery)
      void this.#queues.exclusive(live.id, () => this.#snapshot(live.id)).catch(() => undefined);
    const surplus = this.#residents.surplus(live.id, (id) => this.#queues.isIdle(id));
    if (surplus !== undefined) {
      void this.#queues.exclusive(surplus, async () => {
        await this.#snapshot(surplus).catch(() => undefined);
        await this.#evict(surplus);
        this.#forget(surplus);
      });
    }
  }

  async #snapshot(id: string): Promise<void> {
    const live = this.#live.get(id);
    if (!live || live.seq === live.snapshotSeq) return;
    const state = await this.#ask<Uint8Array<ArrayBuffer>>({ op: 'snapshot', sandboxId: id });
    await this.store.saveSnapshot({ sandboxId: id, log: live.log, seq: live.seq }, state);
    live.snapshotSeq = live.seq;
  }

  async #evict(id: string): Promise<void> {
    this.#residents.forget(id);
    await this.pool
      .for(id)
      .ask({ op: 'evict', sandboxId: id })
      .catch(() => undefined);
  }

  #forget(id: string): void {
    const live = this.#live.get(id);
    if (live) this.#idsByTokenHash.delete(live.tokenHash);
    this.#live.delete(id);
  }

  #tell(id: string, event: HostEvent): void {
    for (const listener of this.#listeners.get(id) ?? []) listener(event);
  }
}
