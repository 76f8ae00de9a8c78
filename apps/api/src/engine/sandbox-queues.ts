interface Queue {
  /** Settles when the last exclusive task has ended. */
  exclusive: Promise<unknown>;
  /** Settles when everything so far has ended. */
  tail: Promise<unknown>;
}

const settled = (task: Promise<unknown>): Promise<unknown> =>
  task.then(
    () => undefined,
    () => undefined,
  );

/**
 * One queue per key. An exclusive task runs alone; shared ones run beside each other, after the exclusive task before them.
 * Different keys do not wait for each other.
 */
export class SandboxQueues {
  readonly #queues = new Map<string, Queue>();

  /** Keys with something running or waiting. */
  get size(): number {
    return this.#queues.size;
  }

  isIdle(key: string): boolean {
    return !this.#queues.has(key);
  }

  exclusive<T>(key: string, task: () => Promise<T>): Promise<T> {
    const result = this.#of(key).tail.then(task);
    const end = settled(result);
    this.#set(key, { exclusive: end, tail: end });
    return result;
  }

  shared<T>(key: string, task: () => Promise<T>): Promise<T> {
    const { exclusive, tail } = this.#of(key);
    const result = exclusive.then(task);
    this.#set(key, { exclusive, tail: Promise.all([tail, settled(result)]) });
    return result;
  }

  /** Resolves when every queue is empty. */
  async drained(): Promise<void> {
    while (this.#queues.size > 0) await Promise.all([...this.#queues.values()].map(({ tail }) => tail));
  }

  #of(key: string): Queue {
    return this.#queues.get(key) ?? EMPTY;
  }

  #set(key: string, queue: Queue): void {
    this.#queues.set(key, queue);
    void queue.tail.then(() => {
      if (this.#queues.get(key) === queue) this.#queues.delete(key);
    });
  }
}

const EMPTY: Queue = { exclusive: Promise.resolve(), tail: Promise.resolve() };
