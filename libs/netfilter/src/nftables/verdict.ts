import type { TokenReader } from './lexer.js';
import type { Span } from './problem.js';

/** What a rule or an element of a verdict map decides (Linux: `enum nft_verdicts`). */
export type NftVerdict =
  { readonly kind: 'accept' | 'drop' | 'continue' | 'return' } | { readonly kind: 'jump' | 'goto'; readonly chain: string };

const WITHOUT_CHAIN = ['accept', 'drop', 'continue', 'return'] as const;
const PLAIN = new Map<string, NftVerdict>(WITHOUT_CHAIN.map((kind) => [kind, { kind }]));

export const beginsVerdict = (word: string): boolean => PLAIN.has(word) || word === 'jump' || word === 'goto';

/** Reads a verdict; `chainAt` tells where its chain is named. */
export function readVerdict(reader: TokenReader): { readonly verdict: NftVerdict; readonly chainAt?: Span } {
  const { text } = reader.here;
  const plain = PLAIN.get(text);
  if (plain) {
    reader.next();
    return { verdict: plain };
  }
  if (!reader.accept('jump')) reader.expect('goto');
  const chain = reader.word();
  return { verdict: { kind: text as 'jump' | 'goto', chain: chain.text }, chainAt: chain };
}

export const printVerdict = (verdict: NftVerdict): string => ('chain' in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind);

/** Reads back what {@link printVerdict} wrote. */
export function parseVerdict(text: string): NftVerdict {
  const space = text.indexOf(' ');
  if (space < 0) return PLAIN.get(text)!;
  return { kind: text.slice(0, space) as 'jump' | 'goto', chain: text.slice(space + 1) };
}
