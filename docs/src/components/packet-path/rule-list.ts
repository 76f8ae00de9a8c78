import type { ChanceTold, RuleCause, RuleReference } from '@svclab/netfilter';
import { isNftables, type RuleStep, type TableWalk } from './path-view.js';

/** A line of the rules pane. */
export type RuleLine =
  | { readonly kind: 'chain'; readonly chain: string }
  /** Rules passed over, `first` to `last`; where nothing better is known, only how many. */
  | {
      readonly kind: 'missed';
      readonly first: number;
      readonly last: number;
      readonly because: string;
      readonly rules: readonly RuleReference[];
      readonly chance?: ChanceTold;
    }
  | { readonly kind: 'matched'; readonly step: RuleStep; readonly decides: boolean; readonly cause?: RuleCause }
  | { readonly kind: 'end'; readonly chain: string; readonly outcome: string };

/**
 * The rules of a table in the order in which the packet met them, under the names of their chains. Neighbours
 * that failed by the same condition fold into one line.
 */
export function ruleLines({ walk }: TableWalk): readonly RuleLine[] {
  const lines: RuleLine[] = [];
  let chain: string | undefined;
  const enter = (name: string): void => {
    if (name !== chain) lines.push({ kind: 'chain', chain: name });
    chain = name;
  };
  walk.forEach((step, i) => {
    const name = step.kind === 'rule' ? step.rule.chain : step.chain;
    enter(name);
    lines.push(...missedLines(step));
    if (step.kind === 'rule') {
      const decides = i === walk.length - 1;
      lines.push({ kind: 'matched', step, decides, ...(step.rule.cause && { cause: step.rule.cause }) });
    } else lines.push({ kind: 'end', chain: name, outcome: step.outcome });
  });
  return lines;
}

/** The rule that ended the walk, if one did. */
export function decidingRule({ walk }: TableWalk): RuleStep | undefined {
  const last = walk.at(-1);
  return last?.kind === 'rule' ? last : undefined;
}

type Missed = Extract<RuleLine, { kind: 'missed' }>;

function missedLines({ passedOver, missed }: TableWalk['walk'][number]): Missed[] {
  const lines: Missed[] = [];
  const untold = passedOver - missed.length;
  const firstTold = missed[0]?.rule.number;
  if (untold > 0 && firstTold !== undefined) {
    lines.push({ kind: 'missed', first: firstTold - untold, last: firstTold - 1, because: '', rules: [] });
  }
  for (const { rule, because, chance } of missed) {
    const last = lines.at(-1);
    if (
      last &&
      !chance &&
      !last.chance &&
      last.rules.length &&
      last.last === rule.number - 1 &&
      condition(last.because) === condition(because)
    ) {
      lines[lines.length - 1] = {
        ...last,
        last: rule.number,
        because: joined(last.because, wanted(because)),
        rules: [...last.rules, rule],
      };
    } else {
      lines.push({ kind: 'missed', first: rule.number, last: rule.number, because, rules: [rule], ...(chance && { chance }) });
    }
  }
  return lines;
}

/** `destination 10.200.1.206 is not` and `10.200.1.1`: what was asked, and what was wanted. */
const CONDITION = /^(.*?\b(?:is not in|is not|is in|is)) (.+)$/;

const condition = (because: string): string => CONDITION.exec(because)?.[1] ?? because;

const wanted = (because: string): string => CONDITION.exec(because)?.[2] ?? '';

/** The same condition with one more value that was wanted. */
const joined = (because: string, value: string): string => (wanted(because).split(', ').includes(value) ? because : `${because}, ${value}`);

/** As the node's own tool prints it. */
export const verbatimText = ({ table, chain, text }: RuleReference): string => (isNftables(table) ? text : `-A ${chain} ${text}`);

/** A rule's conditions without what only the kernel or a reader of comments asks for; empty: every packet. */
export const conditionsText = (rule: RuleReference): string =>
  isNftables(rule.table) ? nft(rule).conditions : iptablesConditions(rule.text);

/** `DNAT --to-destination 10.10.2.2:80`, `dnat to 10.10.2.2:80`; empty for a rule that only counts. */
export const actionText = (rule: RuleReference): string =>
  isNftables(rule.table) ? nft(rule).action : (/(?:^| )-[jg] (.*)$/.exec(withoutComment(rule.text))?.[1] ?? '');

const withoutComment = (text: string): string => text.replace(/-m comment --comment (?:"[^"]*"|\S+) ?/g, '');

const iptablesConditions = (text: string): string =>
  withoutComment(text)
    .replace(/-m (?:conntrack|statistic|mark|addrtype|recent|nfacct) /g, '')
    .replace(/-m (?:tcp|udp)(?: |$)/g, '')
    .replace(/--mode random /g, '')
    .replace(/ ?-[jg] .*$/, '')
    .trim();

/** Statements that end a rule of nftables or do something to the packet; what stands before them asks. */
const NFT_STATEMENT =
  /(?:^| )((?:accept|drop|return|reject|masquerade|jump|goto|dnat|snat|redirect|notrack|(?:meta )?mark set|ct mark set|numgen|update|add)\b.*)$/;

function nft({ text }: RuleReference): { readonly conditions: string; readonly action: string } {
  const bare = text.replace(/ comment "[^"]*"/, '').replace(/ ?counter(?: packets \d+ bytes \d+)?/, '');
  const action = NFT_STATEMENT.exec(bare)?.[1] ?? (/ vmap /.test(bare) ? bare : '');
  return { conditions: action === bare ? '' : bare.slice(0, bare.length - action.length).trim(), action };
}
