import { success } from '../iptables/tool-error.js';
import type { ToolResult } from '../types.js';
import { ConntrackUsageError, parseConntrackArguments, type ConntrackArguments } from './arguments.js';
import type { Conntrack } from './conntrack.js';
import type { ConntrackEntry } from './entry.js';
import { passesFilter } from './filter.js';
import { formatEntry } from './format.js';
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
      context.conntrack.flush(context.netns);
      return success('', `${VERSION}: connection tracking table has been emptied.\n`);
    case 'D':
      return remove(context, parsed);
    case 'G':
      return get(context, parsed);
    case 'E':
      return failure(1, 'event streaming is not simulated yet');
    case 'I':
    case 'U':
      return failure(1, `-${parsed.command} is not simulated yet: entries come from packets alone`);
  }
}

const matching = (context: ConntrackToolContext, parsed: ConntrackArguments): Readonly<ConntrackEntry>[] =>
  context.conntrack.list(context.netns).filter((entry) => passesFilter(entry, parsed.filter));

function lines(context: ConntrackToolContext, parsed: ConntrackArguments, entries: readonly Readonly<ConntrackEntry>[]): string {
  const format = { extended: parsed.output.includes('extended'), id: parsed.output.includes('id') };
  return entries.map((entry) => `${formatEntry(entry, context.nowUs, format)}\n`).join('');
}

// Simplification: entries are listed oldest first; the kernel lists them in the order of a secret hash.
function list(context: ConntrackToolContext, parsed: ConntrackArguments): ToolResult {
  if (parsed.table === 'expect') return success('', `${VERSION}: 0 expectations have been shown.\n`);
  const unsupported = parsed.output.find((output) => output === 'xml' || output === 'save');
  if (unsupported) return failure(1, `output format ${unsupported} is not simulated yet`);
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
  const entry = matching(context, parsed)[0];
  if (!entry) return failure(1, "Operation failed: such conntrack doesn't exist");
  return success(lines(context, parsed, [entry]), `${VERSION}: 1 flow entries have been shown.\n`);
}

// Simplification: one CPU does all the work; the kernel spreads connections over them.
function statistics({ conntrack, netns }: ConntrackToolContext): string {
  const busy = conntrack.statistics(netns);
  const line = (cpu: number, invalid: number, insertFailed: number, drop: number): string =>
    `cpu=${cpu}   \tfound=0 invalid=${invalid} insert=0 insert_failed=${insertFailed} drop=${drop} ` +
    'early_drop=0 error=0 search_restart=0 clash_resolve=0 chaintoolong=0 \n';
  return Array.from({ length: CPUS }, (_, cpu) =>
    cpu === 0 ? line(cpu, busy.invalid, busy.insertFailed, busy.drop) : line(cpu, 0, 0, 0),
  ).join('');
}

const failure = (exitCode: number, message: string): ToolResult => ({ exitCode, stdout: '', stderr: `${VERSION}: ${message}\n` });
