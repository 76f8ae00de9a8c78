import type { Hook, ToolResult } from '../types.js';
import { CommandRunner } from './commands.js';
import { NftDraft } from './draft.js';
import { TokenReader } from './lexer.js';
import { chainsOf, printTable, setsOf, wholeTable, type ListingOptions, type ListingParts } from './listing.js';
import type { LoadedTable } from './loaded.js';
import type { NftRuleset } from './nft-ruleset.js';
import { describeProblem, NftProblem, NOT_FOUND, type Span } from './problem.js';
import { isTableFamily, type ChainType, type TableFamily } from './types.js';

/** Version text of nft as kindest/node:v1.31.0 carries it. */
const VERSION = 'nftables v1.0.6 (Lester Gooch #5)\n';

export interface NftToolContext {
  readonly netns: string;
  readonly ruleset: NftRuleset;
  readonly nowUs: number;
  iptablesHangs(hook: Hook, type: ChainType, priority: number): boolean;
  hasInterface(name: string): boolean;
  /** `flush ruleset` takes iptables' tables along. */
  flushIptables(): void;
  /** The text of a file named with `-f`; `-` is standard input. */
  readFile(path: string): string | undefined;
}

interface CommandLine {
  readonly check: boolean;
  readonly file: string | undefined;
  readonly listing: ListingOptions;
  readonly words: readonly string[];
}

const FLAG_LETTERS = 'acefhijnNpsStTuvVy';

/** `nft` of nftables 1.0.6. */
export function runNft(context: NftToolContext, argv: readonly string[]): ToolResult {
  const line = readCommandLine(argv, context.nowUs);
  if ('exitCode' in line) return line;
  const text = line.file === undefined ? `${line.words.join(' ')}` : context.readFile(line.file);
  if (text === undefined) return failure(`internal:0:0-0: Error: Could not open file "${line.file}": No such file or directory\n\n`);
  const shownFile = line.file === undefined ? undefined : line.file === '-' ? '/dev/stdin' : line.file;
  try {
    return { exitCode: 0, stdout: runText(context, text, line), stderr: '' };
  } catch (problem) {
    if (problem instanceof NftProblem)
      return failure(describeProblem(line.file === undefined ? withLineEnd(problem, text) : problem, text, shownFile));
    throw problem;
  }
}

/** What is about a whole command of the command line includes the end of its line. */
const withLineEnd = (problem: NftProblem, text: string): NftProblem =>
  problem.at.from === 0 && problem.at.to === text.length ? new NftProblem(problem.reason, { from: 0, to: text.length + 1 }) : problem;

function runText(context: NftToolContext, text: string, { check, listing }: CommandLine): string {
  const draft = new NftDraft(context.ruleset, context.netns, context.nowUs);
  const lists: (() => string)[] = [];
  const reader = TokenReader.of(text);
  new CommandRunner(reader, {
    draft,
    iptablesHangs: context.iptablesHangs,
    hasInterface: context.hasInterface,
    readList: (listReader) => lists.push(readList(listReader, context, listing)),
  }).run();
  draft.validate();
  if (check) return '';
  draft.commit();
  if (draft.flushesIptables) context.flushIptables();
  return lists.map((list) => list()).join('');
}

/** Options stand before the command. */
function readCommandLine(argv: readonly string[], nowUs: number): CommandLine | ToolResult {
  const letters = new Set<string>();
  let file: string | undefined;
  let i = 0;
  for (; i < argv.length && argv[i]!.startsWith('-') && argv[i] !== '-'; i++) {
    const word = argv[i]!;
    if (word.startsWith('--')) {
      const name = word.slice(2);
      const letter = LONG_OPTIONS[name];
      if (!letter) return failure(`nft: unrecognized option '${word}'\n`);
      if (letter === 'f') file = argv[++i] ?? '';
      else letters.add(letter);
      continue;
    }
    for (const letter of word.slice(1)) {
      if (!FLAG_LETTERS.includes(letter)) return failure(`nft: invalid option -- '${letter}'\n`);
      if (letter === 'f') file = argv[++i];
      else letters.add(letter);
    }
    if (word.includes('f') && file === undefined) return failure(`nft: option requires an argument -- 'f'\n`);
  }
  if (letters.has('v')) return { exitCode: 0, stdout: VERSION, stderr: '' };
  if (letters.has('j')) return failure('Error: JSON support not compiled-in\n');
  const words = argv.slice(i);
  if (file === undefined && words.length === 0) return failure('nft: no command specified\n');
  return {
    check: letters.has('c'),
    file,
    listing: { handles: letters.has('a'), terse: letters.has('t'), stateless: letters.has('s'), nowUs },
    words,
  };
}

// Simplification: `-n` and its kin change nothing: names of states and protocols are always printed.
const LONG_OPTIONS: Readonly<Record<string, string>> = {
  check: 'c',
  file: 'f',
  handle: 'a',
  json: 'j',
  numeric: 'n',
  stateless: 's',
  terse: 't',
  version: 'v',
};

const failure = (stderr: string): ToolResult => ({ exitCode: 1, stdout: '', stderr });

/** Reads what shall be listed; the answer is put together when all changes are done. */
// Simplification: iptables' own tables are not listed here though a real kernel keeps them beside; `iptables-save` shows them.
function readList(reader: TokenReader, context: NftToolContext, options: ListingOptions): () => string {
  const object = reader.word();
  const tables = (family?: TableFamily): LoadedTable[] =>
    context.ruleset.tables(context.netns).filter((table) => family === undefined || table.family === family);
  const each = (family: TableFamily | undefined, parts: (table: LoadedTable) => ListingParts): string =>
    tables(family)
      .map((table) => printTable(table, parts(table), options))
      .join('');
  switch (object.text) {
    case 'ruleset': {
      const family = readFamily(reader);
      return () => each(family, wholeTable);
    }
    case 'tables': {
      const family = readFamily(reader);
      return () =>
        tables(family)
          .map(({ title }) => `table ${title}\n`)
          .join('');
    }
    case 'chains': {
      const family = readFamily(reader);
      return () => each(family, (table) => ({ sets: [], chains: chainsOf(table), isInventory: true }));
    }
    case 'sets':
    case 'maps': {
      const family = readFamily(reader);
      return () => each(family, (table) => setsOfKind(table, object.text === 'sets' ? 'set' : 'map'));
    }
    case 'table': {
      const table = readTable(reader, context);
      return () => printTable(table, wholeTable(table), options);
    }
    case 'chain': {
      const table = readTable(reader, context);
      const name = reader.word();
      const chain = table.chains.get(name.text);
      if (!chain) throw new NftProblem(NOT_FOUND, name);
      return () => printTable(table, { sets: [], chains: [chain] }, options);
    }
    case 'set':
    case 'map': {
      const table = readTable(reader, context);
      const name = reader.word();
      const set = table.sets.get(name.text);
      if (set?.record.kind !== object.text) throw new NftProblem(NOT_FOUND, name);
      return () => printTable(table, { sets: [set], chains: [] }, options);
    }
    default:
      throw new NftProblem('syntax error, unexpected string', object);
  }
}

const setsOfKind = (table: LoadedTable, kind: 'set' | 'map'): ListingParts => ({
  sets: setsOf(table).filter(({ record }) => record.kind === kind),
  chains: [],
  isInventory: true,
});

function readFamily(reader: TokenReader): TableFamily | undefined {
  if (!isTableFamily(reader.here.text)) return undefined;
  return reader.next().text as TableFamily;
}

function readTable(reader: TokenReader, { ruleset, netns }: NftToolContext): LoadedTable {
  const family = readFamily(reader) ?? 'ip';
  const name: Span & { readonly text: string } = reader.word();
  const table = ruleset.table(netns, family, name.text);
  if (!table) throw new NftProblem(NOT_FOUND, name);
  return table;
}
