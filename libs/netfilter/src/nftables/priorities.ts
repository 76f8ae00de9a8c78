import type { Hook } from '../types.js';
import type { TokenReader } from './lexer.js';
import { NftProblem } from './problem.js';

/** Names of priorities (src/rule.c, `std_prios`); some only where they make sense. */
const NAMED: readonly { readonly name: string; readonly priority: number; readonly hook?: Hook }[] = [
  { name: 'raw', priority: -300 },
  { name: 'mangle', priority: -150 },
  { name: 'dstnat', priority: -100, hook: 'PREROUTING' },
  { name: 'filter', priority: 0 },
  { name: 'security', priority: 50 },
  { name: 'srcnat', priority: 100, hook: 'POSTROUTING' },
];

/** So far from a name, a number is still printed by it: `dstnat - 10`. */
const NEAR = 10;

/** Reads `-100`, `filter` or `dstnat - 10`. */
export function readPriority(reader: TokenReader, hook: Hook): number {
  const token = reader.word();
  if (/^-?\d+$/.test(token.text)) return Number(token.text);
  if (token.text === '-') return -reader.number();
  const named = NAMED.find(({ name, hook: only }) => name === token.text && (only === undefined || only === hook));
  if (!named) throw new NftProblem(`'${token.text}' is invalid priority in this context.`, token);
  if (reader.accept('+')) return named.priority + reader.number();
  return reader.accept('-') ? named.priority - reader.number() : named.priority;
}

export function printPriority(priority: number, hook: Hook): string {
  const near = NAMED.find(({ priority: known, hook: only }) => Math.abs(priority - known) <= NEAR && (only === undefined || only === hook));
  if (!near) return String(priority);
  const distance = priority - near.priority;
  return distance === 0 ? near.name : `${near.name} ${distance < 0 ? '-' : '+'} ${Math.abs(distance)}`;
}
