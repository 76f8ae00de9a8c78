import type { Sim } from '@svclab/sim';
import type { Hook } from '../types.js';
import { LoadedChain, LoadedSet, LoadedTable, type NftStore } from './loaded.js';
import type { BaseChain, ChainRecord, ElementRecord, NamespaceRecord, SetRecord, TableFamily, TableRecord } from './types.js';

/** A base chain with its place in its hook. */
export interface HookedChain {
  readonly chain: LoadedChain;
  readonly base: BaseChain;
}

/** Native nftables tables of all namespaces, over the tables `nft.*` of the store. */
export class NftRuleset {
  readonly store: NftStore;
  /** Told when what hangs in a namespace's hooks may have changed. */
  onChange: (netns: string) => void = () => undefined;
  readonly #namespaces = new Map<string, Map<string, LoadedTable>>();
  /** Elements whose set is not loaded yet, by set: a restore fills the tables in any order. */
  readonly #waiting = new Map<string, Map<string, ElementRecord>>();
  readonly #tracking = new Map<string, boolean>();

  constructor(sim: Sim) {
    this.store = {
      namespaces: sim.store.table('nft.namespaces'),
      tables: sim.store.table('nft.tables'),
      chains: sim.store.table('nft.chains'),
      ruleStates: sim.store.table('nft.rule-states'),
      sets: sim.store.table('nft.sets'),
      elements: sim.store.table('nft.elements'),
    };
    this.store.tables.subscribe((key, _before, after) => this.#loadTable(key, after));
    this.store.chains.subscribe((key, _before, after) => this.#loadChain(key, after));
    this.store.sets.subscribe((key, _before, after) => this.#loadSet(key, after));
    this.store.elements.subscribe((key, _before, after) => this.#loadElement(key, after));
  }

  /** In the order in which they were made. */
  tables(netns: string): LoadedTable[] {
    const tables = [...(this.#namespaces.get(netns)?.values() ?? [])].filter(({ record }) => record);
    return tables.toSorted((a, b) => a.record!.handle - b.record!.handle);
  }

  table(netns: string, family: TableFamily, name: string): LoadedTable | undefined {
    const table = this.#namespaces.get(netns)?.get(`${family}|${name}`);
    return table?.record && table;
  }

  /** What hangs in a hook, in the order in which packets meet it (`nf_hook_entries_grow`: the younger of two equals first). */
  hooked(netns: string, hook: Hook): HookedChain[] {
    const found = this.tables(netns).flatMap(({ record, chains }) =>
      record!.dormant ? [] : [...chains.values()].flatMap((chain) => (chain.base?.hook === hook ? [{ chain, base: chain.base }] : [])),
    );
    return found.toSorted((a, b) => a.base.priority - b.base.priority || b.base.registered - a.base.registered);
  }

  /** What is counted in a namespace. */
  counted(netns: string): NamespaceRecord {
    return this.store.namespaces.get(netns) ?? { nextTableHandle: 1, nextRegistration: 1 };
  }

  /** As in Linux, a rule that asks for a connection, or a chain of type nat, makes the namespace track them. */
  tracksConnections(netns: string): boolean {
    const known = this.#tracking.get(netns);
    if (known !== undefined) return known;
    const chains = this.tables(netns).flatMap((table) => [...table.chains.values()]);
    const tracks =
      chains.some(({ base }) => base?.type === 'nat') || chains.some(({ rules }) => rules.some(({ rule }) => rule.needsConntrack));
    this.#tracking.set(netns, tracks);
    return tracks;
  }

  /** Forgets a namespace that goes away. */
  forget(netns: string): void {
    const { namespaces, ...inside } = this.store;
    for (const table of Object.values(inside)) {
      for (const key of table.keysWithPrefix(`${netns}|`)) table.delete(key);
    }
    namespaces.delete(netns);
    this.#namespaces.delete(netns);
    this.#changed(netns);
  }

  #changed(netns: string): void {
    this.#tracking.delete(netns);
    this.onChange(netns);
  }

  #place(key: string): { readonly table: LoadedTable; readonly name: string; readonly rest: string } {
    const [netns, family, tableName, name = '', ...rest] = key.split('|') as [string, TableFamily, string, string?, ...string[]];
    let tables = this.#namespaces.get(netns);
    if (!tables) this.#namespaces.set(netns, (tables = new Map()));
    let table = tables.get(`${family}|${tableName}`);
    if (!table) tables.set(`${family}|${tableName}`, (table = new LoadedTable(netns, family, tableName)));
    return { table, name, rest: rest.join('|') };
  }

  #loadTable(key: string, record: TableRecord | undefined): void {
    const { table } = this.#place(key);
    table.record = record;
    this.#changed(table.netns);
  }

  #loadChain(key: string, record: ChainRecord | undefined): void {
    const { table, name } = this.#place(key);
    if (record) table.chains.set(name, new LoadedChain(this.store, table, key, name, record));
    else table.chains.delete(name);
    this.#changed(table.netns);
  }

  #loadSet(key: string, record: SetRecord | undefined): void {
    const { table, name } = this.#place(key);
    const before = table.sets.get(name);
    const elements = this.#waiting.get(key) ?? new Map(before && this.#recordsOf(before));
    this.#waiting.delete(key);
    if (record) table.sets.set(name, new LoadedSet(this.store, key, name, record, elements));
    else {
      table.sets.delete(name);
      if (elements.size > 0) this.#waiting.set(key, elements);
    }
  }

  *#recordsOf({ key, elements }: LoadedSet): Iterable<[string, ElementRecord]> {
    for (const text of elements.keys()) {
      const record = this.store.elements.get(`${key}|${text}`);
      if (record) yield [text, record];
    }
  }

  #loadElement(key: string, record: ElementRecord | undefined): void {
    const { table, name, rest: text } = this.#place(key);
    const set = table.sets.get(name);
    if (set) return set.load(text, record);
    const setKey = key.slice(0, key.length - text.length - 1);
    let waiting = this.#waiting.get(setKey);
    if (!waiting) this.#waiting.set(setKey, (waiting = new Map()));
    if (record) waiting.set(text, record);
    else waiting.delete(text);
  }
}
