import type { Table } from '@svclab/sim';
import { dataType, type DataType, type Value } from './data-types.js';
import { ElementIndex, type ElementShape, type SetElement } from './elements.js';
import { fieldsOf, printKey } from './keys.js';
import { parseRule } from './rule-parser.js';
import type { NftRule, Statement } from './rule.js';
import { selectorNamed } from './selectors.js';
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
import { parseVerdict, printVerdict } from './verdict.js';

/** The tables of the store that hold nftables' state. */
export interface NftStore {
  readonly namespaces: Table<NamespaceRecord>;
  readonly tables: Table<TableRecord>;
  readonly chains: Table<ChainRecord>;
  readonly ruleStates: Table<RuleStateRecord>;
  readonly sets: Table<SetRecord>;
  readonly elements: Table<ElementRecord>;
}

export interface ChainRule {
  readonly handle: number;
  readonly rule: NftRule;
}

/** What the rules of a chain have to do with other things of their table, each name once. */
export interface ChainLinks {
  readonly chains: readonly string[];
  readonly sets: readonly string[];
  /** Statements that may not stand everywhere. */
  readonly restricted: readonly Statement[];
}

export const linksOf = (rules: readonly NftRule[]): ChainLinks => ({
  chains: [...new Set(rules.flatMap(({ chains }) => chains.map(({ name }) => name)))],
  sets: [...new Set(rules.flatMap(({ sets }) => sets.map(({ name }) => name)))],
  restricted: rules.flatMap(({ statements }) => statements.filter(({ nat, hooks }) => nat || hooks)),
});

/** A chain as loaded: rules parsed when they are first needed. */
export class LoadedChain {
  #rules: readonly ChainRule[] | undefined;
  #links: ChainLinks | undefined;

  constructor(
    private readonly store: NftStore,
    readonly table: LoadedTable,
    readonly key: string,
    readonly name: string,
    readonly record: ChainRecord,
  ) {}

  get base(): BaseChain | undefined {
    return this.record.base;
  }

  get rules(): readonly ChainRule[] {
    return (this.#rules ??= this.record.rules.map(([handle, text]) => ({ handle, rule: parseRule(text, this.table.family) })));
  }

  /** Kept, since every change of the table asks all of its chains. */
  get links(): ChainLinks {
    return (this.#links ??= linksOf(this.rules.map(({ rule }) => rule)));
  }

  /** What a rule's counters and buckets hold. */
  numbers({ handle, rule }: ChainRule): readonly number[] {
    return this.store.ruleStates.get(this.key)?.[handle] ?? rule.numbers;
  }

  /** The same, to be changed in place. */
  editNumbers({ handle, rule }: ChainRule): number[] {
    const { ruleStates } = this.store;
    if (!ruleStates.has(this.key)) ruleStates.put(this.key, {});
    return (ruleStates.edit(this.key)[handle] ??= [...rule.numbers]);
  }
}

/** Types of a set, from its declaration; `undefined` when one is not known. */
export function shapeOf({ type, isTypeof, data }: Pick<SetRecord, 'type' | 'isTypeof' | 'data'>): ElementShape | undefined {
  const named = (name: string): DataType | undefined => (isTypeof ? selectorNamed(name)?.type : dataType(name));
  const keyTypes = type.split(' . ').map(named);
  if (keyTypes.includes(undefined)) return undefined;
  const shape = { keyTypes: keyTypes as DataType[] };
  if (data === undefined) return shape;
  if (data === 'verdict') return { ...shape, data };
  const dataTypes = data.split(' . ').map(named);
  return dataTypes.includes(undefined) ? undefined : { ...shape, data: dataTypes as DataType[] };
}

/** A named set or map with its elements, found by value. */
export class LoadedSet {
  readonly shape: ElementShape;
  readonly #elements = new Map<string, SetElement>();
  #index: ElementIndex | undefined;

  constructor(
    private readonly store: NftStore,
    readonly key: string,
    readonly name: string,
    readonly record: SetRecord,
    elements: Iterable<readonly [string, ElementRecord]>,
  ) {
    this.shape = shapeOf(record)!;
    for (const [text, element] of elements) this.#elements.set(text, elementOf(text, element, this.shape));
  }

  /** By key; those that have expired too. */
  get elements(): ReadonlyMap<string, SetElement> {
    return this.#elements;
  }

  /** Follows a change of table `nft.elements`. */
  load(text: string, record: ElementRecord | undefined): void {
    const before = this.#elements.get(text);
    if (before) this.#index?.remove(before);
    if (record) {
      const element = elementOf(text, record, this.shape);
      this.#elements.set(text, element);
      this.#index?.add(element);
    } else this.#elements.delete(text);
  }

  find(values: readonly Value[], nowUs: number): SetElement | undefined {
    const element = (this.#index ??= new ElementIndex(this.#elements.values())).find(values);
    return element && isAlive(element, nowUs) ? element : undefined;
  }

  /** What a rule does to it. False when it is full. */
  update(operation: 'add' | 'update' | 'delete', values: readonly Value[], timeoutMs: number | undefined, nowUs: number): boolean {
    const text = printKey(
      values.map((value) => ({ low: value, high: value })),
      this.shape.keyTypes,
    );
    const elementKey = `${this.key}|${text}`;
    const known = this.#elements.get(text);
    const alive = known !== undefined && isAlive(known, nowUs);
    if (operation === 'delete') {
      if (known) this.store.elements.delete(elementKey);
      return true;
    }
    if (alive && operation === 'add') return true;
    if (!alive && this.record.size !== undefined && this.#livingCount(nowUs) >= this.record.size) return false;
    const lifeMs = timeoutMs ?? this.record.timeoutMs;
    this.store.elements.put(elementKey, {
      ...(timeoutMs !== undefined && timeoutMs !== this.record.timeoutMs && { timeoutMs }),
      ...(lifeMs !== undefined && { expiresUs: nowUs + lifeMs * 1_000 }),
    });
    return true;
  }

  /** Also sweeps out what has expired, as the kernel does now and then. */
  #livingCount(nowUs: number): number {
    const expired = [...this.#elements.values()].filter((element) => !isAlive(element, nowUs));
    for (const { text } of expired) this.store.elements.delete(`${this.key}|${text}`);
    return this.#elements.size;
  }
}

export const isAlive = ({ expiresUs }: Pick<SetElement, 'expiresUs'>, nowUs: number): boolean =>
  expiresUs === undefined || expiresUs > nowUs;

export function elementOf(text: string, record: ElementRecord, shape: ElementShape): SetElement {
  const { value, ...rest } = record;
  const key = fieldsOf(text, shape.keyTypes);
  if (value === undefined) return { key, text, ...rest };
  return shape.data === 'verdict'
    ? { key, text, ...rest, verdict: parseVerdict(value) }
    : { key, text, ...rest, data: fieldsOf(value, shape.data as readonly DataType[]) };
}

export function recordOf(element: SetElement, shape: ElementShape): ElementRecord {
  const { verdict, data, comment, timeoutMs, expiresUs } = element;
  const value = verdict ? printVerdict(verdict) : data && printKey(data, shape.data as readonly DataType[]);
  return {
    ...(value !== undefined && { value }),
    ...(comment !== undefined && { comment }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(expiresUs !== undefined && { expiresUs }),
  };
}

/** One table with what is in it. */
export class LoadedTable {
  /** `ip kube-proxy`. */
  readonly title: string;
  record: TableRecord | undefined;
  readonly chains = new Map<string, LoadedChain>();
  readonly sets = new Map<string, LoadedSet>();

  constructor(
    readonly netns: string,
    readonly family: TableFamily,
    readonly name: string,
  ) {
    this.title = `${family} ${name}`;
  }

  get key(): string {
    return `${this.netns}|${this.family}|${this.name}`;
  }

  set(name: string): LoadedSet | undefined {
    return this.sets.get(name);
  }
}
