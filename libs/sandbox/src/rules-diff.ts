import type { Change } from '@svclab/sim';
import type { NodeRulesDiff, RuleChange } from './entry.js';

/** The part of a chain's record (table `nf.chains`) that a difference needs. */
interface ChainRules {
  readonly netns: string;
  readonly table: string;
  readonly chain: string;
  readonly rules: readonly string[];
}

/**
 * Rules added and removed per node. A rule that only moved, or was written again as it
 * was, is no change: what packets meet is compared as a multiset of lines per chain.
 */
export function rulesDiff(changes: readonly Change[]): readonly NodeRulesDiff[] {
  const nodes = new Map<string, { added: RuleChange[]; removed: RuleChange[] }>();
  for (const change of changes) {
    if (change.table !== 'nf.chains') continue;
    const before = change.before as ChainRules | undefined;
    const after = change.after as ChainRules | undefined;
    const { netns, table } = (after ?? before)!;
    const { onlyInFirst: removed, onlyInSecond: added } = compareLines(linesOf(before), linesOf(after));
    if (!removed.length && !added.length) continue;
    const node = netns.replace(/^node\//, '');
    let entry = nodes.get(node);
    if (!entry) nodes.set(node, (entry = { added: [], removed: [] }));
    entry.added.push(...added.map((rule) => ({ table, rule, cause: causeOf(rule) })));
    entry.removed.push(...removed.map((rule) => ({ table, rule, cause: causeOf(rule) })));
  }
  return [...nodes.keys()].sort().map((node) => ({ node, ...nodes.get(node)! }));
}

const linesOf = (chain: ChainRules | undefined): string[] =>
  chain ? [`-N ${chain.chain}`, ...chain.rules.map((rule) => `-A ${chain.chain} ${rule}`)] : [];

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

/**
 * The object a line of kube-proxy names in its comment: `default/web:http -> 10.10.1.2:80` is
 * Service default/web. Chains are named by hashes of the same text, so a bare `-N` tells nothing.
 */
function causeOf(rule: string): string | null {
  const comment = /--comment "?([^"]*)/.exec(rule)?.[1];
  const service = comment && /(?:^|\s)([a-z0-9-]+)\/([a-z0-9-]+)(?::[a-z0-9-]+)?(?:\s|$)/.exec(comment);
  return service ? `Service ${service[1]}/${service[2]}` : null;
}
