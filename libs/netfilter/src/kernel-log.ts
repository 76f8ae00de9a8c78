import type { Sim, Table } from '@svclab/sim';

/** A line of the kernel's log. */
export interface KernelLogLine {
  readonly us: number;
  /** 0 (emergency) to 7 (debug). */
  readonly level: number;
  readonly text: string;
}

/** Table `nf.kernel-log`, key = netns. */
interface KernelLogRecord {
  lines: KernelLogLine[];
}

/** The oldest lines go first, as in the kernel's ring buffer. */
const MOST_LINES = 200;

/** What `-j LOG` wrote, namespace by namespace. */
// Simplification: lines are kept for every namespace; a real kernel is silent for all but its first while net.netfilter.nf_log_all_netns is 0.
export class KernelLog {
  readonly #records: Table<KernelLogRecord>;

  constructor(private readonly sim: Sim) {
    this.#records = sim.store.table('nf.kernel-log');
  }

  write(netns: string, level: number, text: string): void {
    if (!this.#records.has(netns)) this.#records.put(netns, { lines: [] });
    const { lines } = this.#records.edit(netns);
    lines.push({ us: this.sim.nowUs, level, text });
    if (lines.length > MOST_LINES) lines.splice(0, lines.length - MOST_LINES);
  }

  /** Oldest first. */
  lines(netns: string): readonly KernelLogLine[] {
    return this.#records.get(netns)?.lines ?? [];
  }

  forget(netns: string): void {
    this.#records.delete(netns);
  }
}
