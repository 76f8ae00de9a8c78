import type { Sim, Table } from '@svclab/sim';
import type { KubeProxyConfiguration } from './configuration.js';
import { klogLine, type KlogValues } from './klog.js';

/** Table `proxy.logs`, by node name: what the kube-proxy container there has written. */
interface LogRecord {
  /** Of its last lines, oldest first. */
  readonly lines: readonly string[];
  readonly verbosity: number;
}

const MAX_LINES = 200;

/** The logs of all kube-proxies. Lines above a node's `logging.verbosity` are not written. */
// Simplification: a kube-proxy's log keeps its last 200 lines.
export class ProxyLog {
  readonly #logs: Table<LogRecord>;

  constructor(private readonly sim: Sim) {
    this.#logs = sim.store.table('proxy.logs');
  }

  /** A container starts, with an empty log. */
  begin(node: string, config: KubeProxyConfiguration): void {
    this.#logs.put(node, { lines: [], verbosity: config.logging?.verbosity ?? 0 });
  }

  write(node: string, severity: 'I' | 'W' | 'E', source: string, message: string, values?: KlogValues, verbosity = 0): void {
    const record = this.#logs.get(node) ?? { lines: [], verbosity: 0 };
    if (verbosity > record.verbosity) return;
    const lines = [...record.lines.slice(1 - MAX_LINES), klogLine(severity, this.sim.nowUs, source, message, values)];
    this.#logs.put(node, { ...record, lines });
  }

  text(node: string): string {
    return (this.#logs.get(node)?.lines ?? []).map((line) => `${line}\n`).join('');
  }

  forget(node: string): void {
    this.#logs.delete(node);
  }
}
