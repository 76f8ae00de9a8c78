import { splitWords } from '../../iptables/quoting.js';
import type { ToolResult } from '../../types.js';
import { IpvsError } from '../error.js';
import { formatConnection } from '../format.js';
import type { Ipvs } from '../ipvs.js';
import { listVirtualServices } from '../listing.js';
import { serviceName } from '../names.js';
import { compareServices } from '../order.js';
import { ruleLines } from '../rule-lines.js';
import { checkOptions, IpvsadmExit, parseCommandLine, type IpvsadmCommand, type OptionUse } from './command-line.js';
import { checkNothingLeft, destinationToPut, parseTimeouts, readEntries, serviceToPut, type Entries } from './entries.js';
import { HELP, VERSION } from './help.js';
import { printTable, TABLE_HEAD, tableFormat } from './print.js';

export interface IpvsadmContext {
  readonly netns: string;
  readonly ipvs: Ipvs;
  readonly nowUs: number;
}

/** What the tool ends with when the kernel refused, or popt did. */
const REFUSED = 255;

/** The program `ipvsadm`, 1.31, arguments without its name; `stdin` is for `-R`. */
export function runIpvsadm(context: IpvsadmContext, argv: readonly string[], stdin = ''): ToolResult {
  if (argv.length === 0) return { exitCode: 0, stdout: list(context, [], undefined), stderr: '' };
  try {
    return run(context, argv, stdin);
  } catch (error) {
    if (error instanceof IpvsadmExit) return { exitCode: error.status, stdout: '', stderr: error.text };
    throw error;
  }
}

function run(context: IpvsadmContext, argv: readonly string[], stdin: string): ToolResult {
  const { command, options, rest } = parseCommandLine(argv);
  if (command === 'h') return { exitCode: 0, stdout: VERSION + HELP, stderr: '' };
  if (command === 'v') return { exitCode: 0, stdout: VERSION, stderr: '' };
  const entries = readEntries(options);
  const timeouts = command === 'set' ? parseTimeouts(rest) : undefined;
  checkNothingLeft(command, rest);
  checkOptions(command, options);
  if (command === 'R') return restore(context, stdin);
  try {
    if (timeouts) context.ipvs.settings.setTimeouts(context.netns, timeouts);
    const stdout = answer(context, command, options, entries);
    return { exitCode: 0, stdout, stderr: '' };
  } catch (error) {
    if (!(error instanceof IpvsError)) throw error;
    return { exitCode: REFUSED, stdout: '', stderr: `${error.message}\n` };
  }
}

/** Line by line: the kernel's refusals are told and passed over, the tool's own end it. The last line's result is the tool's. */
function restore(context: IpvsadmContext, text: string): ToolResult {
  const said = { exitCode: 0, stdout: '', stderr: '' };
  for (const line of text.split('\n')) {
    const words = splitWords(line);
    if (words.length === 0 || words[0]!.startsWith('#')) continue;
    try {
      if (words.includes('-R') || words.includes('--restore')) throw IpvsadmExit.tryHelp();
      const result = run(context, words, '');
      said.exitCode = result.exitCode;
      said.stdout += result.stdout;
      said.stderr += result.stderr;
    } catch (error) {
      if (!(error instanceof IpvsadmExit)) throw error;
      return { ...said, exitCode: error.status, stderr: said.stderr + error.text };
    }
  }
  return said;
}

/** Does what the command says; returns what it prints. Throws {@link IpvsError}. */
function answer(context: IpvsadmContext, command: Exclude<IpvsadmCommand, 'R'>, options: readonly OptionUse[], entries: Entries): string {
  const { netns, ipvs } = context;
  const { services, connections } = ipvs;
  const { service } = entries;
  switch (command) {
    case 'L':
      return list(context, options, entries.service);
    case 'S':
      return services
        .list(netns)
        .toSorted(compareServices)
        .flatMap((each) => ruleLines(each, tableFormat(options).numeric))
        .map((line) => `${line}\n`)
        .join('');
    case 'A':
      services.add(netns, serviceToPut(entries));
      return '';
    case 'E':
      services.edit(netns, serviceToPut(entries));
      return '';
    case 'D':
      services.remove(netns, service!);
      return '';
    case 'C':
      services.flush(netns);
      return '';
    case 'a':
      services.addDestination(netns, service!, destinationToPut(entries));
      return '';
    case 'e':
      services.editDestination(netns, service!, destinationToPut(entries));
      return '';
    case 'd':
      connections.expire(netns);
      services.removeDestination(netns, service!, entries.destination!);
      return '';
    case 'Z':
      services.zero(netns, service);
      return '';
    case 'set':
      return '';
  }
}

function list({ netns, ipvs, nowUs }: IpvsadmContext, options: readonly OptionUse[], wanted: Entries['service']): string {
  const has = (name: OptionUse['option']): boolean => options.some(({ option }) => option === name);
  const format = tableFormat(options);
  if ((has('c') || has('timeout') || has('daemon')) && format.columns !== 'connections') {
    throw IpvsadmExit.fail('options conflicts in the list command');
  }
  if (has('timeout')) {
    const { tcp, tcpFin, udp } = ipvs.settings.timeouts(netns);
    return `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`;
  }
  if (has('daemon')) return '';
  // Simplification: connections are listed in the order they were made, with numbers alone; the kernel lists them by a secret hash.
  if (has('c'))
    return (
      CONNECTIONS_HEAD +
      ipvs.connections
        .list(netns)
        .map((each) => `${formatConnection(each, nowUs)}\n`)
        .join('')
    );
  const services = listVirtualServices(ipvs, netns, !has('nosort'));
  if (!wanted) return TABLE_HEAD + printTable(services, format);
  const chosen = services.filter(({ name }) => name === serviceName(wanted));
  if (chosen.length === 0) throw new IpvsError('No such service');
  return printTable(chosen, format);
}

const CONNECTIONS_HEAD = `IPVS connection entries\npro expire ${'state'.padEnd(11)} ${'source'.padEnd(18)} ${'virtual'.padEnd(18)} destination\n`;
