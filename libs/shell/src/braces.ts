import type { BraceItem, PartOf, WordPart } from './just-bash.js';
import { LimitExceeded } from './types.js';

/** More words than any line of a lab needs, and few enough to hold. */
const MOST_WORDS = 100_000;

/** `a{1,2}b` gives `a1b a2b`: the words that one word stands for, each as its parts. */
export function expandBraces(parts: readonly WordPart[]): readonly (readonly WordPart[])[] {
  if (!parts.some((part) => part.type === 'BraceExpansion')) return [parts];
  let words: WordPart[][] = [[]];
  for (const part of parts) {
    const choices = part.type === 'BraceExpansion' ? part.items.flatMap(choicesOf) : [[part]];
    if (words.length * choices.length > MOST_WORDS) throw new LimitExceeded(`a brace expansion gives more than ${MOST_WORDS} words`);
    words = words.flatMap((word) => choices.map((choice) => [...word, ...choice]));
  }
  return words;
}

function choicesOf(item: BraceItem): readonly (readonly WordPart[])[] {
  if (item.type === 'Word') return expandBraces(item.word.parts);
  return rangeOf(item).map((value) => [literal(value)]);
}

const literal = (value: string): PartOf<'Literal'> => ({ type: 'Literal', value });

function rangeOf(range: Extract<BraceItem, { type: 'Range' }>): readonly string[] {
  const letters = typeof range.start === 'string';
  const from = letters ? String(range.start).charCodeAt(0) : Number(range.start);
  const to = letters ? String(range.end).charCodeAt(0) : Number(range.end);
  const step = Math.max(1, Math.abs(range.step ?? 1));
  if (Math.abs(to - from) / step >= MOST_WORDS) throw new LimitExceeded(`a brace expansion gives more than ${MOST_WORDS} words`);
  const width = paddedWidth(range.startStr, range.endStr);
  const values: string[] = [];
  for (let value = from; from <= to ? value <= to : value >= to; value += from <= to ? step : -step) {
    values.push(letters ? String.fromCharCode(value) : pad(value, width));
  }
  return values;
}

/** `{01..10}` keeps its zeros. */
function paddedWidth(start = '', end = ''): number {
  return /^-?0\d/.test(start) || /^-?0\d/.test(end) ? Math.max(start.length, end.length) : 0;
}

const pad = (value: number, width: number): string =>
  value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
