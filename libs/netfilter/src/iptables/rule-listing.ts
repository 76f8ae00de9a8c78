import { TABLES } from '../hooks.js';
import type { Ruleset } from '../ruleset.js';
import type { TableName } from '../types.js';
import { targetName } from './rule.js';

/** A rule as data, for JSON answers and rule differences. */
export interface RuleListing {
  readonly table: TableName;
  readonly chain: string;
  /** From 1, as `-L --line-numbers` counts. */
  readonly number: number;
  /** Its `-S` line without `-A CHAIN`. */
  readonly text: string;
  /** Extension, verdict or chain; empty without one. */
  readonly target: string;
  readonly packets: number;
  readonly bytes: number;
}

export function listRules(ruleset: Ruleset, netns: string, table?: TableName, chain?: string): RuleListing[] {
  const tables = table === undefined ? TABLES : [table];
  return tables.flatMap((name) =>
    ruleset.chainNames(netns, name).flatMap((each) => (chain === undefined || chain === each ? listChain(ruleset, netns, name, each) : [])),
  );
}

function listChain(ruleset: Ruleset, netns: string, table: TableName, name: string): RuleListing[] {
  const chain = ruleset.chain(netns, table, name);
  if (!chain) return [];
  const counters = ruleset.counters(chain);
  return chain.rules.map((rule, i) => {
    const [packets, bytes] = counters.rules[i]!;
    return { table, chain: name, number: i + 1, text: rule.text, target: targetName(rule.action), packets: packets!, bytes: bytes! };
  });
}
