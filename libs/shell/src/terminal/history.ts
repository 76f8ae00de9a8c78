import type { World } from '@svclab/cluster';
import type { Table } from '@svclab/sim';
import type { Location } from '../types.js';

/** Lines that a shell remembers (bash's HISTSIZE). */
const HISTORY_LINES = 500;

/** What was typed at the prompts of a place, oldest first. Table `shell.histories`, key = location. */
export class History {
  readonly #table: Table<{ readonly lines: readonly string[] }>;

  constructor(
    world: World,
    private readonly at: Location,
  ) {
    this.#table = world.sim.store.table('shell.histories');
  }

  get lines(): readonly string[] {
    return this.#table.get(this.at)?.lines ?? [];
  }

  /** Blank lines, and the same line twice in a row, are not kept. */
  add(line: string): void {
    const { lines } = this;
    if (line.trim() === '' || lines.at(-1) === line) return;
    this.#table.put(this.at, { lines: [...lines, line].slice(-HISTORY_LINES) });
  }
}
