import type { Sim, Table } from '@svclab/sim';
import { ChainIndex } from './chain-index.js';
import { BUILT_IN_CHAINS, HOOK_ENTRIES, isBuiltIn, type HookEntry } from './hooks.js';
import { setsOf, type Rule } from './iptables/rule.js';
import { parseRuleText } from './iptables/rule-cache.js';
import type { HookedChain, NftRuleset } from './nftables/nft-ruleset.js';
import type { Hook, RuleCause, RuleReference, TableName } from './types.js';

export type Policy = 'ACCEPT' | 'DROP';

/** One chain. Table `nf.chains`, key = `<netns>|<table>|<chain>`. */
interface ChainRecord {
  /** `null` for a user-defined chain. */
  readonly policy: Policy | null;
  /** Each rule's `-S` line without `-A CHAIN`. */
  readonly rules: readonly string[];
}

/** Its counters. Table `nf.counters`, same key; made when the first packet is counted. */
export interface ChainCounters {
  /** Packets and bytes. */
  policy: number[];
  /** For each rule: packets, bytes, then what its stateful matches keep. */
  rules: number[][];
}

/** Names of kernel objects that rules refer to: `recent` lists, `nfacct` objects and sets, as often as each is named. */
export interface KernelObjects {
  readonly recent: readonly string[];
  readonly accounting: readonly string[];
  readonly ipsets: readonly string[];
}

const NO_OBJECTS: KernelObjects = { recent: [], accounting: [], ipsets: [] };
const MAY_NAME_OBJECTS = /-m (?:recent|nfacct|set) |-j SET /;

function objectsOf(rules: readonly Rule[]): KernelObjects {
  const matches = rules.flatMap((rule) => rule.matches);
  const named = (name: string | undefined): name is string => name !== undefined;
  return {
    recent: matches.map((match) => match.recentList).filter(named),
    accounting: matches.map((match) => match.accountingObject).filter(named),
    ipsets: rules.flatMap(setsOf),
  };
}

/** A rule as traces name it, and as `-A CHAIN …`. */
interface Named {
  readonly line: string;
  reference: RuleReference;
}

/** A chain as loaded: rules parsed when they are first needed. */
export class Chain {
  /** Its counters, and the transaction in which they may be changed. Only for {@link Ruleset}. */
  counted: ChainCounters | undefined;
  countedIn = -1;
  #rules: readonly Rule[] | undefined;
  #objects: KernelObjects | undefined;
  #index: ChainIndex | null | undefined;
  /** Rules that a trace or a verdict has named. */
  #named: Named[] | undefined;

  constructor(
    readonly key: string,
    readonly table: TableName,
    readonly name: string,
    private readonly record: ChainRecord,
  ) {}

  get policy(): Policy | null {
    return this.record.policy;
  }

  get rules(): readonly Rule[] {
    return (this.#rules ??= this.record.rules.map((text) => parseRuleText(text)![0]!));
  }

  /** Finds rules in a long chain; `null` where walking is as good. */
  get index(): ChainIndex | null {
    if (this.#index === undefined) this.#index = ChainIndex.of(this.rules) ?? null;
    return this.#index;
  }

  /** Names the rule at `position`, and the objects that it was written for where `causeOf` (asked with `-A CHAIN …`) knows them. */
  reference(position: number, causeOf?: (rule: string) => RuleCause | undefined): RuleReference {
    const { text } = this.rules[position]!;
    const allNamed = (this.#named ??= []);
    let named = allNamed[position];
    if (!named) {
      const { table, name: chain } = this;
      allNamed[position] = named = { line: `-A ${chain} ${text}`, reference: { table, chain, number: position + 1, text } };
    }
    const cause = causeOf?.(named.line);
    if (cause === named.reference.cause) return named.reference;
    const { cause: _outdated, ...bare } = named.reference;
    return (named.reference = cause ? { ...bare, cause } : bare);
  }

  /** What its rules name outside the tables. Kept, since every change of a namespace asks all of its chains. */
  get objects(): KernelObjects {
    // Most chains name none, and then their rules need not be parsed to know it.
    return (this.#objects ??= this.record.rules.some((text) => MAY_NAME_OBJECTS.test(text)) ? objectsOf(this.rules) : NO_OBJECTS);
  }
}

/** Where the walk through a table begins, and the chains that it may reach. */
export interface TablePath {
  readonly chains: ReadonlyMap<string, Chain>;
  readonly base: Chain;
}

/** A table of iptables with its chains. */
export type PlannedTable = Extract<HookEntry, { readonly kind: 'table' }> & TablePath;

/** A native base chain of nftables. */
export interface PlannedNative extends HookedChain {
  readonly kind: 'native';
  readonly priority: number;
}

/** NAT, with the rules that a connection's first packet meets there, in order (`nf_nat_inet_fn`). */
export type PlannedNat = Extract<HookEntry, { readonly kind: 'nat' }> & { readonly rulesets: readonly (PlannedTable | PlannedNative)[] };

/** What hangs in a hook of a namespace. */
export type PlannedEntry = Exclude<HookEntry, { readonly table: TableName }> | PlannedTable | PlannedNative | PlannedNat;

/** All chains of one namespace, and what follows from them. */
class NamespaceRules {
  readonly tables = new Map<TableName, Map<string, Chain>>();
  readonly #plans = new Map<Hook, readonly PlannedEntry[]>();
  #tracksConnections: boolean | undefined;
  #usesIpvs = false;

  constructor(
    private readonly netns: string,
    private readonly native: NftRuleset,
  ) {}

  /** Native tables have changed. */
  nativeChanged(): void {
    this.#tracksConnections = undefined;
    this.#plans.clear();
  }

  set usesIpvs(inUse: boolean) {
    this.#usesIpvs = inUse;
    this.#plans.clear();
  }

  set(table: TableName, name: string, chain: Chain | undefined): void {
    this.#tracksConnections = undefined;
    this.#plans.clear();
    let chains = this.tables.get(table);
    if (!chains) this.tables.set(table, (chains = new Map()));
    if (chain) chains.set(name, chain);
    else chains.delete(name);
    if (chains.size === 0) this.tables.delete(table);
  }

  /** As in Linux, conntrack works only in namespaces whose rules ask for it (`nf_ct_netns_get`). */
  get tracksConnections(): boolean {
    return (this.#tracksConnections ??= this.tables.has('nat') || this.#someRuleAsks() || this.native.tracksConnections(this.netns));
  }

  /** What a packet meets at `hook`: tables that nobody has touched are not registered there (`nf_register_net_hook`). */
  plan(hook: Hook): readonly PlannedEntry[] {
    let plan = this.#plans.get(hook);
    if (!plan) this.#plans.set(hook, (plan = this.#makePlan(hook)));
    return plan;
  }

  #makePlan(hook: Hook): PlannedEntry[] {
    const natives = this.native
      .hooked(this.netns, hook)
      .map((hooked) => ({ kind: 'native', priority: hooked.base.priority, ...hooked }) as const);
    const nat = natives.filter(({ base }) => base.type === 'nat');
    const plan = HOOK_ENTRIES[hook].flatMap((entry) => this.#planned(entry, hook, nat) ?? []);
    return withNatives(
      plan,
      natives.filter(({ base }) => base.type !== 'nat'),
    );
  }

  #planned(entry: HookEntry, hook: Hook, nat: readonly PlannedNative[]): PlannedEntry | undefined {
    if (entry.kind === 'conntrack' || entry.kind === 'confirm') return this.tracksConnections ? entry : undefined;
    if (entry.kind === 'ipvs') return this.#usesIpvs ? entry : undefined;
    const chains = this.tables.get(entry.table);
    const base = chains?.get(hook);
    const path = chains && base && { chains, base };
    if (entry.kind === 'table') return path && { ...entry, ...path };
    const table: readonly PlannedTable[] = path ? [{ kind: 'table', table: 'nat', priority: entry.priority, ...path }] : [];
    const rulesets = withNatives(table, nat);
    return rulesets.length > 0 ? { ...entry, rulesets } : undefined;
  }

  #someRuleAsks(): boolean {
    for (const chains of this.tables.values()) {
      for (const chain of chains.values()) {
        if (chain.rules.some(asksForConntrack)) return true;
      }
    }
    return false;
  }
}

const isTable = ({ kind }: { readonly kind: string }): boolean => kind === 'table' || kind === 'nat';

/** Puts native chains between the others, by priority; of two equals the one that came later is first (`nf_hook_entries_grow`). */
function withNatives<E extends { readonly kind: string; readonly priority: number }>(
  entries: readonly E[],
  natives: readonly PlannedNative[],
): (E | PlannedNative)[] {
  const merged: (E | PlannedNative)[] = [...entries];
  for (const native of natives.toReversed()) {
    const { priority, base } = native;
    const place = merged.findIndex((entry) => {
      if (entry.priority !== priority) return entry.priority > priority;
      return base.beforeIptables || !isTable(entry);
    });
    merged.splice(place < 0 ? merged.length : place, 0, native);
  }
  return merged;
}

const NOTHING: readonly PlannedEntry[] = [];

const asksForConntrack = ({ matches, action }: Rule): boolean =>
  matches.some((match) => match.needsConntrack) || (action.kind === 'extension' && action.target.needsConntrack === true);

/** The iptables rules of all namespaces, over the tables `nf.chains` and `nf.counters`. */
export class Ruleset {
  readonly #chains: Table<ChainRecord>;
  readonly #counters: Table<ChainCounters>;
  readonly #namespaces = new Map<string, NamespaceRules>();
  #generation = 0;

  constructor(
    sim: Sim,
    private readonly native: NftRuleset,
  ) {
    native.onChange = (netns) => this.#toChange(netns).nativeChanged();
    this.#chains = sim.store.table('nf.chains');
    this.#counters = sim.store.table('nf.counters');
    this.#chains.subscribe((key, _before, after) => this.#load(key, after));
    this.#counters.subscribe((key) => this.#forgetCounted(key));
  }

  /** Moves with every change of what hangs in a hook. */
  get generation(): number {
    return this.#generation;
  }

  chain(netns: string, table: TableName, name: string): Chain | undefined {
    return this.#namespaces.get(netns)?.tables.get(table)?.get(name);
  }

  /** Chains by name; `undefined` for a table nobody has touched. */
  table(netns: string, table: TableName): ReadonlyMap<string, Chain> | undefined {
    return this.#namespaces.get(netns)?.tables.get(table);
  }

  /** Names as the tools print them: built-in chains (there or not), then the others in byte order. */
  chainNames(netns: string, table: TableName): string[] {
    const names = [...(this.table(netns, table)?.keys() ?? [])].filter((name) => !isBuiltIn(table, name)).sort();
    return [...BUILT_IN_CHAINS[table], ...names];
  }

  /** Whether a table of iptables hangs in a hook with this priority. */
  hangs(netns: string, hook: Hook, type: 'filter' | 'nat' | 'route', priority: number): boolean {
    const entry = HOOK_ENTRIES[hook].find(
      (known) => 'table' in known && known.priority === priority && (known.kind === 'nat') === (type === 'nat'),
    );
    return entry !== undefined && 'table' in entry && this.chain(netns, entry.table, hook) !== undefined;
  }

  /** What hangs in a hook of this namespace, in priority order. */
  hookPlan(netns: string, hook: Hook): readonly PlannedEntry[] {
    return this.#namespaces.get(netns)?.plan(hook) ?? NOTHING;
  }

  /** The virtual server hangs in hooks as long as a namespace has a virtual service (`ip_vs_register_hooks`). */
  useIpvs(netns: string, inUse: boolean): void {
    this.#toChange(netns).usesIpvs = inUse;
  }

  /** The counters where something was counted. */
  counted(chain: Chain): Readonly<ChainCounters> | undefined {
    return this.#counters.get(chain.key);
  }

  counters(chain: Chain): Readonly<ChainCounters> {
    return this.counted(chain) ?? zeroCounters(chain.rules.length);
  }

  /** The counters, to be changed in place. */
  count(chain: Chain): ChainCounters {
    // Every packet counts several times, so what an earlier one of this transaction got is kept.
    if (chain.counted && chain.countedIn === this.#counters.transaction) return chain.counted;
    if (!this.#counters.has(chain.key)) this.#counters.put(chain.key, zeroCounters(chain.rules.length));
    chain.counted = this.#counters.edit(chain.key);
    chain.countedIn = this.#counters.transaction;
    return chain.counted;
  }

  put(
    netns: string,
    table: TableName,
    name: string,
    policy: Policy | null,
    rules: readonly Pick<Rule, 'text'>[],
    counters: ChainCounters | undefined,
  ): void {
    const key = keyOf(netns, table, name);
    this.#chains.put(key, { policy, rules: rules.map((rule) => rule.text) });
    if (!counters || isZero(counters)) this.#counters.delete(key);
    else this.#counters.put(key, counters);
  }

  delete(netns: string, table: TableName, name: string): void {
    const key = keyOf(netns, table, name);
    this.#chains.delete(key);
    this.#counters.delete(key);
  }

  /** Removes all tables of a namespace, as `nft flush ruleset` does. */
  flush(netns: string): void {
    for (const key of this.#chains.keysWithPrefix(`${netns}|`)) {
      this.#chains.delete(key);
      this.#counters.delete(key);
    }
  }

  /** Forgets a namespace that goes away. */
  forget(netns: string): void {
    this.flush(netns);
    this.#namespaces.delete(netns);
  }

  #forgetCounted(key: string): void {
    const [netns, table, name] = partsOf(key);
    const chain = this.chain(netns, table, name);
    if (chain) chain.counted = undefined;
  }

  #load(key: string, record: ChainRecord | undefined): void {
    const [netns, table, chainName] = partsOf(key);
    this.#toChange(netns).set(table, chainName, record && new Chain(key, table, chainName, record));
  }

  /** The rules of a namespace in which something that hangs in hooks is about to change. */
  #toChange(netns: string): NamespaceRules {
    this.#generation++;
    let rules = this.#namespaces.get(netns);
    if (!rules) this.#namespaces.set(netns, (rules = new NamespaceRules(netns, this.native)));
    return rules;
  }
}

const keyOf = (netns: string, table: TableName, name: string): string => `${netns}|${table}|${name}`;

function partsOf(key: string): readonly [netns: string, table: TableName, name: string] {
  const first = key.indexOf('|');
  const second = key.indexOf('|', first + 1);
  return [key.slice(0, first), key.slice(first + 1, second) as TableName, key.slice(second + 1)];
}

export const zeroCounters = (rules: number): ChainCounters => ({ policy: [0, 0], rules: Array.from({ length: rules }, () => [0, 0]) });

const isZero = (counters: ChainCounters): boolean =>
  counters.policy.every((count) => count === 0) && counters.rules.every((rule) => rule.length === 2 && rule.every((count) => count === 0));
