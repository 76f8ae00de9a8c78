import { assert } from './assert.js';
import { canonicalJson, cloneJson } from './canonical-json.js';
import { hash64, hashText, type Hash64 } from './hash.js';

/** What one entry changed, table by table, in the order in which it was first touched: each record's new value as canonical JSON text, `null` for a deleted one. */
export type Delta = readonly DeltaRecord[];
export type DeltaRecord = readonly [table: string, key: string, json: string | null];

/**
 * One changed record with both its values; `undefined` where it did not or does not exist.
 * `after` is the live record: look at it before anything moves on.
 */
export interface Change {
  readonly table: string;
  readonly key: string;
  readonly before: Readonly<object> | undefined;
  readonly after: Readonly<object> | undefined;
  readonly json: string | null;
}

/** What a transaction is about to change, and the state hash it leads to. */
export interface Prepared {
  readonly changes: readonly Change[];
  readonly stateHash: string;
}

export const deltaOf = (changes: readonly Change[]): Delta => changes.map(({ table, key, json }) => [table, key, json] as const);

/** The whole state, records in key order. */
export interface StoreDump {
  readonly tables: { readonly [table: string]: { readonly version: number; readonly records: readonly (readonly [string, unknown])[] } };
}

/** Told of every change of a record's place in its table, so that indexes follow. Not told of edits in place. */
export type TableListener<R> = (key: string, before: R | undefined, after: R | undefined) => void;

/**
 * The state of one sandbox: named tables of plain JSON records. All change happens
 * inside a transaction, which knows what each touched record was before; so it can
 * say what changed (`commit`) or make it not have happened (`rollback`).
 */
export class Store {
  readonly #tables = new Map<string, Table<object>>();
  /** Those that the open transaction has touched: most transactions touch few, and a read none. */
  readonly #touched = new Set<Table<object>>();
  #open = false;
  #hasSavepoint = false;
  #prepared: Hash64 | undefined;
  #hi = 0;
  #lo = 0;

  /** Declares a table. `version` is that of its record's shape and goes into snapshots. */
  table<R extends object>(name: string, version = 1): Table<R> {
    const existing = this.#tables.get(name);
    if (existing) return existing as unknown as Table<R>;
    const table = new Table<R>(name, version, this);
    if (this.#hasSavepoint) table.setSavepoint();
    this.#tables.set(name, table as unknown as Table<object>);
    return table;
  }

  get inTransaction(): boolean {
    return this.#open;
  }

  get hasSavepoint(): boolean {
    return this.#hasSavepoint;
  }

  /** The open transaction changes this table. Only for {@link Table}. */
  noteTouched(table: Table<object>): void {
    this.#touched.add(table);
  }

  begin(): void {
    assert(!this.#open, 'a transaction is already open');
    this.#open = true;
  }

  /**
   * What the open transaction has changed so far. It stays open: the caller makes the
   * delta durable and then commits, or rolls back. Nothing may change in between.
   */
  prepare(): Prepared {
    assert(this.#open && !this.#hasSavepoint, 'no transaction to prepare, or a savepoint inside it');
    const changes: Change[] = [];
    let hi = this.#hi;
    let lo = this.#lo;
    for (const table of [...this.#touched].sort(byName)) {
      const { name } = table;
      table.visitTouched((key, before, after) => {
        const was = before === undefined ? undefined : canonicalJson(before);
        const is = after === undefined ? undefined : canonicalJson(after);
        if (was === is) return;
        if (was !== undefined) {
          const hash = recordHash(name, key, was);
          hi = (hi - hash.hi) >>> 0;
          lo = (lo - hash.lo) >>> 0;
        }
        if (is !== undefined) {
          const hash = recordHash(name, key, is);
          hi = (hi + hash.hi) >>> 0;
          lo = (lo + hash.lo) >>> 0;
        }
        changes.push({ table: name, key, before, after, json: is ?? null });
      });
    }
    this.#prepared = { hi, lo };
    return { changes, stateHash: hashText({ hi, lo }) };
  }

  /** Ends the transaction for good; returns what it changed. */
  commit(): Delta {
    const { changes } = this.prepare();
    this.commitPrepared();
    return deltaOf(changes);
  }

  /** Ends a transaction whose changes {@link prepare} has told. */
  commitPrepared(): void {
    assert(this.#open && this.#prepared, 'nothing prepared to commit');
    this.#hi = this.#prepared.hi;
    this.#lo = this.#prepared.lo;
    this.#prepared = undefined;
    for (const table of this.#touched) table.forgetTouched();
    this.#touched.clear();
    this.#open = false;
  }

  /** Ends the transaction as if it had never been. */
  rollback(): void {
    assert(this.#open, 'no transaction to roll back');
    // A savepoint is known to every table.
    for (const table of this.#hasSavepoint ? this.#tables.values() : this.#touched) table.restoreTouched();
    this.#hasSavepoint = false;
    this.#touched.clear();
    this.#prepared = undefined;
    this.#open = false;
  }

  /** Marks a point inside the open transaction to which {@link rollbackToSavepoint} returns. There is one at a time. */
  savepoint(): void {
    assert(this.#open, 'no transaction to set a savepoint in');
    assert(!this.#hasSavepoint, 'a savepoint is already set');
    this.#hasSavepoint = true;
    for (const table of this.#tables.values()) table.setSavepoint();
  }

  /** Makes all that was changed since the savepoint not have happened; the transaction goes on. */
  rollbackToSavepoint(): void {
    assert(this.#hasSavepoint, 'no savepoint to roll back to');
    this.#hasSavepoint = false;
    for (const table of this.#tables.values()) table.restoreSavepoint();
  }

  /** Applies the delta of an entry executed elsewhere or earlier. */
  apply(delta: Delta): void {
    this.begin();
    for (const [table, key, json] of delta) {
      if (json === null) this.table(table).delete(key);
      else this.table(table).put(key, JSON.parse(json) as object);
    }
    this.commit();
  }

  /** 64-bit hash of the committed state, kept up to date record by record. 16 hexadecimal digits. */
  get stateHash(): string {
    return hashText({ hi: this.#hi, lo: this.#lo });
  }

  /** The same hash computed from scratch: the oracle's check on the incremental one. */
  fullHash(): string {
    let hi = 0;
    let lo = 0;
    for (const [name, table] of this.#tables) {
      for (const [key, record] of table.entries()) {
        const hash = recordHash(name, key, canonicalJson(record));
        hi = (hi + hash.hi) >>> 0;
        lo = (lo + hash.lo) >>> 0;
      }
    }
    return hashText({ hi, lo });
  }

  dump(): StoreDump {
    const tables: Record<string, { version: number; records: (readonly [string, unknown])[] }> = {};
    for (const name of [...this.#tables.keys()].sort()) {
      const table = this.#tables.get(name)!;
      if (table.size === 0) continue;
      tables[name] = { version: table.version, records: [...table.entries()].map(([key, record]) => [key, cloneJson(record)] as const) };
    }
    return { tables };
  }

  /** Fills an empty store from a dump. Listeners hear of each record. */
  load(dump: StoreDump): void {
    this.begin();
    for (const [name, { records }] of Object.entries(dump.tables)) {
      const table = this.table(name);
      assert(table.size === 0, `table ${name} is not empty`);
      for (const [key, record] of records) table.put(key, cloneJson(record) as object);
    }
    this.commit();
  }

  /** The version of each table's records as this code declares them. */
  tableVersions(): ReadonlyMap<string, number> {
    return new Map([...this.#tables].map(([name, table]) => [name, table.version]));
  }

  /** Names of the tables declared so far, in order. */
  tableNames(): string[] {
    return [...this.#tables.keys()].sort();
  }
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

const recordHash = (table: string, key: string, json: string): Hash64 => hash64(json, hash64(`${table}\0${key}`));

/** One named table. Records are plain JSON and belong to the table once put. */
export class Table<R extends object> {
  readonly #records = new Map<string, R>();
  readonly #preImages = new Map<string, R | undefined>();
  /** The same for what was touched since a savepoint; `undefined` while none is set. */
  #sinceSavepoint: Map<string, R | undefined> | undefined;
  /** How many records the transaction had touched at the savepoint. */
  #touchedBefore = 0;
  readonly #listeners: TableListener<R>[] = [];
  #transaction = 0;
  #sortedKeys: readonly string[] | undefined;
  /** Keys put since {@link #sortedKeys} was made: they are merged in when somebody asks. */
  #newKeys: string[] = [];

  constructor(
    readonly name: string,
    readonly version: number,
    private readonly store: Store,
  ) {}

  get size(): number {
    return this.#records.size;
  }

  /**
   * Counts transactions. A record that was handed out by {@link edit} may be changed again without asking, as long as
   * this number stays and no listener has told of another record in its place.
   */
  get transaction(): number {
    return this.#transaction;
  }

  get(key: string): Readonly<R> | undefined {
    return this.#records.get(key);
  }

  has(key: string): boolean {
    return this.#records.has(key);
  }

  /** Keys in code-unit order. Insertion order is never shown: it differs after a restore. */
  keys(): readonly string[] {
    if (!this.#sortedKeys) this.#sortedKeys = [...this.#records.keys()].sort();
    // A new array, since somebody may be walking the old one. Sorting one long run and a few keys is nearly a merge.
    else if (this.#newKeys.length) this.#sortedKeys = [...this.#sortedKeys, ...this.#newKeys].sort();
    if (this.#newKeys.length) this.#newKeys = [];
    return this.#sortedKeys;
  }

  *entries(): IterableIterator<readonly [string, Readonly<R>]> {
    for (const key of this.keys()) yield [key, this.#records.get(key)!];
  }

  *values(): IterableIterator<Readonly<R>> {
    for (const key of this.keys()) yield this.#records.get(key)!;
  }

  /** Keys that start with `prefix`, in order. */
  keysWithPrefix(prefix: string): readonly string[] {
    const keys = this.keys();
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle]! < prefix) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (end < keys.length && keys[end]!.startsWith(prefix)) end++;
    return keys.slice(low, end);
  }

  put(key: string, record: R): void {
    const before = this.#records.get(key);
    this.#note(key, before, before === record);
    this.#records.set(key, record);
    if (before === undefined && this.#sortedKeys) this.#newKeys.push(key);
    for (const listener of this.#listeners) listener(key, before, record);
  }

  /**
   * The record, to be changed in place. Cheaper than `put` where a record changes
   * often (counters, time-outs); listeners are not told, so a field that an index
   * depends on is changed with `put`.
   */
  edit(key: string): R {
    const record = this.#records.get(key);
    assert(record !== undefined, `no record ${key} in table ${this.name}`);
    this.#note(key, record, true);
    return record;
  }

  delete(key: string): boolean {
    const before = this.#records.get(key);
    if (before === undefined) return false;
    this.#note(key, before, false);
    this.#records.delete(key);
    this.#forgetOrder();
    for (const listener of this.#listeners) listener(key, before, undefined);
    return true;
  }

  /** Registers an index. It is told at once of every record already here. */
  subscribe(listener: TableListener<R>): void {
    for (const [key, record] of this.entries()) listener(key, undefined, record as R);
    this.#listeners.push(listener);
  }

  /** Shows what the transaction touched, in the order in which it did. Only for {@link Store}. */
  visitTouched(visit: (key: string, before: R | undefined, after: R | undefined) => void): void {
    for (const [key, before] of this.#preImages) visit(key, before, this.#records.get(key));
  }

  /** Only for {@link Store}. */
  forgetTouched(): void {
    this.#transaction++;
    this.#preImages.clear();
  }

  /** Puts every touched record back. Only for {@link Store}. */
  restoreTouched(): void {
    this.#restore(this.#preImages);
    this.#sinceSavepoint = undefined;
    this.#transaction++;
    this.#preImages.clear();
  }

  /** Only for {@link Store}. */
  setSavepoint(): void {
    this.#sinceSavepoint = new Map();
    this.#touchedBefore = this.#preImages.size;
    // Who may change a record without asking must ask again, or the savepoint would not know what it was.
    this.#transaction++;
  }

  /** Puts back what was touched since the savepoint. Only for {@link Store}. */
  restoreSavepoint(): void {
    const touched = this.#sinceSavepoint;
    if (!touched) return;
    this.#sinceSavepoint = undefined;
    this.#transaction++;
    this.#restore(touched);
    // A map keeps the order of insertion: those after the savepoint are untouched again, lest they stand first in the delta.
    for (const key of [...this.#preImages.keys()].slice(this.#touchedBefore)) this.#preImages.delete(key);
  }

  #restore(images: ReadonlyMap<string, R | undefined>): void {
    for (const [key, before] of images) {
      const after = this.#records.get(key);
      if (before === undefined) this.#records.delete(key);
      else this.#records.set(key, before);
      this.#forgetOrder();
      for (const listener of this.#listeners) listener(key, after, before);
    }
  }

  #forgetOrder(): void {
    this.#sortedKeys = undefined;
    if (this.#newKeys.length) this.#newKeys = [];
  }

  /** Remembers what `key` was when the transaction first touched it; a copy if it may change in place. */
  #note(key: string, before: R | undefined, changesInPlace: boolean): void {
    assert(this.store.inTransaction, `table ${this.name} changed outside a transaction`);
    if (this.#preImages.size === 0) this.store.noteTouched(this as unknown as Table<object>);
    this.#keep(this.#preImages, key, before, changesInPlace);
    if (this.#sinceSavepoint) this.#keep(this.#sinceSavepoint, key, before, changesInPlace);
  }

  #keep(images: Map<string, R | undefined>, key: string, before: R | undefined, changesInPlace: boolean): void {
    if (!images.has(key)) images.set(key, before !== undefined && changesInPlace ? cloneJson(before) : before);
  }
}
