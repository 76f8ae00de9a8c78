import { success } from '../iptables/tool-error.js';
import type { ToolResult } from '../types.js';
import type { Accounting, AccountingObject } from './accounting.js';

const PREFIX = 'nfacct v1.0.2: ';

export interface NfacctContext {
  readonly netns: string;
  readonly accounting: Accounting;
  /** Whether some rule names the object. */
  inUse(name: string): boolean;
  readonly nowUs: number;
}

/** The program `nfacct`, 1.0.2: `list`, `get`, `add`, `delete`, `flush`, `version`. */
export function runNfacct(context: NfacctContext, argv: readonly string[]): ToolResult {
  const [command, ...words] = argv;
  switch (command) {
    case undefined:
      return failure('Usage: nfacct command [parameters]...\n');
    case 'list':
      return list(context, context.accounting.names(context.netns), words);
    case 'get':
      return named(words, (name) => (known(context, name) ? list(context, [name], words.slice(1)) : failed('No such file or directory')));
    case 'add':
      return named(words, (name) => (context.accounting.add(context.netns, name) ? success() : failed('Device or resource busy')));
    case 'del':
    case 'delete':
      return named(words, (name) => remove(context, name));
    case 'flush':
      for (const name of context.accounting.names(context.netns)) if (!context.inUse(name)) context.accounting.remove(context.netns, name);
      return success();
    case 'version':
      return success('nfacct v1.0.2: utility for the Netfilter extended accounting infrastructure\n');
    default:
      return failure(`${PREFIX}Unknown command: ${command}\nUsage: nfacct command [parameters]...\n`);
  }
}

const named = (words: readonly string[], run: (name: string) => ToolResult): ToolResult =>
  words[0] === undefined ? failure(`${PREFIX}missing object name\n`) : run(words[0]);

const known = (context: NfacctContext, name: string): boolean => context.accounting.has(context.netns, name);

function remove(context: NfacctContext, name: string): ToolResult {
  if (!known(context, name)) return failed('No such file or directory');
  if (context.inUse(name)) return failed('Device or resource busy');
  context.accounting.remove(context.netns, name);
  return success();
}

function list(context: NfacctContext, names: readonly string[], words: readonly string[]): ToolResult {
  const objects = names.map((name) => ({ name, ...context.accounting.get(context.netns, name)! }));
  if (words.includes('reset')) for (const name of names) context.accounting.reset(context.netns, name);
  if (words.includes('xml')) return success(xml(objects));
  return success(words.includes('json') ? json(objects, context.nowUs) : objects.map(plain).join(''));
}

type NamedObject = AccountingObject & { readonly name: string };

const plain = ({ name, packets, bytes }: NamedObject): string => `{ pkts = ${digits(packets)}, bytes = ${digits(bytes)} } = ${name};\n`;

const digits = (value: number): string => String(value).padStart(20, '0');

function xml(objects: readonly NamedObject[]): string {
  const lines = objects.map(
    ({ name, packets, bytes }) => `<obj><name>${name}</name><pkts>${digits(packets)}</pkts><bytes>${digits(bytes)}</bytes></obj>\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n<nfacct>\n${lines.join('')}</nfacct>\n`;
}

function json(objects: readonly NamedObject[], nowUs: number): string {
  const lines = objects.map(({ name, packets, bytes }) => `  { "pkts" : ${packets}, "bytes" : ${bytes}, "name" : "${name}" }`);
  return `{ "timestamp" : ${Math.floor(nowUs / 1_000_000)}, \n  "nfacct_counters" : [\n${lines.join(',\n')}\n] }\n`;
}

const failed = (reason: string): ToolResult => failure(`${PREFIX}error: ${reason}\n`);

const failure = (stderr: string): ToolResult => ({ exitCode: 1, stdout: '', stderr });
