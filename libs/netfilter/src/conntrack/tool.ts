import { success } from '../iptables/tool-error.js';
import type { ToolResult } from '../types.js';
import { ConntrackUsageError, parseConntrackArguments, type ConntrackArguments } from './arguments.js';
import { describedEntry, entryValues, tupleFilter, wouldChange } from './by-hand.js';
import type { Conntrack, ConntrackStatistics } from './conntrack.js';
import type { ConntrackEntry } from './entry.js';
import { passesFilter } from './filter.js';
import { outputFormat, printEntries } from './output.js';
import { USAGE } from './usage.js';

const VERSION = 'conntrack v1.4.7 (conntrack-tools)';
/** CPUs of the lab's docker host; `conntrack -S` prints one line for each. */
const CPUS = 4;

export interface ConntrackToolContext {
  readonly netns: string;
  readonly conntrack: Conntrack;
  readonly nowUs: number;
}

/** The program `conntrack`, 1.4.7, arguments without its name. */
export function runConntrack(context: ConntrackToolContext, argv: readonly string[]): ToolResult {
  try {
    const parsed = parseConntrackArguments(argv);
    return parsed ? execute(context, parsed) : success(USAGE);
  } catch (error) {
    if (!(error instanceof ConntrackUsageError)) throw error;
    return failure(2, `${error.message}\nTry \`conntrack -h' or 'conntrack --help' for more information.`);
  }
}

function execute(context: ConntrackToolContext, parsed: ConntrackArguments): ToolResult {
  switch (parsed.command) {
    case 'h':
      return success(USAGE);
    case 'V':
      return success(`${VERSION}\n`);
    case 'L':
      return list(context, parsed);
    case 'C':
      return success(`${parsed.table === 'conntrack' ? context.conntrack.list(context.netns).length : 0}\n`);
    case 'S':
      return success(statistics(context));
    case 'F':
      if (parsed.table === 'expect') return success('', `${VERSION}: expectation table has been emptied.\n`);
      context.conntrack.flush(context.netns);
      return success('', `${VERSION}: connection tracking table has been emptied.\n`);
    case 'D':
      return remove(context, parsed);
    case 'G':
      return get(context, parsed);
    case 'I':
      return insert(context, parsed);
    case 'U':
      return update(context, parsed);
    case 'E':
      // Who can wait asks for a stream; who cannot has seen nothing.
      return success('', eventSummary(0, parsed.table));
  }
}

const matching = (context: ConntrackToolContext, parsed: ConntrackArguments): Readonly<ConntrackEntry>[] =>
  context.conntrack.list(context.netns).filter((entry) => passesFilter(entry, parsed.filter));

function lines(context: ConntrackToolContext, parsed: ConntrackArguments, entries: readonly Readonly<ConntrackEntry>[]): string {
  return printEntries(entries, context.nowUs, outputFormat(parsed.output));
}

// Simplification: entries are listed oldest first; the kernel lists them in the order of a secret hash.
function list(context: ConntrackToolContext, parsed: ConntrackArguments): ToolResult {
  if (parsed.table === 'expect') return success('', `${VERSION}: 0 expectations have been shown.\n`);
  const entries = parsed.table === 'conntrack' ? matching(context, parsed) : [];
  return success(lines(context, parsed, entries), `${VERSION}: ${entries.length} flow entries have been shown.\n`);
}

function remove(context: ConntrackToolContext, parsed: ConntrackArguments): ToolResult {
  const entries = matching(context, parsed);
  const stdout = lines(context, parsed, entries);
  for (const entry of entries) context.conntrack.remove(context.netns, entry);
  return { exitCode: entries.length ? 0 : 1, stdout, stderr: `${VERSION}: ${entries.length} flow entries have been deleted.\n` };
}

function get(context: ConntrackToolContext, parsed: ConntrackArguments): ToolResult {
  if (parsed.filter.protocol === undefined) throw new ConntrackUsageError("You need to supply the `--protonum' option for this command");
  if (!parsed.filter.origSrc || !parsed.filter.origDst) throw new ConntrackUsageError("you have to specify `--src' and `--dst'");
  const entry = matching(context, parsed)[0];
  if (!entry) return failure(1, "Operation failed: such conntrack doesn't exist");
  return success(lines(context, parsed, [entry]), `${VERSION}: 1 flow entries have been shown.\n`);
}

function insert({ conntrack, netns, nowUs }: ConntrackToolContext, parsed: ConntrackArguments): ToolResult {
  const inserted = conntrack.insert(netns, describedEntry(parsed, nowUs));
  if (!inserted) return failure(1, 'Operation failed: Such conntrack exists, try -U to update');
  return success('', `${VERSION}: 1 flow entries have been created.\n`);
}

/** Ports without an address make the tool send half a tuple, which the kernel refuses. */
function update(context: ConntrackToolContext, parsed: ConntrackArguments): ToolResult {
  const { filter } = parsed;
  const values = entryValues(parsed);
  const entries = matching(context, { ...parsed, filter: tupleFilter(filter) }).filter((entry) => wouldChange(entry, values));
  const namesHalf = (filter.sport ?? filter.dport) !== undefined && !filter.origSrc && !filter.origDst;
  if (entries.length && namesHalf) {
    const refused = failure(1, 'Operation failed: Operation not supported');
    return { ...refused, stderr: `Operation failed: Operation not supported\n${refused.stderr}` };
  }
  for (const entry of entries) context.conntrack.update(context.netns, entry, values);
  const stderr = `${VERSION}: ${entries.length} flow entries have been updated.\n`;
  return { exitCode: entries.length ? 0 : 1, stdout: lines(context, parsed, entries), stderr };
}

/** What `conntrack -E` says when it ends. */
export const eventSummary = (shown: number, table: string): string =>
  `${VERSION}: ${shown} ${table === 'expect' ? 'expectation' : 'flow'} events have been shown.\n`;

/** The command line of `conntrack -E`; `undefined` where it asks for something else or is refused. */
export function eventsAsked(argv: readonly string[]): ConntrackArguments | undefined {
  try {
    const parsed = parseConntrackArguments(argv);
    return parsed?.command === 'E' ? parsed : undefined;
  } catch (error) {
    if (error instanceof ConntrackUsageError) return undefined;
    throw error;
  }
}

// Simplification: one CPU does all the work; the kernel spreads connections over them.
function statistics({ conntrack, netns }: ConntrackToolContext): string {
  const busy = conntrack.statistics(netns);
  const line = (cpu: number, { invalid, insertFailed, drop, earlyDrop }: Omit<ConntrackStatistics, 'nextId'>): string =>
    `cpu=${cpu}   \tfound=0 invalid=${invalid} insert=0 insert_failed=${insertFailed} drop=${drop} ` +
    `early_drop=${earlyDrop} error=0 search_restart=0 clash_resolve=0 chaintoolong=0 \n`;
  return Array.from({ length: CPUS }, (_, cpu) => line(cpu, cpu === 0 ? busy : IDLE)).join('');
}

const IDLE = { invalid: 0, insertFailed: 0, drop: 0, earlyDrop: 0 };

const failure = (exitCode: number, message: string): ToolResult => ({ exitCode, stdout: '', stderr: `${VERSION}: ${message}\n` });
