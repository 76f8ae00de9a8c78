import { availableParallelism } from 'node:os';
import { WorkerHandle, type WorkerOptions } from './worker-handle.js';

/**
 * One worker thread per core: simulation is nothing but computing, so more threads would only take turns (measured: five
 * busy threads on two cores double everybody's 95th percentile), and fewer would leave cores idle. A sandbox always goes
 * to the same thread, by a hash of its id, since its state lives in that thread's memory.
 */
export class WorkerPool {
  readonly workers: readonly WorkerHandle[];

  constructor(options: WorkerOptions & { readonly count?: number | undefined }) {
    const count = options.count ?? Math.max(1, availableParallelism());
    this.workers = Array.from({ length: count }, () => new WorkerHandle(options));
  }

  indexOf(sandboxId: string): number {
    let hash = 0;
    for (let i = 0; i < sandboxId.length; i++) hash = (Math.imul(hash, 31) + sandboxId.charCodeAt(i)) >>> 0;
    return hash % this.workers.length;
  }

  for(sandboxId: string): WorkerHandle {
    return this.workers[this.indexOf(sandboxId)]!;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
  }
}
