import type { SandboxHost } from '../../engine/sandbox-host.js';
import { ObjectHistory } from './object-history.js';

/** Histories kept of sandboxes that nobody watches at the moment, so that a watch can go on from the list before it. */
const MAX_IDLE = 32;

/** The histories of those sandboxes whose Kubernetes API was used lately. */
export class ObjectHistories {
  /** Least recently used first. */
  readonly #histories = new Map<string, ObjectHistory>();

  constructor(private readonly host: SandboxHost) {}

  /** Resolves when it knows from which version on it holds everything. Rejects where there is no such sandbox. */
  async of(sandboxId: string): Promise<ObjectHistory> {
    const history = this.#histories.get(sandboxId) ?? new ObjectHistory(this.host, sandboxId, () => this.#histories.delete(sandboxId));
    this.#histories.delete(sandboxId);
    this.#histories.set(sandboxId, history);
    this.#closeIdle(sandboxId);
    try {
      await history.ready;
    } catch (error) {
      history.close();
      if (this.#histories.get(sandboxId) === history) this.#histories.delete(sandboxId);
      throw error;
    }
    return history;
  }

  #closeIdle(inUse: string): void {
    const idle = [...this.#histories].filter(([id, history]) => id !== inUse && history.isIdle);
    for (const [id, history] of idle.slice(0, Math.max(0, idle.length - MAX_IDLE))) {
      history.close();
      this.#histories.delete(id);
    }
  }
}
