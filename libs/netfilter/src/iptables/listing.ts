import { formatAddress } from '@svclab/wire';
import { BUILT_IN_CHAINS, isBuiltIn } from '../hooks.js';
import type { ChainCounters, Ruleset } from '../ruleset.js';
import { zeroCounters } from '../ruleset.js';
import type { TableName } from '../types.js';
import { protocolText } from './names.js';
import { interfaceText, prefixLength, listedTargetName, type AddressTest, type InterfaceTest, type Rule } from './rule.js';

/** How `-L` was asked to print. */
export interface ListFormat {
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
}

/** `-L` of one table, or of one chain of it. */
export function listTable(ruleset: Ruleset, netns: string, table: TableName, chain: string | undefined, format: ListFormat): string {
  const names = chain === undefined ? ruleset.chainNames(netns, table) : [chain];
  const references = countReferences(ruleset, netns, table);
  return names.map((name) => listChain(ruleset, netns, table, name, references.get(name) ?? 0, format)).join('\n');
}

/** `-L CHAIN NUMBER`: the row alone. */
export function listOneRule(ruleset: Ruleset, netns: string, table: TableName, chain: string, number: number, format: ListFormat): string {
  const loaded = ruleset.chain(netns, table, chain);
  const rule = loaded?.rules[number - 1];
  return loaded && rule ? listRule(rule, number, ruleset.counters(loaded).rules[number - 1]!, format) : '';
}

/** What `-v` shows of a rule that is added or deleted. */
export function listRuleBriefly(rule: Rule): string {
  const { head } = rule;
  const address = (test: AddressTest): string => `${test.inverted ? '!' : ' '}${addressText(test, true)}`;
  const iface = (test: InterfaceTest): string => `${test.inverted ? '!' : ''}${interfaceText(test) || '*'}`;
  const target = listedTargetName(rule.action);
  const protocol = `${head.protocolInverted ? '!' : ' '}${protocolText(head.protocol)}`;
  const columns = `${protocol} opt -- in ${iface(head.inIface)} out ${iface(head.outIface)} ${address(head.source)}  ->${address(head.destination)}  `;
  return `${target && `${target} `}${columns}${extensionTexts(rule, true).join('')}\n`;
}

function listChain(ruleset: Ruleset, netns: string, table: TableName, name: string, references: number, format: ListFormat): string {
  const chain = ruleset.chain(netns, table, name);
  const counters: ChainCounters = chain ? ruleset.counters(chain) : zeroCounters(0);
  const rows = (chain?.rules ?? []).map((rule, i) => listRule(rule, i + 1, counters.rules[i]!, format));
  const heading = isBuiltIn(table, name) ? policyText(chain?.policy ?? 'ACCEPT', counters, format) : `${references} references`;
  return `Chain ${name} (${heading})\n${columnLine(format)}\n${rows.join('')}`;
}

function policyText(policy: string, { policy: [packets, bytes] }: ChainCounters, format: ListFormat): string {
  if (!format.verbose) return `policy ${policy}`;
  const count = (value: number): string => (format.exact ? String(value) : countText(value));
  return `policy ${policy} ${count(packets!)} packets, ${count(bytes!)} bytes`;
}

function columnLine({ verbose, exact, lineNumbers }: ListFormat): string {
  const number = lineNumbers ? 'num  ' : '';
  const counts = verbose ? (exact ? '    pkts      bytes ' : ' pkts bytes ') : '';
  const ifaces = verbose ? 'in     out    ' : '';
  return `${number}${counts}${'target    '} prot opt ${ifaces}${verbose ? ' ' : ''}source               destination         `;
}

function listRule(rule: Rule, number: number, [packets, bytes]: readonly number[], format: ListFormat): string {
  const { head } = rule;
  const { numeric } = format;
  const count = (value: number): string => (format.exact ? String(value).padStart(8) : countText(value).padStart(5));
  const iface = (test: InterfaceTest): string => `${test.inverted ? '!' : ''}${interfaceText(test) || (numeric ? '*' : 'any')}`.padEnd(6);
  const address = (test: AddressTest): string => `${test.inverted ? '!' : ' '}${addressText(test, numeric).padEnd(19)} `;
  const protocol = numeric ? String(head.protocol) : protocolText(head.protocol);
  return (
    (format.lineNumbers ? String(number).padEnd(5) : '') +
    (format.verbose ? `${count(packets!)} ${count(bytes!)} ` : '') +
    `${listedTargetName(rule.action).padEnd(9)} ${head.protocolInverted ? '!' : ' '}${protocol.padEnd(4)} -- ` +
    (format.verbose ? ` ${iface(head.inIface)} ${iface(head.outIface)} ` : '') +
    address(head.source) +
    address(head.destination) +
    extensionTexts(rule, numeric).join('') +
    '\n'
  );
}

/** What goto, matches and target print, each with the blank that parts it from the rest. */
function extensionTexts({ matches, action }: Rule, numeric: boolean): string[] {
  const texts = matches.map((match) => match.list(numeric));
  if (action.kind === 'extension') texts.push(action.target.list(numeric));
  const printed = texts.filter((text) => text !== '').map((text) => ` ${text}`);
  return action.kind === 'goto' ? ['[goto] ', ...printed] : printed;
}

function addressText({ value, mask }: AddressTest, numeric: boolean): string {
  if (mask === 0) return numeric ? '0.0.0.0/0' : 'anywhere';
  const host = !numeric && value === 0x7f000001 ? 'localhost' : formatAddress(value);
  if (mask === 0xffffffff) return host;
  return `${host}/${prefixLength(mask) ?? formatAddress(mask)}`;
}

/** Five digits as they are, then rounded to thousands (xtables.c, `xtables_print_num`). */
export function countText(value: number): string {
  if (value <= 99_999) return String(value);
  let rounded = value;
  for (const unit of ['K', 'M', 'G', 'T']) {
    rounded = Math.floor((rounded + 500) / 1000);
    if (rounded <= 9999 || unit === 'T') return `${rounded}${unit}`;
  }
  return String(rounded);
}

function countReferences(ruleset: Ruleset, netns: string, table: TableName): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const chain of ruleset.table(netns, table)?.values() ?? []) {
    for (const { action } of chain.rules) {
      if (action.kind === 'jump' || action.kind === 'goto') counts.set(action.chain, (counts.get(action.chain) ?? 0) + 1);
    }
  }
  return counts;
}

/** `-S`: the rules as commands that would make them. */
export function printTable(ruleset: Ruleset, netns: string, table: TableName, only: string | undefined, withCounters: boolean): string {
  const names = only === undefined ? ruleset.chainNames(netns, table) : [only];
  const counted = ([packets, bytes]: readonly number[]): string => (withCounters ? ` -c ${packets} ${bytes}` : '');
  const lines = names.map((name) => {
    if (!BUILT_IN_CHAINS[table].some((builtIn) => builtIn === name)) return `-N ${name}\n`;
    const chain = ruleset.chain(netns, table, name);
    return `-P ${name} ${chain?.policy ?? 'ACCEPT'}${counted(chain ? ruleset.counters(chain).policy : [0, 0])}\n`;
  });
  for (const name of names) {
    const chain = ruleset.chain(netns, table, name);
    if (!chain) continue;
    const counters = ruleset.counters(chain);
    for (const [i, rule] of chain.rules.entries()) lines.push(printRule(name, rule, counted(counters.rules[i]!)));
  }
  return lines.join('');
}

/** `-A CHAIN …`, with ` -c PACKETS BYTES` before the target if given. */
export function printRule(chain: string, rule: Rule, counted = ''): string {
  const condition = rule.conditionText && ` ${rule.conditionText}`;
  return `-A ${chain}${condition}${counted}${rule.actionText && ` ${rule.actionText}`}\n`;
}
