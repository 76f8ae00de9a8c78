import type { Hook } from '../types.js';
import { isAlive, linksOf, recordOf, shapeOf, type ChainLinks, type LoadedTable } from './loaded.js';
import type { ElementShape, SetElement, WrittenElement } from './elements.js';
import { compareKeys, fieldsOverlap, mergeRanges, printKey } from './keys.js';
import type { NftRuleset } from './nft-ruleset.js';
import { KERNEL, NftProblem, type Span } from './problem.js';
import { internRule, parseRule } from './rule-parser.js';
import type { NftRule } from './rule.js';
import type {
  BaseChain,
  ChainRecord,
  ElementRecord,
  NamespaceRecord,
  RuleStateRecord,
  SetRecord,
  TableFamily,
  TableRecord,
} from './types.js';

/** A chain under change. */
export interface DraftChain {
  handle: number;
  base?: BaseChain;
  comment?: string;
  rules: [handle: number, text: string][];
  state: RuleStateRecord;
}

/** A set under change; its elements are copied when the first of them changes. */
export class DraftSet {
  #elements: Map<string, SetElement> | undefined;
  readonly changed = new Set<string>();

  constructor(
    readonly record: SetRecord,
    private readonly loaded: ReadonlyMap<string, SetElement> | undefined,
  ) {}

  get shape(): ElementShape {
    return shapeOf(this.record)!;
  }

  get elements(): ReadonlyMap<string, SetElement> {
    return this.#elements ?? this.loaded ?? new Map();
  }

  put(element: SetElement): void {
    this.#change(element.text).set(element.text, element);
  }

  delete(text: string): void {
    this.#change(text).delete(text);
  }

  clear(): void {
    for (const text of this.elements.keys()) this.changed.add(text);
    this.#elements = new Map();
  }

  #change(text: string): Map<string, SetElement> {
    this.changed.add(text);
    return (this.#elements ??= new Map(this.loaded));
  }
}

/** A table under change: what was touched stands over what is loaded. */
export class DraftTable {
  readonly chains = new Map<string, DraftChain | undefined>();
  readonly sets = new Map<string, DraftSet | undefined>();
  /** Where chains and sets were deleted; whether they may go is seen at the end. */
  readonly deleted: { readonly kind: 'chain' | 'set'; readonly name: string; readonly at: Span }[] = [];
  /** Where a rule was written last, by chain: what a complaint about the whole points at. */
  readonly writtenAt = new Map<string, Span>();
  nextHandle: number;

  constructor(
    readonly family: TableFamily,
    readonly name: string,
    public record: TableRecord,
    /** `undefined` for a new table, or one that was deleted and made again. */
    readonly loaded: LoadedTable | undefined,
  ) {
    this.nextHandle = record.nextHandle;
  }

  takeHandle(): number {
    return this.nextHandle++;
  }

  chain(name: string): DraftChain | undefined {
    if (this.chains.has(name)) return this.chains.get(name);
    const loaded = this.loaded?.chains.get(name);
    if (!loaded) return undefined;
    const { handle, base, comment, rules } = loaded.record;
    const state = Object.fromEntries(
      loaded.rules.flatMap((rule) => (rule.rule.numbers.length > 0 ? [[rule.handle, [...loaded.numbers(rule)]]] : [])),
    );
    const chain: DraftChain = {
      handle,
      ...(base && { base }),
      ...(comment !== undefined && { comment }),
      rules: rules.map(([ruleHandle, text]) => [ruleHandle, text]),
      state,
    };
    this.chains.set(name, chain);
    return chain;
  }

  hasChain(name: string): boolean {
    return this.chains.has(name) ? this.chains.get(name) !== undefined : (this.loaded?.chains.has(name) ?? false);
  }

  set(name: string): DraftSet | undefined {
    if (this.sets.has(name)) return this.sets.get(name);
    const loaded = this.loaded?.sets.get(name);
    if (!loaded) return undefined;
    const set = new DraftSet(loaded.record, loaded.elements);
    this.sets.set(name, set);
    return set;
  }

  hasSet(name: string): boolean {
    return this.sets.has(name) ? this.sets.get(name) !== undefined : (this.loaded?.sets.has(name) ?? false);
  }

  chainNames(): string[] {
    const names = new Set([...(this.loaded?.chains.keys() ?? []), ...this.chains.keys()]);
    return [...names].filter((name) => this.hasChain(name));
  }

  setNames(): string[] {
    const names = new Set([...(this.loaded?.sets.keys() ?? []), ...this.sets.keys()]);
    return [...names].filter((name) => this.hasSet(name));
  }

  /** What a chain's rules refer to, without copying it. */
  linksOf(name: string): ChainLinks {
    const draft = this.chains.get(name);
    if (!draft) return this.loaded!.chains.get(name)!.links;
    return linksOf(draft.rules.map(([, text]) => parseRule(text, this.family)));
  }

  baseOf(name: string): BaseChain | undefined {
    return this.chains.has(name) ? this.chains.get(name)?.base : this.loaded?.chains.get(name)?.base;
  }

  /** Elements of a set, without copying it. */
  elementsOf(name: string): Iterable<SetElement> {
    return (this.sets.get(name)?.elements ?? this.loaded?.sets.get(name)?.elements ?? new Map<string, SetElement>()).values();
  }
}

/** Changes to the tables of a namespace, seen by nobody until `commit`: a whole text is done or nothing of it. */
export class NftDraft {
  readonly #tables = new Map<string, DraftTable | undefined>();
  readonly #deletedTables = new Set<LoadedTable>();
  readonly #counted: { -readonly [K in keyof NamespaceRecord]: NamespaceRecord[K] };
  /** Tables that have got rules or elements. */
  readonly #adds = new Set<DraftTable>();
  #flushesIptables = false;

  constructor(
    private readonly ruleset: NftRuleset,
    readonly netns: string,
    readonly nowUs: number,
  ) {
    this.#counted = { ...ruleset.counted(netns) };
  }

  table(family: TableFamily, name: string): DraftTable | undefined {
    const id = `${family}|${name}`;
    if (this.#tables.has(id)) return this.#tables.get(id);
    const loaded = this.ruleset.table(this.netns, family, name);
    if (!loaded) return undefined;
    const table = new DraftTable(family, name, loaded.record!, loaded);
    this.#tables.set(id, table);
    return table;
  }

  createTable(family: TableFamily, name: string, properties: Pick<TableRecord, 'comment' | 'dormant'>): DraftTable {
    const table = new DraftTable(family, name, { ...properties, handle: this.#counted.nextTableHandle++, nextHandle: 1 }, undefined);
    this.#tables.set(`${family}|${name}`, table);
    return table;
  }

  deleteTable(table: DraftTable): void {
    if (table.loaded) this.#deletedTables.add(table.loaded);
    this.#tables.set(`${table.family}|${table.name}`, undefined);
  }

  /** `flush ruleset`: every table of the family, or of all; iptables' tables are nftables too. */
  flushRuleset(family: TableFamily | undefined): void {
    for (const table of this.#liveTables()) if (family === undefined || table.family === family) this.deleteTable(table);
    if (family === undefined || family === 'ip') this.#flushesIptables = true;
  }

  get flushesIptables(): boolean {
    return this.#flushesIptables;
  }

  takeRegistration(): number {
    return this.#counted.nextRegistration++;
  }

  #liveTables(): DraftTable[] {
    for (const { family, name } of this.ruleset.tables(this.netns)) this.table(family, name);
    return [...this.#tables.values()].filter((table) => table !== undefined);
  }

  /** Adds a rule behind (or at) `position`; sets without a name take their handles before it. */
  addRule(table: DraftTable, chain: DraftChain, rule: NftRule, position: number, replacedHandle?: number): void {
    const interned = internRule(rule, table.family);
    this.#adds.add(table);
    for (let i = 0; i < rule.anonymousSets; i++) table.takeHandle();
    const handle = replacedHandle ?? table.takeHandle();
    chain.rules.splice(position, 0, [handle, interned.text]);
    if (rule.numbers.some((number) => number !== 0)) chain.state[handle] = [...rule.numbers];
  }

  /** Adds an element. Throws {@link NftProblem} when it cannot be. */
  addElement(table: DraftTable, set: DraftSet, written: WrittenElement, options: { readonly mustBeNew: boolean }): void {
    this.#adds.add(table);
    const { record, shape } = set;
    const { at, chainAt: _chainAt, expiresMs, ...element } = written;
    if (shape.data && !element.verdict && !element.data) throw new NftProblem('Could not process rule: Invalid argument', at);
    const known = set.elements.get(element.text);
    const alive = known && isAlive(known, this.nowUs);
    if (alive && options.mustBeNew) throw new NftProblem(KERNEL.exists, at);
    if (alive && !sameTarget(known, element, shape)) throw new NftProblem(KERNEL.exists, at);
    if (!alive && record.size !== undefined && set.elements.size >= record.size) throw new NftProblem(KERNEL.setFull, at);
    const lifeMs = expiresMs ?? element.timeoutMs ?? record.timeoutMs;
    const { timeoutMs, ...lasting } = element;
    const added: SetElement = {
      ...lasting,
      ...(timeoutMs !== undefined && timeoutMs !== record.timeoutMs && { timeoutMs }),
      ...(lifeMs !== undefined && { expiresUs: this.nowUs + lifeMs * 1_000 }),
    };
    if (record.flags.includes('interval') && !alive) this.#addInterval(set, added, at);
    else set.put(added);
  }

  #addInterval(set: DraftSet, added: SetElement, at: Span): void {
    const { keyTypes } = set.shape;
    const rivals = [...set.elements.values()].filter(({ key }) => key.every((field, i) => fieldsOverlap(field, added.key[i]!)));
    if (!set.record.autoMerge) {
      if (rivals.length > 0) throw new NftProblem('conflicting intervals specified', at);
      set.put(added);
      return;
    }
    const all = [...set.elements.values(), added].toSorted((a, b) => compareKeys(a.key, b.key, keyTypes));
    set.clear();
    for (const field of mergeRanges(all.map(({ key }) => key[0]!))) set.put({ key: [field], text: printKey([field], keyTypes) });
  }

  /** What the kernel finds out about the whole (`nf_tables_validate`). Throws {@link NftProblem}. */
  validate(): void {
    for (const table of this.#tables.values()) {
      if (!table) continue;
      this.#checkDeleted(table);
      // What only takes away leads nowhere that was not led to before.
      if (!this.#adds.has(table)) continue;
      for (const name of table.chainNames()) {
        const base = table.baseOf(name);
        if (base) new ChainCheck(table, base).from(name);
      }
    }
  }

  #checkDeleted(table: DraftTable): void {
    const gone = table.deleted.filter(({ kind, name }) => !(kind === 'chain' ? table.hasChain(name) : table.hasSet(name)));
    if (gone.length === 0) return;
    const links = table.chainNames().map((name) => table.linksOf(name));
    const chains = new Set(links.flatMap((link) => link.chains));
    const sets = new Set(links.flatMap((link) => link.sets));
    for (const setName of table.setNames()) {
      for (const { verdict } of table.elementsOf(setName)) if (verdict && 'chain' in verdict) chains.add(verdict.chain);
    }
    const inUse = gone.find(({ kind, name }) => (kind === 'chain' ? chains : sets).has(name));
    if (inUse) throw new NftProblem(KERNEL.busy, inUse.at);
  }

  commit(): void {
    const { store } = this.ruleset;
    const { nextTableHandle, nextRegistration } = this.ruleset.counted(this.netns);
    if (this.#counted.nextTableHandle !== nextTableHandle || this.#counted.nextRegistration !== nextRegistration) {
      store.namespaces.put(this.netns, this.#counted);
    }
    for (const { key } of this.#deletedTables) {
      store.tables.delete(key);
      for (const inside of [store.chains, store.ruleStates, store.sets, store.elements]) {
        for (const insideKey of inside.keysWithPrefix(`${key}|`)) inside.delete(insideKey);
      }
    }
    for (const table of this.#tables.values()) if (table) this.#commitTable(table);
  }

  #commitTable(table: DraftTable): void {
    const { store } = this.ruleset;
    const key = `${this.netns}|${table.family}|${table.name}`;
    const record = { ...table.record, nextHandle: table.nextHandle };
    if (!table.loaded || table.loaded.record !== record) store.tables.put(key, record);
    for (const [name, set] of table.sets) this.#commitSet(`${key}|${name}`, set);
    for (const [name, chain] of table.chains) this.#commitChain(`${key}|${name}`, chain);
  }

  #commitChain(key: string, chain: DraftChain | undefined): void {
    const { chains, ruleStates } = this.ruleset.store;
    if (!chain) {
      chains.delete(key);
      ruleStates.delete(key);
      return;
    }
    const { state, ...record } = chain;
    chains.put(key, record satisfies ChainRecord);
    const living = Object.fromEntries(record.rules.flatMap(([handle]) => (state[handle] ? [[handle, state[handle]]] : [])));
    if (Object.keys(living).length > 0) ruleStates.put(key, living);
    else ruleStates.delete(key);
  }

  #commitSet(key: string, set: DraftSet | undefined): void {
    const { sets, elements } = this.ruleset.store;
    if (!set) {
      sets.delete(key);
      for (const elementKey of elements.keysWithPrefix(`${key}|`)) elements.delete(elementKey);
      return;
    }
    const before = sets.get(key);
    if (before && before.handle !== set.record.handle) this.#commitSet(key, undefined);
    if (before !== set.record) sets.put(key, set.record);
    for (const text of set.changed) {
      const element = set.elements.get(text);
      const stored = elements.get(`${key}|${text}`);
      const record = element && recordOf(element, set.shape);
      if (!record) elements.delete(`${key}|${text}`);
      else if (!stored || !sameRecord(stored, record)) elements.put(`${key}|${text}`, record);
    }
  }
}

const sameRecord = (a: ElementRecord, b: ElementRecord): boolean =>
  a.value === b.value && a.comment === b.comment && a.timeoutMs === b.timeoutMs && a.expiresUs === b.expiresUs;

const sameTarget = (a: SetElement, b: SetElement, shape: ElementShape): boolean => recordOf(a, shape).value === recordOf(b, shape).value;

/** Deepest nesting of chains (Linux: `NFT_JUMP_STACK_SIZE`). */
const MOST_JUMPS = 16;

/** Follows every way from a base chain: no loops, and every statement only where the kernel allows it (`nft_chain_validate`). */
class ChainCheck {
  readonly #deepestSeen = new Map<string, number>();

  constructor(
    private readonly table: DraftTable,
    private readonly base: { readonly type: string; readonly hook: Hook },
  ) {}

  /** `at` is where the last rule on the way here was written. */
  from(name: string, depth = 1, at: Span = { from: 0, to: 1 }): void {
    const here = this.table.writtenAt.get(name) ?? at;
    if (depth > MOST_JUMPS) throw new NftProblem(KERNEL.tooManyLinks, here);
    if ((this.#deepestSeen.get(name) ?? 0) >= depth) return;
    this.#deepestSeen.set(name, depth);
    const { chains, sets, restricted } = this.table.linksOf(name);
    for (const { nat, hooks } of restricted) {
      const misplaced = (nat && this.base.type !== 'nat') || (hooks && !hooks.includes(this.base.hook));
      if (misplaced) throw new NftProblem(KERNEL.notSupported, here);
    }
    for (const target of chains) this.from(target, depth + 1, here);
    for (const set of sets) {
      for (const { verdict } of this.table.elementsOf(set)) {
        if (verdict && 'chain' in verdict) this.from(verdict.chain, depth + 1, here);
      }
    }
  }
}
