import type { WorkerPool } from './worker-pool.js';

/** Share of a worker's memory limit from which on its sandboxes that were not used for longest are put out. */
const HIGH_WATER = 0.7;

/** Which sandboxes lie in the workers' memory, least recently used first, and which of them must stay there. */
export class Residents {
  readonly #lastUsed: Map<string, true>[];
  /** Commands asleep between two entries, per sandbox: they live in memory alone. */
  readonly #executions = new Map<string, Set<string>>();

  constructor(
    private readonly pool: WorkerPool,
    private readonly options: { readonly maxPerWorker: number; readonly memoryMb: number },
  ) {
    this.#lastUsed = pool.workers.map(() => new Map());
  }

  get count(): number {
    return this.#lastUsed.reduce((sum, used) => sum + used.size, 0);
  }

  touch(id: string): void {
    const used = this.#lastUsed[this.pool.indexOf(id)]!;
    used.delete(id);
    used.set(id, true);
  }

  forget(id: string): void {
    this.#lastUsed[this.pool.indexOf(id)]!.delete(id);
    this.#executions.delete(id);
  }

  executionStarted(id: string, execId: string): void {
    const running = this.#executions.get(id) ?? new Set();
    this.#executions.set(id, running.add(execId));
  }

  executionEnded(id: string, execId: string): void {
    const running = this.#executions.get(id);
    running?.delete(execId);
    if (running?.size === 0) this.#executions.delete(id);
  }

  /** Who should leave the worker of `id`, one at most: each write calls this, so that a crowd leaves one by one. */
  surplus(id: string, isIdle: (id: string) => boolean): string | undefined {
    const index = this.pool.indexOf(id);
    const used = this.#lastUsed[index]!;
    const crowded = used.size > this.options.maxPerWorker;
    const heavy = used.size > 1 && this.pool.workers[index]!.heapBytes > this.options.memoryMb * 2 ** 20 * HIGH_WATER;
    if (!crowded && !heavy) return undefined;
    for (const candidate of used.keys()) {
      if (candidate !== id && isIdle(candidate) && !this.#executions.has(candidate)) return candidate;
    }
    return undefined;
  }
}
