import type { DataType, Value } from './data-types.js';
import { parseDurationMs } from './durations.js';
import { compareKeys, isRange, keyIncludes, mergeRanges, printKey, readKey, valuesIndex, type Key } from './keys.js';
import type { TokenReader } from './lexer.js';
import { NftProblem, type Span } from './problem.js';
import { printVerdict, readVerdict, type NftVerdict } from './verdict.js';

/** What the elements of a set are made of. */
export interface ElementShape {
  readonly keyTypes: readonly DataType[];
  /** What its keys lead to: absent in a set. */
  readonly data?: 'verdict' | readonly DataType[];
}

export interface SetElement {
  readonly key: Key;
  /** The key as it is printed. */
  readonly text: string;
  readonly verdict?: NftVerdict;
  readonly data?: Key;
  readonly comment?: string;
  /** Its own, where it differs from the set's. */
  readonly timeoutMs?: number;
  /** When it goes; absent: never. */
  readonly expiresUs?: number;
}

/** An element as it was written, with the places that a complaint may point at. */
export interface WrittenElement extends SetElement {
  readonly at: Span;
  readonly chainAt?: Span;
  readonly expiresMs?: number;
}

/** `{ key [timeout T] [comment "…"] [: verdict or data], … }`. */
export function readElements(reader: TokenReader, shape: ElementShape): WrittenElement[] {
  const elements: WrittenElement[] = [];
  reader.expect('{');
  reader.skipNewlines();
  while (!reader.at('}')) {
    elements.push(readElement(reader, shape));
    reader.skipNewlines();
    if (!reader.at('}')) reader.expect(',');
    reader.skipNewlines();
  }
  reader.expect('}');
  return elements;
}

function readElement(reader: TokenReader, { keyTypes, data }: ElementShape): WrittenElement {
  const { from } = reader.here;
  const key = readKey(reader, keyTypes);
  const at = { from, to: reader.last.to };
  const options = readOptions(reader);
  const common = { key, text: printKey(key, keyTypes), at, ...options };
  if (!data) {
    if (reader.at(':')) throw reader.unexpected();
    return common;
  }
  if (!reader.at(':')) return common;
  reader.expect(':');
  return data === 'verdict' ? { ...common, ...readVerdict(reader) } : { ...common, data: readKey(reader, data) };
}

function readOptions(reader: TokenReader): Pick<WrittenElement, 'comment' | 'timeoutMs' | 'expiresMs'> {
  const options: { comment?: string; timeoutMs?: number; expiresMs?: number } = {};
  for (;;) {
    if (reader.accept('comment')) options.comment = reader.string().text;
    else if (reader.accept('timeout')) options.timeoutMs = readDurationMs(reader);
    else if (reader.accept('expires')) options.expiresMs = readDurationMs(reader);
    else return options;
  }
}

export function readDurationMs(reader: TokenReader): number {
  const token = reader.word();
  const durationMs = parseDurationMs(token.text);
  if (durationMs === undefined) throw new NftProblem('syntax error, unexpected string', token);
  return durationMs;
}

/** Without what depends on time. */
export function printElement({ text, verdict, data, comment }: SetElement, shape: ElementShape, times = ''): string {
  const value = verdict ? printVerdict(verdict) : data && shape.data !== 'verdict' ? printKey(data, shape.data!) : undefined;
  return `${text}${times}${comment === undefined ? '' : ` comment "${comment}"`}${value === undefined ? '' : ` : ${value}`}`;
}

/** In the order of listings. */
export const sortElements = <E extends SetElement>(elements: Iterable<E>, { keyTypes }: ElementShape): E[] =>
  [...elements].toSorted((a, b) => compareKeys(a.key, b.key, keyTypes));

/** The elements of a set without a name: ranges that touch are one, and each stands once. */
export function withoutOverlaps(elements: readonly WrittenElement[], shape: ElementShape): SetElement[] {
  const sorted = sortElements(elements, shape).filter(({ text }, i, all) => text !== all[i - 1]?.text);
  if (shape.data || shape.keyTypes.length > 1 || !sorted.some(({ key }) => isRange(key[0]!))) return sorted;
  return mergeRanges(sorted.map(({ key }) => key[0]!)).map((field) => ({ key: [field], text: printKey([field], shape.keyTypes) }));
}

/** Finds elements by value: single ones at once, ranges one after the other. */
export class ElementIndex<E extends SetElement = SetElement> {
  readonly #exact = new Map<string, E>();
  readonly #ranges = new Map<string, E>();

  constructor(elements: Iterable<E> = []) {
    for (const element of elements) this.add(element);
  }

  add(element: E): void {
    if (element.key.some(isRange)) this.#ranges.set(element.text, element);
    else this.#exact.set(indexOf(element), element);
  }

  remove(element: E): void {
    this.#ranges.delete(element.text);
    this.#exact.delete(indexOf(element));
  }

  find(values: readonly Value[]): E | undefined {
    const exact = this.#exact.get(valuesIndex(values));
    if (exact) return exact;
    for (const element of this.#ranges.values()) if (keyIncludes(element.key, values)) return element;
    return undefined;
  }
}

const indexOf = ({ key }: SetElement): string => valuesIndex(key.map(({ low }) => low));
