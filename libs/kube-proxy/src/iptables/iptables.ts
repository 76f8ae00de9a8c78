import type { IpFamily } from '../configuration.js';
import type { NodeTools } from '../node-tools.js';

/** Wait up to 5 s for the lock, asking each 100 ms: every call of kube-proxy carries it. */
const WAIT = ['-w', '5', '-W', '100000'] as const;

/** The iptables command line as kube-proxy drives it (pkg/util/iptables/iptables.go). */
export class Iptables {
  readonly #command: string;

  constructor(
    private readonly tools: NodeTools,
    family: IpFamily,
  ) {
    this.#command = family === 'IPv6' ? 'ip6tables' : 'iptables';
  }

  /** Makes a chain unless it is there. */
  ensureChain(table: string, chain: string): void {
    // Exit code 1 says that the chain exists.
    this.#run('-N', chain, '-t', table);
  }

  chainExists(table: string, chain: string): boolean {
    return this.#run('-S', chain, '-t', table).exitCode === 0;
  }

  /** Puts a rule first in its chain unless an equal one is somewhere in it. */
  ensureFirstRule(table: string, chain: string, rule: readonly string[]): void {
    if (this.#run('-C', chain, '-t', table, ...rule).exitCode !== 0) this.#run('-I', chain, '-t', table, ...rule);
  }

  /** Removes a rule if it is there. */
  deleteRule(table: string, chain: string, rule: readonly string[]): void {
    if (this.#run('-C', chain, '-t', table, ...rule).exitCode === 0) this.#run('-D', chain, '-t', table, ...rule);
  }

  /** Names of the chains of a table, built-in ones included. */
  chains(table: string): string[] {
    const { stdout } = this.tools.run([`${this.#command}-save`, '-t', table]);
    return stdout.split('\n').flatMap((line) => (line.startsWith(':') ? [line.slice(1, line.indexOf(' '))] : []));
  }

  /** Loads restore text without touching chains that it does not name. Returns what went wrong, if anything. */
  restore(text: string): string | undefined {
    const { exitCode, stderr } = this.tools.run([`${this.#command}-restore`, ...WAIT, '--noflush', '--counters'], text);
    return exitCode === 0 ? undefined : stderr;
  }

  #run(...args: string[]) {
    return this.tools.run([this.#command, ...WAIT, ...args]);
  }
}
