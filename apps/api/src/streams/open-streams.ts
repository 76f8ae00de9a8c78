/** Everything that would keep a connection open for ever. A stopping server ends them, or it would never stop. */
export class OpenStreams {
  readonly #open = new Set<() => void>();

  /** Returns how to take it off again. */
  add(stop: () => void): () => void {
    this.#open.add(stop);
    return () => this.#open.delete(stop);
  }

  stopAll(): void {
    for (const stop of this.#open) stop();
  }
}
