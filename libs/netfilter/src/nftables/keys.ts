import { formatAddress, ipv4Mask } from '@svclab/wire';
import { compareValues, type DataType, type Value } from './data-types.js';
import type { TokenReader } from './lexer.js';
import { NftProblem } from './problem.js';

/** One field of an element's key: a value, or all from `low` to `high`. */
export interface KeyField {
  readonly low: Value;
  readonly high: Value;
}

/** An element's key; several fields where the set is of a concatenation. */
export type Key = readonly KeyField[];

export const isRange = ({ low, high }: KeyField): boolean => low !== high && compareValues(low, high) !== 0;

const includes = ({ low, high }: KeyField, value: Value): boolean => compareValues(low, value) <= 0 && compareValues(value, high) <= 0;

export const keyIncludes = (key: Key, values: readonly Value[]): boolean => key.every((field, i) => includes(field, values[i]!));

export const fieldsOverlap = (a: KeyField, b: KeyField): boolean => compareValues(a.low, b.high) <= 0 && compareValues(b.low, a.high) <= 0;

/** Index of a single value or concatenation of them. */
export function valuesIndex(values: readonly Value[]): string {
  if (values.length === 1) return typeof values[0] === 'object' ? values[0].join('.') : String(values[0]);
  return values.map((value) => (typeof value === 'object' ? value.join('.') : value)).join(' ');
}

/** Reads `10.0.0.0/8`, `80-90`, `10.0.0.1-10.0.0.9`, `"eth*"` or a single value. */
export function readField(reader: TokenReader, type: DataType): KeyField {
  const token = reader.string();
  return fieldOf(token.text, type, (reason) => new NftProblem(reason, token));
}

function fieldOf(text: string, type: DataType, problem: (reason: string) => NftProblem): KeyField {
  const single = type.parse(text);
  if (single !== undefined) return type.name === 'ifname' ? interfaceField(single as string) : { low: single, high: single };
  const prefix = type.addressBits && /^(.*)\/(\d+)$/.exec(text);
  if (prefix) {
    const base = type.parse(prefix[1]!);
    const length = Number(prefix[2]);
    if (base !== undefined && length <= type.addressBits!) return prefixField(base, length);
  }
  const dash = type.most === undefined && !type.addressBits ? -1 : text.indexOf('-');
  if (dash > 0) {
    const low = type.parse(text.slice(0, dash));
    const high = type.parse(text.slice(dash + 1));
    if (low !== undefined && high !== undefined) {
      if (compareValues(low, high) > 0) throw problem('Range has zero or negative size');
      return { low, high };
    }
  }
  throw problem(type.complaint(text));
}

/** Reads back what {@link printKey} wrote. */
export function fieldsOf(text: string, types: readonly DataType[]): Key {
  const impossible = (reason: string): NftProblem => new NftProblem(reason, { from: 0, to: text.length });
  const texts = types.length === 1 ? [text] : text.split(' . ');
  return types.map((type, i) => fieldOf(texts[i]!.replace(/^"(.*)"$/, '$1'), type, impossible));
}

/** `eth*` is every name that begins so. */
const interfaceField = (name: string): KeyField =>
  name.endsWith('*') ? { low: name.slice(0, -1), high: `${name.slice(0, -1)}\uffff` } : { low: name, high: name };

function prefixField(base: Value, length: number): KeyField {
  if (typeof base === 'number') {
    const mask = ipv4Mask(length);
    const low = (base & mask) >>> 0;
    return { low, high: (low | ~mask) >>> 0 };
  }
  const words = base as readonly [number, number, number, number];
  const masks = [0, 1, 2, 3].map((i) => ipv4Mask(Math.min(32, Math.max(0, length - 32 * i))));
  const end = (change: (word: number, mask: number) => number): Value =>
    words.map((word, i) => change(word, masks[i]!) >>> 0) as unknown as Value;
  return { low: end((word, mask) => word & mask), high: end((word, mask) => (word & mask) | ~mask) };
}

export function printField(field: KeyField, type: DataType): string {
  const { low, high } = field;
  if (!isRange(field)) return type.print(low);
  if (type.name === 'ifname') return `"${low as string}*"`;
  const length = type.addressBits && prefixLength(low, high, type.addressBits);
  if (length !== undefined) return `${formatAddress(low as number)}/${length}`;
  return `${type.print(low)}-${type.print(high)}`;
}

/** The length of the prefix that is this range; `undefined` when none is. */
function prefixLength(low: Value, high: Value, bits: 32 | 128): number | undefined {
  for (let length = 0; length < bits; length++) {
    const field = prefixField(low, length);
    if (compareValues(field.low, low) === 0 && compareValues(field.high, high) === 0) return length;
  }
  return undefined;
}

export const printKey = (key: Key, types: readonly DataType[]): string => key.map((field, i) => printField(field, types[i]!)).join(' . ');

/** Reads one field for each type, with ` . ` between them. */
export function readKey(reader: TokenReader, types: readonly DataType[]): Key {
  const fields: KeyField[] = [];
  for (const [i, type] of types.entries()) {
    if (i > 0) reader.expect('.');
    fields.push(readField(reader, type));
  }
  return fields;
}

/**
 * The order of listings (src/mergesort.c): single values by size; concatenations as the number that a little-endian
 * machine reads where their fields lie one behind the other.
 */
export function compareKeys(a: Key, b: Key, types: readonly DataType[]): number {
  if (types.length === 1 && types[0]!.name !== 'ifname') return compareValues(a[0]!.low, b[0]!.low);
  const left = bytesOf(a, types);
  const right = bytesOf(b, types);
  for (let i = left.length - 1; i >= 0; i--) if (left[i] !== right[i]) return left[i]! - right[i]!;
  return 0;
}

const bytesOf = (key: Key, types: readonly DataType[]): number[] => key.flatMap(({ low }, i) => types[i]!.bytes(low));

/** Ranges that overlap or touch become one, as in sets with `auto-merge` and those without a name. Sorted by `low` already. */
export function mergeRanges(fields: readonly KeyField[]): KeyField[] {
  const merged: KeyField[] = [];
  for (const field of fields) {
    const last = merged.at(-1);
    if (last && (fieldsOverlap(last, field) || follows(last.high, field.low))) {
      if (compareValues(last.high, field.high) < 0) merged[merged.length - 1] = { low: last.low, high: field.high };
    } else merged.push(field);
  }
  return merged;
}

function follows(value: Value, next: Value): boolean {
  if (typeof value === 'number') return next === value + 1;
  if (typeof value !== 'object' || typeof next !== 'object') return false;
  const successor = [...value];
  for (let i = 3; i >= 0; i--) {
    successor[i] = (successor[i]! + 1) >>> 0;
    if (successor[i] !== 0) break;
  }
  return successor.every((word, i) => word === next[i]);
}
