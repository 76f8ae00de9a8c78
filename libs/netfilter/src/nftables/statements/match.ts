import { compareValues, type DataType, type Value } from '../data-types.js';
import { isRange, printField, readField, type KeyField } from '../keys.js';
import { parseNumber, type TokenReader } from '../lexer.js';
import { NftProblem } from '../problem.js';
import { NO_MATCH, type Statement } from '../rule.js';
import type { PacketContext } from '../packet-context.js';
import { readLookedInto, referencesOf, Subject, type LookedInto } from './subject.js';

const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

/** Asks something of a packet (Linux: net/netfilter/nft_cmp.c, nft_bitwise.c, nft_lookup.c). */
export function readMatch(reader: TokenReader, slot: number): Statement {
  const subject = Subject.read(reader, slot);
  if (reader.accept('vmap')) return verdictMap(subject, readLookedInto(reader, subject, 'verdict'));
  const type = subject.types[0]!;
  const mask = subject.types.length === 1 ? readMask(reader, type) : undefined;
  const operator = readOperator(reader);
  if (reader.at('@') || reader.at('{')) return lookup(subject, operator ?? '==', readLookedInto(reader, subject));
  if (subject.types.length > 1) throw reader.unexpected();
  return type.isBitmask ? bitmask(reader, subject, operator, mask) : comparison(reader, subject, operator ?? '==', mask);
}

/** A verdict for each value; a rule whose value is not in the map does not match. */
function verdictMap(subject: Subject, map: LookedInto): Statement {
  return {
    text: `${subject.text} vmap ${map.text}`,
    ...subject.traits,
    ...referencesOf(map),
    isTerminal: false,
    run: (context) => map.find(context, subject)?.verdict ?? NO_MATCH,
    explain: (context, matched) => subject.tell(context, matched ? '' : `which is no element of ${nameOf(map)}`),
  };
}

function lookup(subject: Subject, operator: Operator, set: LookedInto): Statement {
  if (set.only) return compared(subject, operator, set.only.key[0]!, undefined);
  const inverted = operator === '!=';
  return {
    text: `${subject.text} ${inverted ? '!= ' : ''}${set.text}`,
    ...subject.traits,
    ...referencesOf(set),
    run: (context) => {
      // A packet without such a field fails both ways.
      if (!subject.values(context)) return NO_MATCH;
      return (set.find(context, subject) !== undefined) === inverted ? NO_MATCH : undefined;
    },
    explain: (context, matched) => subject.tell(context, `which is ${matched === inverted ? 'no' : 'an'} element of ${nameOf(set)}`),
  };
}

const nameOf = ({ text }: LookedInto): string => (text.startsWith('@') ? text.slice(1) : text);

function comparison(reader: TokenReader, subject: Subject, operator: Operator, mask: number | undefined): Statement {
  const type = subject.types[0]!;
  const at = reader.here;
  const statement = compared(subject, operator, readField(reader, type), mask);
  return type.name === 'iface_index' ? { ...statement, interfaces: [{ name: at.text, at }] } : statement;
}

function compared(subject: Subject, operator: Operator, wanted: KeyField, mask: number | undefined): Statement {
  const type = subject.types[0]!;
  const text = printField(wanted, type);
  const sign = operator === '==' && mask === undefined ? '' : `${operator} `;
  const saysProtocol = protocolSaid(subject, operator, wanted);
  return {
    text: `${subject.text}${mask === undefined ? '' : ` & ${type.print(mask)}`} ${sign}${text}`,
    ...subject.traits,
    ...(saysProtocol !== undefined && { saysProtocol }),
    run: (context) => {
      const value = subject.selectors[0]!.read(context);
      return value !== undefined && holds(masked(value, mask), operator, wanted) ? undefined : NO_MATCH;
    },
    explain: (context, matched) => explain(subject, context, matched, sign, text),
  };
}

const masked = (value: Value, mask: number | undefined): Value => (mask === undefined ? value : ((value as number) & mask) >>> 0);

function holds(value: Value, operator: Operator, { low, high }: KeyField): boolean {
  switch (operator) {
    case '==':
      return compareValues(low, value) <= 0 && compareValues(value, high) <= 0;
    case '!=':
      return compareValues(low, value) > 0 || compareValues(value, high) > 0;
    case '<':
      return compareValues(value, low) < 0;
    case '>':
      return compareValues(value, low) > 0;
    case '<=':
      return compareValues(value, low) <= 0;
    case '>=':
      return compareValues(value, low) >= 0;
  }
}

const explain = (subject: Subject, context: PacketContext, matched: boolean, sign: string, text: string): string =>
  subject.tell(context, matched ? '' : sign === '' ? `not ${text}` : `and the rule wants ${sign}${text}`);

const SAY_PROTOCOL: readonly string[] = ['meta l4proto', 'ip protocol', 'ip6 nexthdr'];

function protocolSaid(subject: Subject, operator: Operator, wanted: KeyField): number | undefined {
  if (operator !== '==' || isRange(wanted) || !SAY_PROTOCOL.includes(subject.text)) return undefined;
  return wanted.low as number;
}

function readOperator(reader: TokenReader): Operator | undefined {
  const operator = OPERATORS.find((known) => reader.at(known));
  if (operator) reader.next();
  return operator;
}

/** `& 0x4000` or `and 0x4000`; flags may stand in parentheses, joined by `|`. */
function readMask(reader: TokenReader, type: DataType): number | undefined {
  if (!reader.accept('&') && !reader.accept('and')) return undefined;
  const inParentheses = reader.accept('(');
  const mask = readBits(reader, type, '|');
  if (inParentheses) reader.expect(')');
  return mask;
}

function readBits(reader: TokenReader, type: DataType, joint: ',' | '|'): number {
  let bits = 0;
  do {
    const token = reader.word();
    const bit = type.parse(token.text) ?? parseNumber(token.text);
    if (typeof bit !== 'number') throw new NftProblem(type.complaint(token.text), token);
    bits |= bit;
  } while (reader.accept(joint));
  return bits >>> 0;
}

/** `ct state established,related` (either), `tcp flags == syn` (just this), `tcp flags syn / syn,ack` (these of those). */
function bitmask(reader: TokenReader, subject: Subject, operator: Operator | undefined, maskBefore: number | undefined): Statement {
  const type = subject.types[0]!;
  const wanted = readBits(reader, type, ',');
  const mask = reader.accept('/') ? readBits(reader, type, ',') : maskBefore;
  const inverted = operator === '!=';
  const any = mask === undefined && operator !== '==';
  const sign = inverted ? '!= ' : operator === '==' && mask === undefined ? '== ' : '';
  const text = `${type.print(wanted)}${mask === undefined ? '' : ` / ${type.print(mask)}`}`;
  return {
    text: `${subject.text} ${sign}${text}`,
    ...subject.traits,
    run: (context) => {
      const value = subject.selectors[0]!.read(context);
      if (value === undefined) return NO_MATCH;
      const found = any ? ((value as number) & wanted) !== 0 : masked(value, mask) === wanted;
      return found === inverted ? NO_MATCH : undefined;
    },
    explain: (context, matched) => explain(subject, context, matched, sign, text),
  };
}
