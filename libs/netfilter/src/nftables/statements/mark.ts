import { TYPES } from '../data-types.js';
import { parseNumber, type TokenReader } from '../lexer.js';
import { NftProblem } from '../problem.js';
import { NO_MATCH, type Statement } from '../rule.js';
import { readValue } from './value.js';

/** The signs and the words that say the same. */
const OPERATORS: Readonly<Record<string, '&' | '|' | '^'>> = { '&': '&', and: '&', '|': '|', or: '|', '^': '^', xor: '^' };

interface Change {
  readonly operator: '&' | '|' | '^';
  readonly operand: number;
}

/** `meta mark set …` and `ct mark set …` (Linux: net/netfilter/nft_meta.c, nft_ct.c), after the words up to `set`. */
export function readMarkChange(reader: TokenReader, slot: number, target: 'meta' | 'ct'): Statement {
  const value = readValue(reader, TYPES.mark, slot);
  const changes: Change[] = [];
  for (let operator = OPERATORS[reader.here.text]; operator && reader.here.kind !== 'string'; operator = OPERATORS[reader.here.text]) {
    reader.next();
    const token = reader.word();
    const operand = parseNumber(token.text);
    if (operand === undefined) throw new NftProblem(TYPES.mark.complaint(token.text), token);
    changes.push({ operator, operand });
  }
  const formula = [value.text, ...changes.map(({ operator, operand }) => `${operator} ${TYPES.mark.print(operand)}`)].join(' ');
  const text = `${target} mark set ${formula}`;
  return {
    text,
    ...value.traits,
    ...(target === 'ct' && { needsConntrack: true }),
    title: text,
    run: (context) => {
      const field = value.read(context);
      if (!field) return NO_MATCH;
      const mark = changes.reduce(applied, field.low as number);
      if (target === 'meta') context.skb.mark = mark;
      else if (context.skb.ct) context.kernel.conntrack.setMark(context.skb.ct, mark);
      return undefined;
    },
  };
}

function applied(value: number, { operator, operand }: Change): number {
  if (operator === '&') return (value & operand) >>> 0;
  return (operator === '|' ? value | operand : value ^ operand) >>> 0;
}
