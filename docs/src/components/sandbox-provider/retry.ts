const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** How long to wait before the next try: 1, 2, 4 … 30 s. `tries` counts those that have failed. */
export const retryDelayMs = (tries: number): number => Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, tries - 1));

/** Lets several wait, less long when somebody wakes them or they give up. */
export class Patience {
  readonly #waiting = new Set<() => void>();

  wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal?.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }

  wake(): void {
    for (const done of this.#waiting) done();
  }
}
