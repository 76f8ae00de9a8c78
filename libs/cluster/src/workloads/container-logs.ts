import type { Sim, Table } from '@svclab/sim';
import { commandLines, type CommandLine } from './container-command.js';
import { startupLines } from './startup-lines.js';

/** One line of a container's log. */
export interface LogLine {
  readonly atUs: number;
  readonly text: string;
}

/** What wrote the log of one run of a container: a server of its image, or a command of its own. */
export interface Run {
  readonly startedUs: number;
  readonly endedUs?: number;
  readonly image: string;
  readonly command?: CommandLine;
}

/** Table `cluster.logs`, key `namespace/pod/container`. */
interface RunsRecord {
  readonly current: Run;
  /** The run before the last restart: `kubectl logs --previous`. */
  readonly previous?: Run;
}

/** Lines that a container's log keeps of what it wrote while it ran; older ones go, as a kubelet rotates files. */
const KEPT_LINES = 1_000;

/**
 * What containers have written. What a program always says at its start, and all that a command says, is computed when it is
 * read; only what requests made a server write is stored (table `cluster.log-lines`).
 */
export class ContainerLogs {
  readonly #runs: Table<RunsRecord>;
  readonly #lines: Table<LogLine>;
  readonly #counts: Table<{ next: number }>;

  constructor(private readonly sim: Sim) {
    this.#runs = sim.store.table('cluster.logs');
    this.#lines = sim.store.table('cluster.log-lines');
    this.#counts = sim.store.table('cluster.log-counts');
  }

  /** A container has started; what it wrote before is the previous run's. */
  begin(container: string, run: Run): void {
    const before = this.#runs.get(container);
    if (before?.previous) this.#forgetLines(container, before.previous);
    this.#runs.put(container, { current: run, ...(before && { previous: before.current }) });
  }

  end(container: string): void {
    const record = this.#runs.get(container);
    if (record) this.#runs.put(container, { ...record, current: { ...record.current, endedUs: this.sim.nowUs } });
  }

  append(container: string, text: string): void {
    const run = this.#runs.get(container)?.current;
    if (!run) return;
    const prefix = linePrefix(container, run);
    const next = this.#counts.get(prefix)?.next ?? 0;
    this.#lines.put(prefix + digits(next), { atUs: this.sim.nowUs, text });
    this.#counts.put(prefix, { next: next + 1 });
    if (next >= KEPT_LINES) this.#lines.delete(prefix + digits(next - KEPT_LINES));
  }

  /** In the order in which they were written; `undefined` when there was no such run. */
  read(container: string, options: { readonly previous?: boolean } = {}): readonly LogLine[] | undefined {
    const record = this.#runs.get(container);
    const run = options.previous ? record?.previous : record?.current;
    if (!run) return undefined;
    const untilUs = Math.min(run.endedUs ?? Infinity, this.sim.nowUs);
    if (run.command) return commandLines(run.command, run.startedUs, untilUs);
    const prefix = linePrefix(container, run);
    const stored = this.#lines.keysWithPrefix(prefix).map((key) => this.#lines.get(key)!);
    return [...startupLines(run.image, run.startedUs).map((text) => ({ atUs: run.startedUs, text })), ...stored];
  }

  /** The pod is gone, and its files with it. */
  forget(pod: string): void {
    for (const container of this.#runs.keysWithPrefix(`${pod}/`)) {
      const { current, previous } = this.#runs.get(container)!;
      for (const run of [current, previous]) if (run) this.#forgetLines(container, run);
      this.#runs.delete(container);
    }
  }

  /** The machines are gone, and their disks with them. */
  forgetAll(): void {
    for (const table of [this.#runs, this.#lines, this.#counts]) for (const key of table.keys()) table.delete(key);
  }

  #forgetLines(container: string, run: Run): void {
    const prefix = linePrefix(container, run);
    for (const key of this.#lines.keysWithPrefix(prefix)) this.#lines.delete(key);
    this.#counts.delete(prefix);
  }
}

const linePrefix = (container: string, { startedUs }: Run): string => `${container}/${startedUs}/`;
const digits = (number: number): string => String(number).padStart(9, '0');
