import { formatAddress, formatPrefix, inPrefix, ipv4Mask, parseIpv4, parsePrefix, type Address } from '@svclab/wire';
import { isExpired, STATUS, tupleOf, type ConntrackEntry, type Direction } from '../../conntrack/entry.js';
import type { SkbConntrack } from '../../types.js';
import { bang, compared, spanText, type OptionSet } from '../extension.js';
import { portNumber, protocolNumber, protocolText } from '../names.js';
import { parameterProblem } from '../tool-error.js';

/** One thing that `-m conntrack` asks of the connection itself. */
export interface ConnectionCondition {
  /** As `-S` prints it. */
  readonly phrase: string;
  holds(ct: SkbConntrack, nowUs: number): boolean;
  explain(ct: SkbConntrack, nowUs: number): string;
}

const MOST_SECONDS = 0xffffffff;

/** Ends of the two tuples that can be compared, in the order in which the tool prints them. */
export const TUPLE_ENDS = [
  { option: 'ctorigsrc', direction: 'ORIGINAL', member: 'src' },
  { option: 'ctorigdst', direction: 'ORIGINAL', member: 'dst' },
  { option: 'ctreplsrc', direction: 'REPLY', member: 'src' },
  { option: 'ctrepldst', direction: 'REPLY', member: 'dst' },
  { option: 'ctorigsrcport', direction: 'ORIGINAL', member: 'sport' },
  { option: 'ctorigdstport', direction: 'ORIGINAL', member: 'dport' },
  { option: 'ctreplsrcport', direction: 'REPLY', member: 'sport' },
  { option: 'ctrepldstport', direction: 'REPLY', member: 'dport' },
] as const;
type TupleEnd = (typeof TUPLE_ENDS)[number];

export function tupleCondition(options: OptionSet, end: TupleEnd): ConnectionCondition | undefined {
  const text = options.value(end.option);
  if (text === undefined) return undefined;
  const wanted = end.member === 'src' || end.member === 'dst' ? parseAddresses(text) : parsePorts(text);
  const inverted = options.isInverted(end.option);
  const value = ({ entry }: SkbConntrack): Address => tupleOf(entry, end.direction)[end.member];
  return {
    phrase: `${bang(inverted)}--${end.option} ${wanted.text}`,
    holds: (ct) => wanted.includes(value(ct)) !== inverted,
    explain: (ct) => compared(titleOf(end), wanted.print(value(ct)), wanted.text, wanted.includes(value(ct))),
  };
}

/** `the connection's original source port`. */
function titleOf({ direction, member }: TupleEnd): string {
  const names = { src: 'source', dst: 'destination', sport: 'source port', dport: 'destination port' } as const;
  return `the connection's ${direction === 'ORIGINAL' ? 'original' : 'reply'} ${names[member]}`;
}

/** What a tuple's member is compared with. */
interface Wanted {
  readonly text: string;
  includes(value: Address): boolean;
  print(value: Address): string;
}

/** `10.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`. */
function parseAddresses(text: string): Wanted {
  const prefix = parsePrefix(text.replace(/\/(\d+\.\d+\.\d+\.\d+)$/, (_mask, mask: string) => `/${lengthOf(mask)}`));
  if (!prefix.ok) throw parameterProblem('getaddrinfo: Name or service not known\n');
  const { address, length } = prefix.value;
  return {
    text: length === 32 ? formatAddress(address) : formatPrefix(prefix.value),
    includes: (value) => inPrefix(value, prefix.value),
    print: formatAddress,
  };
}

// Simplification: a netmask with a hole in it is refused here; the tool would take it.
function lengthOf(mask: string): number | undefined {
  const value = parseIpv4(mask);
  return Array.from({ length: 33 }, (_, length) => length).find((length) => ipv4Mask(length) === value);
}

function parsePorts(text: string): Wanted {
  const [firstText, lastText = firstText] = text.split(':', 2);
  const port = (part: string, ifEmpty: number): number => {
    const value = part === '' ? ifEmpty : portNumber(part);
    if (value === undefined) throw parameterProblem(`Port "${part}" does not resolve to anything.\n`);
    return value;
  };
  const first = port(firstText!, 0);
  const last = port(lastText!, 65_535);
  return {
    text: spanText([first, last]),
    includes: (value) => typeof value === 'number' && value >= first && value <= last,
    print: String,
  };
}

export function protocolCondition(options: OptionSet): ConnectionCondition | undefined {
  const text = options.value('ctproto');
  if (text === undefined) return undefined;
  const wanted = protocolNumber(text);
  if (wanted === undefined) throw parameterProblem(`unknown protocol "${text}" specified`);
  const inverted = options.isInverted('ctproto');
  return {
    phrase: `${bang(inverted)}--ctproto ${wanted}`,
    holds: ({ entry }) => (entry.original.protocol === wanted) !== inverted,
    explain: ({ entry: { original } }) =>
      compared("the connection's protocol", protocolText(original.protocol), protocolText(wanted), original.protocol === wanted),
  };
}

const STATUSES = ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'] as const;
/** Simplification: no expectations, so no connection is EXPECTED. */
const STATUS_BITS: { readonly [name in (typeof STATUSES)[number]]: number } = {
  EXPECTED: 0,
  SEEN_REPLY: STATUS.SEEN_REPLY,
  ASSURED: STATUS.ASSURED,
  CONFIRMED: STATUS.CONFIRMED,
};

/** `NONE` is no bit at all, so it never holds: a trap of the real tool. */
export function statusCondition(options: OptionSet): ConnectionCondition | undefined {
  const text = options.value('ctstatus');
  if (text === undefined) return undefined;
  const words = text.toUpperCase().split(',');
  for (const [i, word] of words.entries()) {
    if (word !== 'NONE' && !STATUSES.some((name) => name === word)) throw parameterProblem(`Bad ctstatus "${text.split(',')[i]}"`);
  }
  const asked = STATUSES.filter((name) => words.includes(name));
  const bits = asked.reduce((sum, name) => sum | STATUS_BITS[name], 0);
  const inverted = options.isInverted('ctstatus');
  const has = ({ status }: ConntrackEntry): boolean => (status & bits) !== 0;
  return {
    phrase: `${bang(inverted)}--ctstatus ${asked.join(',') || 'NONE'}`,
    holds: ({ entry }) => has(entry) !== inverted,
    explain: ({ entry }) => `the connection's status is ${has(entry) ? '' : 'not '}${asked.join(' or ') || 'NONE'}`,
  };
}

export function expiryCondition(options: OptionSet): ConnectionCondition | undefined {
  const span = options.span('ctexpire', MOST_SECONDS);
  if (!span) return undefined;
  const inverted = options.isInverted('ctexpire');
  const isWithin = (seconds: number): boolean => seconds >= span[0] && seconds <= span[1];
  return {
    phrase: `${bang(inverted)}--ctexpire ${spanText(span)}`,
    holds: ({ entry }, nowUs) => isWithin(secondsLeft(entry, nowUs)) !== inverted,
    explain: ({ entry }, nowUs) =>
      compared('seconds left of the connection', secondsLeft(entry, nowUs), spanText(span), isWithin(secondsLeft(entry, nowUs))),
  };
}

/** `nf_ct_expires`: the clock of a connection starts when it is confirmed. */
function secondsLeft(entry: ConntrackEntry, nowUs: number): number {
  if (!(entry.status & STATUS.CONFIRMED) || isExpired(entry, nowUs)) return 0;
  return Math.floor((entry.expiresUs - nowUs) / 1_000_000);
}

export function directionCondition(options: OptionSet): ConnectionCondition | undefined {
  const text = options.value('ctdir');
  if (text === undefined) return undefined;
  const wanted = (['ORIGINAL', 'REPLY'] as const).find((name): name is Direction => name === text.toUpperCase());
  if (!wanted) throw parameterProblem(`conntrack: Bad value for "--ctdir" option: "${text}"`);
  return {
    phrase: `--ctdir ${wanted}`,
    holds: ({ direction }) => direction === wanted,
    explain: ({ direction }) => compared("the packet's direction", direction, wanted, direction === wanted),
  };
}
