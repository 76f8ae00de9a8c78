import type { Change } from '@svclab/sim';
import type { NodeRulesDiff, RuleChange } from './entry.js';

/** The part of a chain's record (table `nf.chains`, key `<netns>|<table>|<chain>`) that a difference needs. */
interface ChainRules {
  readonly rules: readonly string[];
}

/** Names the object whose change made a rule come or go, as `Service default/web`; `null` where no single one did. */
export type CauseOf = (rule: string) => string | null;

/**
 * Rules added and removed per node. A rule that only moved, or was written again as it
 * was, is no change: what packets meet is compared as a multiset of lines per chain.
 */
export function rulesDiff(changes: readonly Change[], causeOf: CauseOf): readonly NodeRulesDiff[] {
  const nodes = new Map<string, { added: RuleChange[]; removed: RuleChange[] }>();
  for (const { table: stateTable, key, before, after } of changes) {
    if (stateTable !== 'nf.chains') continue;
    const [netns, table, chain] = key.split('|') as [string, string, string];
    const lines = (record: Change['before']): string[] => (record ? linesOf(chain, record as ChainRules) : []);
    const { onlyInFirst: removed, onlyInSecond: added } = compareLines(lines(before), lines(after));
    if (!removed.length && !added.length) continue;
    const node = netns.replace(/^node\//, '');
    let entry = nodes.get(node);
    if (!entry) nodes.set(node, (entry = { added: [], removed: [] }));
    const change = (rule: string): RuleChange => ({ table, rule, cause: causeOf(rule) });
    entry.added.push(...added.map(change));
    entry.removed.push(...removed.map(change));
  }
  return [...nodes.keys()].sort().map((node) => ({ node, ...nodes.get(node)! }));
}

const linesOf = (chain: string, { rules }: ChainRules): string[] => [`-N ${chain}`, ...rules.map((rule) => `-A ${chain} ${rule}`)];

function compareLines(first: readonly string[], second: readonly string[]): { onlyInFirst: string[]; onlyInSecond: string[] } {
  const count = new Map<string, number>();
  for (const line of second) count.set(line, (count.get(line) ?? 0) + 1);
  const onlyInFirst = first.filter((line) => {
    const left = count.get(line) ?? 0;
    if (left) count.set(line, left - 1);
    return !left;
  });
  const onlyInSecond = second.filter((line) => {
    const left = count.get(line) ?? 0;
    if (left) count.set(line, left - 1);
    return left > 0;
  });
  return { onlyInFirst, onlyInSecond };
}
