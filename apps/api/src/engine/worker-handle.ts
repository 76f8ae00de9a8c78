import { Worker } from 'node:worker_threads';
import { CommandTimedOut, NotResident, WorkerLost } from './engine-errors.js';
import type { Operation, Question, Reply } from './protocol.js';

/** Most of a worker's young objects, MB: V8 divides it into three semi-spaces. */
const NURSERY_MB = 96;

export interface WorkerOptions {
  readonly script: URL;
  /** Longest wall-clock time of one operation. */
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: NodeJS.Timeout;
}

/** One worker thread. When it dies or an operation runs into its deadline, the thread is replaced by a fresh, empty one. */
export class WorkerHandle {
  #worker: Worker;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  readonly #questions: Question[] = [];
  #closing = false;
  /** Of the thread's last reply. */
  heapBytes = 0;
  /** Threads that had to be replaced so far. */
  replacements = 0;

  constructor(private readonly options: WorkerOptions) {
    this.#worker = this.#spawn();
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Rejects with {@link CommandTimedOut}, {@link WorkerLost}, {@link NotResident}, or an Error that tells the worker's fault. */
  ask<T>(operation: Operation): Promise<T> {
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const deadline = setTimeout(() => this.#overdue(id), this.options.timeoutMs);
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, deadline });
      if (this.#questions.push({ id, operation }) === 1) setImmediate(() => this.#flush());
    });
  }

  /** Questions of one turn of the event loop go together: waking the thread costs more than a read. */
  #flush(): void {
    this.#worker.postMessage(this.#questions.splice(0));
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#worker.terminate();
    this.#rejectAll(new WorkerLost('the server is stopping'));
  }

  #spawn(): Worker {
    // A sandbox is made and a command is run from many short-lived objects: with Node's small nursery a quarter of the time went into collecting it.
    const resourceLimits = { maxOldGenerationSizeMb: this.options.memoryMb, maxYoungGenerationSizeMb: NURSERY_MB };
    const worker = new Worker(this.options.script, { resourceLimits });
    worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.#settle(reply);
    });
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', () => this.#lost(worker, new Error('the worker ended')));
    return worker;
  }

  #settle(reply: Reply): void {
    this.heapBytes = reply.heapBytes;
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    this.#pending.delete(reply.id);
    clearTimeout(pending.deadline);
    if (reply.ok) pending.resolve(reply.value);
    else if (!reply.resident) pending.reject(new NotResident());
    else pending.reject(new Error(reply.error));
  }

  /** The oldest overdue operation is taken for the one that blocks the thread; the others did nothing wrong and may ask again. */
  #overdue(id: number): void {
    const pending = this.#pending.get(id)!;
    this.#pending.delete(id);
    pending.reject(new CommandTimedOut(`stopped after ${this.options.timeoutMs / 1000} seconds`));
    this.#replace(new WorkerLost('another command blocked the worker'));
  }

  #lost(worker: Worker, cause: Error): void {
    if (worker === this.#worker) this.#replace(new WorkerLost(cause.message));
  }

  #replace(reason: WorkerLost): void {
    if (this.#closing) return;
    const old = this.#worker;
    // Nobody waits any more for what the old thread was still to be asked.
    this.#questions.length = 0;
    this.#worker = this.#spawn();
    this.replacements++;
    void old.terminate();
    this.#rejectAll(reason);
  }

  #rejectAll(reason: WorkerLost): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, deadline } of pending) {
      clearTimeout(deadline);
      reject(reason);
    }
  }
}
