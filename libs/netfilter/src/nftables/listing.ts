import { hookWord } from './declarations.js';
import { printDuration } from './durations.js';
import { printElement, sortElements, type SetElement } from './elements.js';
import { isAlive, type LoadedChain, type LoadedSet, type LoadedTable } from './loaded.js';
import { printPriority } from './priorities.js';
import { ruleText } from './rule.js';

/** How a listing is wanted. */
export interface ListingOptions {
  /** `-a`: handles behind everything. */
  readonly handles: boolean;
  /** `-t`: sets without their elements. */
  readonly terse: boolean;
  /** `-s`: rules without what they count. */
  readonly stateless: boolean;
  readonly nowUs: number;
}

/** What of a table is listed. */
export interface ListingParts {
  readonly sets: readonly LoadedSet[];
  readonly chains: readonly LoadedChain[];
  /** The table's own properties. */
  readonly properties?: boolean;
  /** `list chains`, `list sets`: one below the other, chains without their rules. */
  readonly isInventory?: boolean;
}

const byHandle = (a: { record: { handle: number } }, b: { record: { handle: number } }): number => a.record.handle - b.record.handle;

export const setsOf = (table: LoadedTable): LoadedSet[] => [...table.sets.values()].toSorted(byHandle);
export const chainsOf = (table: LoadedTable): LoadedChain[] => [...table.chains.values()].toSorted(byHandle);

export const wholeTable = (table: LoadedTable): ListingParts => ({ sets: setsOf(table), chains: chainsOf(table), properties: true });

/** `table ip x { … }` as `nft list` prints it (src/rule.c, `table_print`). */
export function printTable(table: LoadedTable, parts: ListingParts, options: ListingOptions): string {
  const { comment, dormant, handle } = table.record!;
  const head = `table ${table.title} {${parts.properties ? handleText(handle, options) : ''}\n`;
  const properties = parts.properties
    ? `${comment === undefined ? '' : `\tcomment "${comment}"\n`}${dormant ? '\tflags dormant\n\n' : ''}`
    : '';
  const objects = [
    ...parts.sets.map((set) => printSet(set, options)),
    ...parts.chains.map((chain) => printChain(chain, options, parts.isInventory)),
  ];
  return `${head}${properties}${objects.join(parts.isInventory ? '' : '\n')}}\n`;
}

const handleText = (handle: number, { handles }: ListingOptions): string => (handles ? ` # handle ${handle}` : '');

function printChain(chain: LoadedChain, options: ListingOptions, declarationOnly = false): string {
  const { base, record, name } = chain;
  const lines = [
    `chain ${name} {${handleText(record.handle, options)}`,
    ...(record.comment === undefined || declarationOnly ? [] : [`\tcomment "${record.comment}"`]),
    ...(base
      ? [`\ttype ${base.type} hook ${hookWord(base.hook)} priority ${printPriority(base.priority, base.hook)}; policy ${base.policy};`]
      : []),
  ];
  if (!declarationOnly) {
    for (const each of chain.rules) {
      const { rule, handle } = each;
      const numbers = options.stateless ? undefined : chain.numbers(each);
      lines.push(`\t${ruleText(rule.statements, rule.comment, numbers)}${handleText(handle, options)}`);
    }
  }
  return [...lines, '}'].map((line) => `\t${line}\n`).join('');
}

function printSet(set: LoadedSet, options: ListingOptions): string {
  const { record, name } = set;
  const data = record.data === undefined ? '' : ` : ${record.data}`;
  const lines = [
    `${record.kind} ${name} {${handleText(record.handle, options)}`,
    `\t${record.isTypeof ? 'typeof' : 'type'} ${record.type}${data}`,
    ...(record.policy === undefined || record.policy === 'performance' ? [] : [`\tpolicy ${record.policy}`]),
    ...(record.size === undefined ? [] : [`\tsize ${record.size}`]),
    ...(saysFlags(set) ? [`\tflags ${record.flags.join(',')}`] : []),
    ...(record.timeoutMs === undefined ? [] : [`\ttimeout ${printDuration(record.timeoutMs)}`]),
    ...(record.gcIntervalMs === undefined ? [] : [`\tgc-interval ${printDuration(record.gcIntervalMs)}`]),
    ...(record.autoMerge ? ['\tauto-merge'] : []),
    ...(record.comment === undefined ? [] : [`\tcomment "${record.comment}"`]),
    ...elementLines(set, options),
    '}',
  ];
  return lines.map((line) => `\t${line}\n`).join('');
}

/** A time-out says by itself that elements have one. */
const saysFlags = ({ record: { flags, timeoutMs } }: LoadedSet): boolean =>
  flags.length > 0 && !(timeoutMs !== undefined && flags.length === 1 && flags[0] === 'timeout');

const ELEMENTS_BEGIN = '\telements = { ';
const ELEMENTS_GO_ON = `\t\t     `;

// Simplification: concatenations with ranges stand in the order of all others; the kernel lists them as they were added.
function elementLines(set: LoadedSet, options: ListingOptions): string[] {
  const { shape } = set;
  const living = [...set.elements.values()].filter((element) => isAlive(element, options.nowUs));
  if (options.terse || living.length === 0) return [];
  const texts = sortElements(living, shape).map((element) => printElement(element, shape, timesText(element, options.nowUs)));
  const perLine = shape.keyTypes.length > 1 ? 1 : shape.keyTypes[0]!.perLine;
  const lines: string[] = [];
  for (let i = 0; i < texts.length; i += perLine) lines.push(texts.slice(i, i + perLine).join(', '));
  return lines.map((line, i) => `${i === 0 ? ELEMENTS_BEGIN : ELEMENTS_GO_ON}${line}${i === lines.length - 1 ? ' }' : ','}`);
}

function timesText({ timeoutMs, expiresUs }: SetElement, nowUs: number): string {
  const timeout = timeoutMs === undefined ? '' : ` timeout ${printDuration(timeoutMs)}`;
  return expiresUs === undefined ? timeout : `${timeout} expires ${printDuration(Math.floor((expiresUs - nowUs) / 1_000))}`;
}
