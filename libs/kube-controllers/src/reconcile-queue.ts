import type { Sim } from '@svclab/sim';

/** A controller's work queue: keys of objects to look at again, each once, in key order (client-go util/workqueue). */
export class ReconcileQueue {
  readonly #keys = new Set<string>();

  /** `reconcile` makes the world fit what `key` asks for now; it must not mind being called in vain. */
  constructor(
    sim: Sim,
    private readonly reconcile: (key: string) => void,
  ) {
    sim.addWorkQueue({ drain: () => this.#drain(), clear: () => this.#keys.clear() });
  }

  add(key: string): void {
    this.#keys.add(key);
  }

  #drain(): boolean {
    if (this.#keys.size === 0) return false;
    const keys = [...this.#keys].toSorted();
    this.#keys.clear();
    for (const key of keys) this.reconcile(key);
    return true;
  }
}
