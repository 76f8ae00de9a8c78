import { BUILT_IN_CHAINS, isBuiltIn } from './hooks.js';
import { makeRule, type Rule } from './iptables/rule.js';
import { intern } from './iptables/rule-cache.js';
import { RuleRefused } from './iptables/tool-error.js';
import { zeroCounters, type ChainCounters, type Policy, type Ruleset } from './ruleset.js';
import type { Hook, TableName } from './types.js';

/** Deepest nesting of chains that nf_tables allows (Linux: `NFT_JUMP_STACK_SIZE`). */
const MOST_JUMPS = 16;

/** A chain under change. */
export interface DraftChain {
  policy: Policy | null;
  readonly rules: Rule[];
  readonly counters: ChainCounters;
}

/** Changes to one table of a namespace, seen by nobody until `commit`: iptables-restore and each single command are atomic. */
export class TableDraft {
  /** Chains that were copied for change; `undefined`: deleted. */
  readonly #changed = new Map<string, DraftChain | undefined>();

  constructor(
    private readonly ruleset: Ruleset,
    readonly netns: string,
    readonly table: TableName,
  ) {}

  get exists(): boolean {
    return this.#changed.size > 0 || this.ruleset.table(this.netns, this.table) !== undefined;
  }

  has(name: string): boolean {
    return this.#changed.has(name) ? this.#changed.get(name) !== undefined : this.ruleset.chain(this.netns, this.table, name) !== undefined;
  }

  policy(name: string): Policy | null | undefined {
    return (this.#changed.has(name) ? this.#changed.get(name) : this.ruleset.chain(this.netns, this.table, name))?.policy;
  }

  rules(name: string): readonly Rule[] {
    return (this.#changed.has(name) ? this.#changed.get(name)?.rules : this.ruleset.chain(this.netns, this.table, name)?.rules) ?? [];
  }

  /** The chain, copied for change; `undefined` when there is none. Touching a built-in chain makes the table. */
  change(name: string): DraftChain | undefined {
    if (isBuiltIn(this.table, name)) this.#makeBuiltIns();
    if (this.#changed.has(name)) return this.#changed.get(name);
    const chain = this.ruleset.chain(this.netns, this.table, name);
    if (!chain) return undefined;
    const counters = this.ruleset.counters(chain);
    const draft: DraftChain = {
      policy: chain.policy,
      rules: [...chain.rules],
      counters: { policy: [...counters.policy], rules: counters.rules.map((rule) => [...rule]) },
    };
    this.#changed.set(name, draft);
    return draft;
  }

  create(name: string): DraftChain {
    this.#makeBuiltIns();
    const draft: DraftChain = { policy: null, rules: [], counters: zeroCounters(0) };
    this.#changed.set(name, draft);
    return draft;
  }

  delete(name: string): void {
    this.#changed.set(name, undefined);
  }

  flush(name: string): void {
    const chain = this.change(name);
    if (!chain) return;
    chain.rules.length = 0;
    chain.counters.rules.length = 0;
  }

  insert(name: string, position: number, rule: Rule, counters: readonly [number, number] = [0, 0]): void {
    const chain = this.change(name)!;
    chain.rules.splice(position, 0, rule);
    chain.counters.rules.splice(position, 0, [...counters]);
  }

  /** Rules that jump to the chain follow it. */
  rename(name: string, newName: string): void {
    const chain = this.change(name)!;
    this.#changed.set(newName, chain);
    this.#changed.set(name, undefined);
    for (const other of this.names()) {
      if (!this.rules(other).some((rule) => jumpsTo(rule, name))) continue;
      const { rules } = this.change(other)!;
      for (const [i, rule] of rules.entries()) {
        if (jumpsTo(rule, name))
          rules[i] = intern(makeRule(rule.head, rule.matches, { kind: rule.action.kind as 'jump' | 'goto', chain: newName }));
      }
    }
  }

  removeRule(name: string, position: number): void {
    const chain = this.change(name)!;
    chain.rules.splice(position, 1);
    chain.counters.rules.splice(position, 1);
  }

  /** Names as they will be once committed: built-in chains first, then in byte order. */
  names(): string[] {
    const all = new Set([...this.ruleset.chainNames(this.netns, this.table), ...this.#changed.keys()]);
    const own = [...all].filter((name) => this.has(name) && !isBuiltIn(this.table, name)).sort();
    return [...BUILT_IN_CHAINS[this.table], ...own];
  }

  /** How many rules jump to `name`. */
  references(name: string): number {
    let count = 0;
    for (const chain of this.names()) {
      for (const rule of this.rules(chain)) if (jumpsTo(rule, name)) count++;
    }
    return count;
  }

  /**
   * `nft_chain_validate`: no loops, and every target only where its kernel module allows it.
   * Chains that no hook reaches are not looked at. Throws {@link RuleRefused}.
   */
  validate(): void {
    for (const hook of BUILT_IN_CHAINS[this.table]) this.#validate([hook], hook, new Map());
  }

  /** `path` leads from the built-in chain to the one to look at. */
  #validate(path: readonly string[], hook: Hook, deepestSeen: Map<string, number>): void {
    const name = path.at(-1)!;
    if (path.length > MOST_JUMPS) throw new RuleRefused('Too many links', path);
    if ((deepestSeen.get(name) ?? 0) >= path.length) return;
    deepestSeen.set(name, path.length);
    for (const { action, matches } of this.rules(name)) {
      if (matches.some(({ hooks }) => hooks && !hooks.includes(hook))) throw new RuleRefused('Invalid argument', path);
      if (action.kind === 'jump' || action.kind === 'goto') this.#validate([...path, action.chain], hook, deepestSeen);
      else if (action.kind === 'extension' && action.extension.hooks && !action.extension.hooks.includes(hook)) {
        throw new RuleRefused('Invalid argument', path);
      }
    }
  }

  commit(): void {
    for (const [name, chain] of this.#changed) {
      if (chain) this.ruleset.put(this.netns, this.table, name, chain.policy, chain.rules, chain.counters);
      else this.ruleset.delete(this.netns, this.table, name);
    }
    this.#changed.clear();
  }

  #makeBuiltIns(): void {
    if (this.exists) return;
    for (const name of BUILT_IN_CHAINS[this.table]) this.#changed.set(name, { policy: 'ACCEPT', rules: [], counters: zeroCounters(0) });
  }
}

const jumpsTo = ({ action }: Rule, chain: string): boolean => (action.kind === 'jump' || action.kind === 'goto') && action.chain === chain;
