import { BUILT_IN_CHAINS, isBuiltIn } from './hooks.js';
import { makeRule, type Rule } from './iptables/rule.js';
import { intern, parseRuleText } from './iptables/rule-cache.js';
import type { RuleOutline } from './iptables/rule-shape.js';
import { RuleRefused } from './iptables/tool-error.js';
import { zeroCounters, type Chain, type ChainCounters, type Policy, type Ruleset } from './ruleset.js';
import type { Hook, TableName } from './types.js';

/** Deepest nesting of chains that nf_tables allows (Linux: `NFT_JUMP_STACK_SIZE`). */
const MOST_JUMPS = 16;

/** A chain under change. */
export class DraftChain {
  /** `undefined` as long as nothing has been counted: of most chains of a restore, nothing has. */
  #counters: ChainCounters | undefined;

  constructor(
    public policy: Policy | null,
    readonly rules: RuleOutline[] = [],
    counters?: Readonly<ChainCounters>,
  ) {
    this.#counters = counters && { policy: [...counters.policy], rules: counters.rules.map((rule) => [...rule]) };
  }

  /** To be changed in place. */
  get counters(): ChainCounters {
    return (this.#counters ??= zeroCounters(this.rules.length));
  }

  get hasCounted(): boolean {
    return this.#counters !== undefined;
  }

  insert(position: number, rule: RuleOutline, counters: readonly [number, number]): void {
    if (counters[0] || counters[1] || this.#counters) this.counters.rules.splice(position, 0, [...counters]);
    if (position === this.rules.length) this.rules.push(rule);
    else this.rules.splice(position, 0, rule);
  }

  remove(position: number): void {
    this.rules.splice(position, 1);
    this.#counters?.rules.splice(position, 1);
  }

  clear(): void {
    this.rules.length = 0;
    if (this.#counters) this.#counters.rules.length = 0;
  }
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
    return this.#now(name) !== undefined;
  }

  policy(name: string): Policy | null | undefined {
    return this.#now(name)?.policy;
  }

  rules(name: string): readonly RuleOutline[] {
    return this.#now(name)?.rules ?? [];
  }

  /** The chain as the changes so far leave it. */
  #now(name: string): DraftChain | Chain | undefined {
    return this.#changed.get(name) ?? (this.#changed.has(name) ? undefined : this.ruleset.chain(this.netns, this.table, name));
  }

  /** The chain, copied for change; `undefined` when there is none. Touching a built-in chain makes the table. */
  change(name: string): DraftChain | undefined {
    const changed = this.#changed.get(name);
    if (changed) return changed;
    if (isBuiltIn(this.table, name)) this.#makeBuiltIns();
    if (this.#changed.has(name)) return this.#changed.get(name);
    const chain = this.ruleset.chain(this.netns, this.table, name);
    if (!chain) return undefined;
    const draft = new DraftChain(chain.policy, [...chain.rules], this.ruleset.counted(chain));
    this.#changed.set(name, draft);
    return draft;
  }

  create(name: string): DraftChain {
    this.#makeBuiltIns();
    const draft = new DraftChain(null);
    this.#changed.set(name, draft);
    return draft;
  }

  delete(name: string): void {
    this.#changed.set(name, undefined);
  }

  flush(name: string): void {
    this.change(name)?.clear();
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
        if (jumpsTo(rule, name)) rules[i] = redirected(rule, newName);
      }
    }
  }

  removeRule(name: string, position: number): void {
    this.change(name)!.remove(position);
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
    const known = new Map<string, Checked>();
    for (const hook of BUILT_IN_CHAINS[this.table]) this.#validate([hook], hook, this.#checked(hook, known), known);
  }

  /** `path` leads from the built-in chain to the one to look at, and is as it was afterwards. */
  #validate(path: string[], hook: Hook, chain: Checked, known: Map<string, Checked>): void {
    if (path.length > MOST_JUMPS) throw new RuleRefused('Too many links', [...path]);
    if (chain.seenFrom === hook && chain.deepest >= path.length) return;
    chain.seenFrom = hook;
    chain.deepest = path.length;
    const { jumps, hooks } = chain.rules;
    for (const allowed of hooks) if (!allowed.includes(hook)) throw new RuleRefused('Invalid argument', [...path]);
    if (jumps.length === 0) return;
    chain.next ??= jumps.map((name) => this.#checked(name, known));
    for (let i = 0; i < jumps.length; i++) {
      path.push(jumps[i]!);
      this.#validate(path, hook, chain.next[i]!, known);
      path.pop();
    }
  }

  #checked(name: string, known: Map<string, Checked>): Checked {
    let chain = known.get(name);
    if (!chain) known.set(name, (chain = new Checked(this.#checkable(name))));
    return chain;
  }

  /** Rules that nobody is changing are read once, however often their table is checked. */
  #checkable(name: string): Checkable {
    const now = this.#now(name);
    if (!now || now instanceof DraftChain) return checkable(now?.rules ?? []);
    let known = CHECKABLE.get(now.rules);
    if (!known) CHECKABLE.set(now.rules, (known = checkable(now.rules)));
    return known;
  }

  commit(): void {
    for (const [name, chain] of this.#changed) {
      if (chain) this.ruleset.put(this.netns, this.table, name, chain.policy, chain.rules, chain.hasCounted ? chain.counters : undefined);
      else this.ruleset.delete(this.netns, this.table, name);
    }
    this.#changed.clear();
  }

  #makeBuiltIns(): void {
    if (this.exists) return;
    for (const name of BUILT_IN_CHAINS[this.table]) this.#changed.set(name, new DraftChain('ACCEPT'));
  }
}

/** What the kernel's check of a table sees of a chain. */
interface Checkable {
  readonly jumps: readonly string[];
  /** Where its rules may stand, for those that may not stand everywhere. */
  readonly hooks: readonly (readonly Hook[])[];
}

const CHECKABLE = new WeakMap<readonly RuleOutline[], Checkable>();

/** A chain under check: looked up once, though each hook leads there. */
class Checked {
  /** The chains jumped to, once they were looked up. */
  next: readonly Checked[] | undefined = undefined;
  /** The hook that led here last, and by how many jumps at most. */
  seenFrom: Hook | undefined = undefined;
  deepest = 0;

  constructor(readonly rules: Checkable) {}
}

function checkable(rules: readonly RuleOutline[]): Checkable {
  const jumps: string[] = [];
  const hooks: (readonly Hook[])[] = [];
  for (const { action, matches } of rules) {
    for (let i = 0; i < matches.length; i++) if (matches[i]!.hooks) hooks.push(matches[i]!.hooks!);
    if (action.kind === 'jump' || action.kind === 'goto') jumps.push(action.chain);
    else if (action.kind === 'extension' && action.extension.hooks) hooks.push(action.extension.hooks);
  }
  return { jumps, hooks };
}

/** The rule with another chain to jump to. */
function redirected({ text }: RuleOutline, chain: string): Rule {
  const { head, matches, action } = parseRuleText(text)![0]!;
  return intern(makeRule(head, matches, { kind: action.kind as 'jump' | 'goto', chain }));
}

const jumpsTo = ({ action }: RuleOutline, chain: string): boolean =>
  (action.kind === 'jump' || action.kind === 'goto') && action.chain === chain;
