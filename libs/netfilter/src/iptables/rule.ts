import { formatAddress, ipv4Mask, isIpv4, parseIpv4, type Address } from '@svclab/wire';
import { bang, compared, type Match, type RuleContext, type Target, type TargetExtension } from './extension.js';
import { protocolText } from './names.js';
import { parameterProblem } from './tool-error.js';

/** A condition on an address: `address & mask === value`. Mask 0: any. */
export interface AddressTest {
  readonly value: number;
  readonly mask: number;
  readonly inverted: boolean;
}

/** A condition on an interface's name; empty: any. */
export interface InterfaceTest {
  readonly name: string;
  /** The name ended in `+`: any longer one will do. */
  readonly isPrefix: boolean;
  readonly inverted: boolean;
}

/** What every rule can ask without an extension. */
export interface RuleHead {
  readonly source: AddressTest;
  readonly destination: AddressTest;
  readonly inIface: InterfaceTest;
  readonly outIface: InterfaceTest;
  /** 0: any. */
  readonly protocol: number;
  readonly protocolInverted: boolean;
}

export const ANY_ADDRESS: AddressTest = { value: 0, mask: 0, inverted: false };
export const ANY_INTERFACE: InterfaceTest = { name: '', isPrefix: false, inverted: false };

/** Where a rule sends the packets that match it. */
export type RuleAction =
  | { readonly kind: 'none' }
  | { readonly kind: 'verdict'; readonly verdict: 'ACCEPT' | 'DROP' | 'RETURN' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'extension'; readonly target: Target; readonly extension: TargetExtension };

/** One rule, parsed. Holds no state: rules of equal text are one object, whatever namespace they are in. */
export interface Rule {
  readonly head: RuleHead;
  readonly matches: readonly Match[];
  readonly action: RuleAction;
  /** Its `-S` line without `-A CHAIN`: conditions, then what is done. */
  readonly text: string;
  readonly conditionText: string;
  readonly actionText: string;
  /** Some match keeps a number among this rule's counters. */
  readonly isStateful: boolean;
}

export function makeRule(head: RuleHead, matches: readonly Match[], action: RuleAction): Rule {
  const conditionText = [...headTexts(head), ...matches.map((match) => `-m ${match.name}${match.text && ` ${match.text}`}`)].join(' ');
  const actionText = printAction(action);
  const text = [conditionText, actionText].filter(Boolean).join(' ');
  return { head, matches, action, conditionText, actionText, text, isStateful: matches.some((match) => match.stateful) };
}

/** The target as `-L` names it; empty without one. */
export function targetName(action: RuleAction): string {
  switch (action.kind) {
    case 'none':
      return '';
    case 'verdict':
      return action.verdict;
    case 'jump':
    case 'goto':
      return action.chain;
    case 'extension':
      return action.target.name;
  }
}

/** The target as `-L` names it. */
export const listedTargetName = (action: RuleAction): string =>
  (action.kind === 'extension' && action.target.listedAs) || targetName(action);

/** Sets that the rule names, as often as it does. */
export function setsOf({ matches, action }: { matches: readonly Pick<Match, 'ipset'>[]; action: RuleAction }): readonly string[] {
  const ofTarget = (action.kind === 'extension' && action.target.ipsets) || NO_SETS;
  if (!matches.some(({ ipset }) => ipset !== undefined)) return ofTarget;
  return [...matches.flatMap(({ ipset }) => (ipset === undefined ? [] : [ipset])), ...ofTarget];
}

const NO_SETS: readonly string[] = [];

/** Whether the rule's own conditions hold; extensions are asked in the order in which they were written. */
export function ruleMatches(rule: Rule, context: RuleContext): boolean {
  const { head, matches } = rule;
  if (!headMatches(head, context)) return false;
  for (let i = 0; i < matches.length; i++) if (!matches[i]!.test(context)) return false;
  return true;
}

/** Whether the conditions hold that need no extension. */
export function headMatches(head: RuleHead, { packet, skb }: RuleContext): boolean {
  if (head.protocol !== 0 && (packet.protocol === head.protocol) === head.protocolInverted) return false;
  if (!addressMatches(head.destination, packet.dst) || !addressMatches(head.source, packet.src)) return false;
  return interfaceMatches(head.inIface, skb.inIface) && interfaceMatches(head.outIface, skb.outIface);
}

function addressMatches(test: AddressTest, address: Address): boolean {
  if (test.mask === 0) return true;
  return (isIpv4(address) && (address & test.mask) >>> 0 === test.value) !== test.inverted;
}

function interfaceMatches(test: InterfaceTest, name: string): boolean {
  if (test.name === '') return true;
  return (test.isPrefix ? name.startsWith(test.name) : name === test.name) !== test.inverted;
}

/** Why the rule matched, condition by condition. */
export function explainRule(rule: Rule, context: RuleContext): readonly string[] {
  const reasons = headConditions(rule.head, context).map(({ reason }) => reason);
  for (const match of rule.matches) reasons.push(match.explain(context, true));
  return reasons.filter(Boolean);
}

/**
 * {@link ruleMatches} for a trace: the first condition that does not hold, in words, or `undefined` when all do. Asks
 * each extension at most once and in the same order, since asking may count, note or draw.
 */
export function explainMismatch(rule: Rule, context: RuleContext): string | undefined {
  const failed = headConditions(rule.head, context).find(({ holds }) => !holds);
  if (failed) return failed.reason;
  for (const match of rule.matches) {
    if (!match.test(context)) return match.explain(context, false) || `-m ${match.name} ${match.text} does not hold`;
  }
  return undefined;
}

interface Condition {
  readonly holds: boolean;
  readonly reason: string;
}

/** The conditions that a rule's head makes, in the order in which a learner asks for them. */
function headConditions(head: RuleHead, { packet, skb }: RuleContext): Condition[] {
  const conditions: Condition[] = [];
  const add = (what: string, value: string, wanted: string, holds: boolean, inverted: boolean): void => {
    conditions.push({ holds, reason: compared(what, value, wanted, holds !== inverted) });
  };
  const address = (what: string, test: AddressTest, value: Address): void => {
    if (test.mask) add(what, formatAddress(value), addressText(test), addressMatches(test, value), test.inverted);
  };
  const iface = (what: string, test: InterfaceTest, name: string): void => {
    if (test.name) add(what, name || '(none)', interfaceText(test), interfaceMatches(test, name), test.inverted);
  };
  address('source', head.source, packet.src);
  address('destination', head.destination, packet.dst);
  iface('incoming interface', head.inIface, skb.inIface);
  iface('outgoing interface', head.outIface, skb.outIface);
  if (head.protocol) {
    const holds = (packet.protocol === head.protocol) !== head.protocolInverted;
    add('protocol', protocolText(packet.protocol), protocolText(head.protocol), holds, head.protocolInverted);
  }
  return conditions;
}

/** `10.10.3.2`, `in 10.10.0.0/16`. */
const addressText = (test: AddressTest): string => (test.mask === 0xffffffff ? formatAddress(test.value) : `in ${maskedText(test)}`);

/** `10.0.0.0/8`; a mask that is no prefix is printed whole. */
export function maskedText({ value, mask }: AddressTest): string {
  return `${formatAddress(value)}/${prefixLength(mask) ?? formatAddress(mask)}`;
}

export const interfaceText = (test: InterfaceTest): string => test.name + (test.isPrefix ? '+' : '');

/** A prefix length or a dotted mask. */
export function parseMask(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 32) return ipv4Mask(Number(text));
  const mask = parseIpv4(text);
  if (mask === undefined) throw parameterProblem(`invalid mask \`${text}' specified`);
  return mask;
}

/** `undefined` when the ones of `mask` are not all in front. */
export function prefixLength(mask: number): number | undefined {
  const zeros = ~mask >>> 0;
  return (zeros & (zeros + 1)) === 0 ? Math.clz32(zeros) : undefined;
}

function headTexts(head: RuleHead): string[] {
  const texts: string[] = [];
  if (head.source.mask) texts.push(`${bang(head.source.inverted)}-s ${maskedText(head.source)}`);
  if (head.destination.mask) texts.push(`${bang(head.destination.inverted)}-d ${maskedText(head.destination)}`);
  if (head.inIface.name) texts.push(`${bang(head.inIface.inverted)}-i ${interfaceText(head.inIface)}`);
  if (head.outIface.name) texts.push(`${bang(head.outIface.inverted)}-o ${interfaceText(head.outIface)}`);
  if (head.protocol) texts.push(`${bang(head.protocolInverted)}-p ${protocolText(head.protocol)}`);
  return texts;
}

function printAction(action: RuleAction): string {
  switch (action.kind) {
    case 'none':
      return '';
    case 'goto':
      return `-g ${action.chain}`;
    case 'extension':
      return `-j ${action.target.name}${action.target.text && ` ${action.target.text}`}`;
    case 'verdict':
    case 'jump':
      return `-j ${targetName(action)}`;
  }
}
