import type { Remembered } from './sandbox-state.js';

/** What a page remembers of its sandbox. */
export interface SavedSandbox {
  readonly id: string;
  readonly token: string;
  readonly remembered?: Remembered;
}

const key = (scope: string, what: string): string => `svclab:${scope}:${what}`;

/**
 * One page's part of the browser's storage, shared by its tabs. A browser that forbids storage still runs blocks: their
 * sandbox is then forgotten with the page.
 */
export class PageStorage {
  readonly #memory = new Map<string, string>();

  constructor(
    private readonly scope: string,
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined,
  ) {}

  get sandbox(): SavedSandbox | undefined {
    return this.read<SavedSandbox>('sandbox');
  }

  set sandbox(saved: SavedSandbox | undefined) {
    this.write('sandbox', saved);
  }

  read<T>(what: string): T | undefined {
    const name = key(this.scope, what);
    try {
      const text = this.#memory.get(name) ?? this.storage?.getItem(name) ?? undefined;
      return text === undefined ? undefined : (JSON.parse(text) as T);
    } catch {
      return undefined;
    }
  }

  write(what: string, value: unknown): void {
    const name = key(this.scope, what);
    const text = value === undefined ? undefined : JSON.stringify(value);
    this.#memory.delete(name);
    try {
      if (text === undefined) this.storage?.removeItem(name);
      else if (this.storage) this.storage.setItem(name, text);
      else this.#memory.set(name, text);
    } catch {
      if (text !== undefined) this.#memory.set(name, text);
    }
  }

  /** Calls back when another tab has written `what`. Returns how to stop. */
  watch(what: string, changed: () => void): () => void {
    const name = key(this.scope, what);
    const listener = (event: StorageEvent): void => {
      if (event.key === name || event.key === null) changed();
    };
    window.addEventListener('storage', listener);
    return () => window.removeEventListener('storage', listener);
  }
}
