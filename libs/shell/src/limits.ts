import { LimitExceeded, type ShellLimits } from './types.js';

/**
 * Enough for the lab's longest line (10,000 turns of curl, grep and sleep), and
 * little enough that `while true; do :; done` ends in a fraction of a second.
 */
export const DEFAULT_LIMITS: ShellLimits = {
  commands: 100_000,
  loopTurns: 20_000,
  packets: 5_000_000,
  outputBytes: 4 * 1024 * 1024,
  callDepth: 100,
  endlessUs: 10_000_000,
};

type Counted = 'commands' | 'loopTurns' | 'packets';
const COUNTED = { command: 'commands', turn: 'loopTurns', packet: 'packets' } as const;

const WORDS: { readonly [limit in keyof ShellLimits]: string } = {
  commands: 'commands',
  loopTurns: 'loop turns',
  packets: 'packets',
  outputBytes: 'bytes of output',
  callDepth: 'nested calls',
  endlessUs: 'virtual microseconds',
};

/** Counts an execution's work. Counts alone decide, so that a slow machine gives the same result. */
export class Budget {
  readonly #used: Record<Counted, number> = { commands: 0, loopTurns: 0, packets: 0 };
  #depth = 0;
  #shown = 0;

  constructor(readonly limits: ShellLimits) {}

  count(what: keyof typeof COUNTED): void {
    const limit = COUNTED[what];
    if (++this.#used[limit] > this.limits[limit]) this.#exceeded(limit);
  }

  /** Runs `body` one call deeper. */
  async nested<T>(body: () => Promise<T>): Promise<T> {
    if (++this.#depth > this.limits.callDepth) this.#exceeded('callDepth');
    try {
      return await body();
    } finally {
      this.#depth--;
    }
  }

  /** Charges text shown on the terminal. */
  show(size: number): void {
    this.#shown += size;
    this.chargeStream(this.#shown);
  }

  /** Checks the whole size of one text: a pipe, a substitution, a file, a variable. */
  readonly chargeStream = (size: number): void => {
    if (size > this.limits.outputBytes) this.#exceeded('outputBytes');
  };

  /** In a terminal the limits hold from one sleep to the next: a person watches, and Ctrl-C is at hand. */
  refill(): void {
    this.#used.commands = this.#used.loopTurns = this.#used.packets = 0;
    this.#shown = 0;
  }

  #exceeded(limit: keyof ShellLimits): never {
    throw new LimitExceeded(`the limit of ${this.limits[limit]} ${WORDS[limit]} in one command line is passed (${limit})`, limit);
  }
}
