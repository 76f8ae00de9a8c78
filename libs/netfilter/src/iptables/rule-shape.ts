import type { Match } from './extension.js';
import { parseRuleText } from './rule-cache.js';
import { MOST_CHAIN_LENGTH } from './rule-builder.js';
import type { Rule, RuleAction, RuleHead } from './rule.js';
import { TARGETS } from './targets/index.js';

/** What the checks of tool and kernel look at before a rule is in its table; what packets need is parsed when the first comes. */
export interface RuleOutline {
  readonly text: string;
  readonly head: Pick<RuleHead, 'inIface' | 'outIface'>;
  readonly matches: readonly Pick<Match, 'hooks' | 'accountingObject' | 'ipset'>[];
  readonly action: RuleAction;
}

type Hole = 'address' | 'port' | 'comment' | 'probability' | 'chain';

/** A rule's text with holes for what differs between the rules of one Service and the next. */
interface Shape {
  /** Text before each hole, and after the last. */
  readonly literals: readonly string[];
  readonly holes: readonly Hole[];
  /** A rule of this shape: all others pass and fail the same checks, but for the chain they jump to. */
  readonly exemplar: Rule;
}

/** kube-proxy, kindnetd and kubelet write some twenty; a bound, since learners may write any. */
const MOST_SHAPES = 64;

const shapes: Shape[] = [];

/**
 * Knows a rule again whose like was parsed before: its text would be parsed without complaint and printed back
 * unchanged. `undefined` for all others. 150,000 lines of rules have a dozen shapes.
 */
export function outlineRule(text: string): RuleOutline | undefined {
  for (let i = 0; i < shapes.length; i++) {
    const shape = shapes[i]!;
    const chain = fit(shape, text);
    if (chain === undefined) continue;
    // The more common a shape, the sooner it is tried.
    if (i > 0) [shapes[i - 1], shapes[i]] = [shape, shapes[i - 1]!];
    const { head, matches, action } = shape.exemplar;
    return { text, head, matches, action: chain === '' ? action : { kind: action.kind as 'jump' | 'goto', chain } };
  }
  return undefined;
}

/** Learns the shape of a rule that was parsed from just the text that it prints. */
export function learnShape(exemplar: Rule): void {
  if (shapes.length >= MOST_SHAPES || exemplar.text.includes('\\')) return;
  const literals: string[] = [];
  const holes: Hole[] = [];
  let from = 0;
  for (const { groups, index, 0: filling } of exemplar.text.matchAll(HOLES)) {
    const hole = Object.entries(groups!)
      .find(([, value]) => value !== undefined)![0]
      .replace('2', '') as Hole;
    if (hole === 'chain' && exemplar.action.kind !== 'jump' && exemplar.action.kind !== 'goto') continue;
    literals.push(exemplar.text.slice(from, index));
    holes.push(hole);
    from = index + filling.length;
  }
  literals.push(exemplar.text.slice(from));
  const shape = { literals, holes, exemplar };
  // A text that does not fit its own shape has something in it that only the parser understands.
  if (fit(shape, exemplar.text) !== undefined) shapes.push(shape);
}

/** Where the texts of rules differ. Comments come first: what stands in one is no option. */
const HOLES = new RegExp(
  [
    String.raw`(?<=--comment ")(?<comment>[^"]*)`,
    String.raw`(?<=-[sd] )(?<address>[\d.]+)(?=/32 )`,
    String.raw`(?<=-m (?:tcp|udp) --dport )(?<port>\d+)(?= |$)`,
    String.raw`(?<=--to-destination )(?<address2>[\d.]+)(?=:\d+$)`,
    String.raw`(?<=--to-destination [\d.]+:)(?<port2>\d+)$`,
    String.raw`(?<=--mode random --probability )(?<probability>[\d.]+)`,
    String.raw`(?<= -[jg] )(?<chain>\S+)$`,
  ].join('|'),
  'g',
);

/** The chain that a text of this shape jumps to, empty where the shape names none; `undefined` when the text is of another. */
function fit({ literals, holes }: Shape, text: string): string | undefined {
  let at = 0;
  for (let i = 0; i < holes.length; i++) {
    if (!text.startsWith(literals[i]!, at)) return undefined;
    at += literals[i]!.length;
    const hole = holes[i]!;
    if (hole === 'chain') return chainName(text.slice(at));
    at = FILLINGS[hole](text, at);
    if (at < 0) return undefined;
  }
  const last = literals[holes.length]!;
  return text.length === at + last.length && text.endsWith(last) ? '' : undefined;
}

const chainName = (name: string): string | undefined =>
  name === '' || name.length > MOST_CHAIN_LENGTH || name.includes(' ') || TARGETS.has(name) || VERDICTS.has(name) ? undefined : name;

const VERDICTS: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'RETURN']);

/** For each kind of hole, where a filling that starts at `at` ends; −1 when there is none that would be printed back unchanged. */
const FILLINGS: { readonly [hole in Exclude<Hole, 'chain'>]: (text: string, at: number) => number } = {
  address: endOfAddress,
  port: (text, at) => endOfNumber(text, at, 1, 65_535),
  comment: endOfComment,
  probability: endOfProbability,
};

/** A number without zeros in front. */
function endOfNumber(text: string, at: number, least: number, most: number): number {
  let value = 0;
  let end = at;
  for (; end < text.length; end++) {
    const digit = text.charCodeAt(end) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    if (value > most || (end > at && value < 10)) return -1;
  }
  return end > at && value >= least ? end : -1;
}

function endOfAddress(text: string, at: number): number {
  let end = endOfNumber(text, at, 0, 255);
  for (let i = 1; i < 4 && end > 0; i++) end = text.charCodeAt(end) === DOT ? endOfNumber(text, end + 1, 0, 255) : -1;
  return end;
}

/** A comment that needs its quotation marks and no backslash. */
function endOfComment(text: string, at: number): number {
  const end = text.indexOf('"', at);
  if (end < 0 || end - at > MOST_COMMENT) return -1;
  let needsQuotes = false;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH || code === APOSTROPHE) return -1;
    if (!needsQuotes) needsQuotes = !isPlain(code);
  }
  return needsQuotes ? end : -1;
}

/** Letters, digits, `_` and `-`: what stands without quotation marks. */
const isPlain = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 45;

/** Few probabilities are in use, 1 ÷ 2 to 1 ÷ the most endpoints: each is parsed and printed once to see whether it comes back. */
function endOfProbability(text: string, at: number): number {
  const end = text.indexOf(' ', at);
  if (end < 0) return -1;
  const probability = text.slice(at, end);
  let known = canonicalProbabilities.get(probability);
  if (known === undefined) {
    const condition = `-m statistic --mode random --probability ${probability}`;
    known = /^0\.\d{11}$/.test(probability) && parseRuleText(condition)?.[0]?.text === condition;
    if (canonicalProbabilities.size > MOST_PROBABILITIES) canonicalProbabilities.clear();
    canonicalProbabilities.set(probability, known);
  }
  return known ? end : -1;
}

const canonicalProbabilities = new Map<string, boolean>();
const MOST_PROBABILITIES = 10_000;
/** Longest comment (Linux: `XT_MAX_COMMENT_LEN`, its final zero byte taken off). */
const MOST_COMMENT = 255;
const ZERO = 48;
const DOT = 46;
const BACKSLASH = 92;
const APOSTROPHE = 39;
