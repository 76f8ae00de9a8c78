import type { Change } from '@svclab/sim';
import { formatEndpoint } from '@svclab/wire';
import type { NodeRulesDiff, RuleChange } from './entry.js';

/** The part of a chain's record (table `nf.chains`, key `<netns>|<table>|<chain>`) that a difference needs. */
interface ChainRules {
  readonly rules: readonly string[];
}

/** The same of a native table (`nft.chains`, key `<netns>|<family>|<table>|<chain>`): each rule's handle and text. */
interface NftChainRules {
  readonly rules: readonly (readonly [handle: number, text: string])[];
}

/** An element of a set or map (`nft.elements`, key `<netns>|<family>|<table>|<set>|<key>`). Those that packets put there are no rules. */
interface NftElement {
  readonly value?: string;
  readonly comment?: string;
}

/** A virtual service (`nf.ipvs-services`, key `<netns>|TCP 10.200.1.1:80`, or `<netns>|FWM 5`). */
interface VirtualServer {
  readonly scheduler: string;
  readonly persistentSeconds?: number;
  readonly destinations: readonly { readonly address: number; readonly port: number; readonly method: string; readonly weight: number }[];
}

/** How `ipvsadm -S` writes the two. */
const SERVICE_OPTIONS: Readonly<Record<string, string>> = { TCP: '-t', UDP: '-u', SCTP: '--sctp-service', FWM: '-f' };
const METHOD_OPTIONS: Readonly<Record<string, string>> = { Masq: '-m', Route: '-g', Tunnel: '-i' };

/** Names the object whose change made a rule come or go, as `Service default/web`; `null` where no single one did. */
export type CauseOf = (rule: string) => string | null;

/**
 * Rules added and removed per node. A rule that only moved, or was written again as it
 * was, is no change: what packets meet is compared as a multiset of lines per chain.
 */
export function rulesDiff(changes: readonly Change[], causeOf: CauseOf): readonly NodeRulesDiff[] {
  const nodes = new Map<string, { added: RuleChange[]; removed: RuleChange[] }>();
  for (const changed of changes) {
    const read = READERS[changed.table];
    if (!read) continue;
    const { netns, table, lines } = read(changed.key);
    const { onlyInFirst: removed, onlyInSecond: added } = compareLines(lines(changed.before), lines(changed.after));
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

/** How the records of one table of the state are read: where they belong, and the lines that they stand for. */
type RecordReader = (key: string) => { readonly netns: string; readonly table: string; lines(record: Change['before']): string[] };

const READERS: Readonly<Record<string, RecordReader>> = {
  'nf.chains': (key) => {
    const [netns, table, chain] = key.split('|') as [string, string, string];
    const linesOf = ({ rules }: ChainRules): string[] => [`-N ${chain}`, ...rules.map((rule) => `-A ${chain} ${rule}`)];
    return { netns, table, lines: (record) => (record ? linesOf(record as ChainRules) : []) };
  },
  'nft.chains': (key) => {
    const [netns, family, name, chain] = key.split('|') as [string, string, string, string];
    const table = `${family} ${name}`;
    const linesOf = ({ rules }: NftChainRules): string[] => [
      `add chain ${table} ${chain}`,
      ...rules.map(([, text]) => `add rule ${table} ${chain} ${text}`),
    ];
    return { netns, table, lines: (record) => (record ? linesOf(record as NftChainRules) : []) };
  },
  'nf.ipvs-services': (key) => {
    const [netns, identity] = key.split('|') as [string, string];
    const name = identity.replace(/^\w+/, (kind) => SERVICE_OPTIONS[kind]!);
    const linesOf = ({ scheduler, persistentSeconds, destinations }: VirtualServer): string[] => [
      `-A ${name} -s ${scheduler}${persistentSeconds === undefined ? '' : ` -p ${persistentSeconds}`}`,
      ...destinations.map(
        ({ address, port, method, weight }) => `-a ${name} -r ${formatEndpoint(address, port)} ${METHOD_OPTIONS[method]} -w ${weight}`,
      ),
    ];
    return { netns, table: 'ipvs', lines: (record) => (record ? linesOf(record as VirtualServer) : []) };
  },
  'nft.elements': (key) => {
    const [netns, family, name, set, element] = key.split('|') as [string, string, string, string, string];
    const table = `${family} ${name}`;
    const lineOf = ({ comment, value }: NftElement): string =>
      `add element ${table} ${set} { ${element}${comment === undefined ? '' : ` comment "${comment}"`}${value === undefined ? '' : ` : ${value}`} }`;
    return { netns, table, lines: (record) => (record && !('expiresUs' in record) ? [lineOf(record as NftElement)] : []) };
  },
};

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
