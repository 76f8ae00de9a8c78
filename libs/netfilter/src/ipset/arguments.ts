import { parseUnsigned } from '../iptables/extension.js';
import { IpSetError } from './error.js';
import { findSetType, portRange, typeOf } from './set-types.js';
import type { IpSetRecord, SetTypeName } from './types.js';

export type IpSetCommand =
  'create' | 'add' | 'del' | 'test' | 'destroy' | 'list' | 'save' | 'restore' | 'flush' | 'rename' | 'swap' | 'version';

/** Each command's other spellings, and how many words it must have. */
const COMMANDS: { readonly [command in IpSetCommand]: { readonly aliases: readonly string[]; readonly words: 0 | 1 | 2 } } = {
  create: { aliases: ['n', '-N', '--create'], words: 2 },
  add: { aliases: ['a', '-A', '--add'], words: 2 },
  del: { aliases: ['d', '-D', '--del'], words: 2 },
  test: { aliases: ['t', '-T', '--test'], words: 2 },
  destroy: { aliases: ['x', '-X', '--destroy'], words: 0 },
  list: { aliases: ['l', '-L', '--list'], words: 0 },
  save: { aliases: ['s', '-S', '--save'], words: 0 },
  restore: { aliases: ['r', '-R', '--restore'], words: 0 },
  flush: { aliases: ['f', '-F', '--flush'], words: 0 },
  rename: { aliases: ['e', '-E', '--rename'], words: 2 },
  swap: { aliases: ['w', '-W', '--swap'], words: 2 },
  version: { aliases: ['v', '-v', '-V', '--version'], words: 0 },
};

/** Linux: `IPSET_MAXNAMELEN`, its final zero byte included. */
const MOST_NAME_LENGTH = 31;

/** No hash has more (2³¹). */
const MOST_BUCKETS = 0x80000000;

/** A command line of ipset, its own options taken out. */
export interface IpSetArguments {
  readonly command: IpSetCommand;
  readonly words: readonly string[];
  readonly exist: boolean;
  readonly quiet: boolean;
  readonly show: 'all' | 'headers' | 'names';
  readonly output: 'plain' | 'save';
}

/** Throws {@link IpSetError}. */
export function parseIpSetArguments(argv: readonly string[]): IpSetArguments {
  const words: string[] = [];
  let command: IpSetCommand | undefined;
  let exist = false;
  let quiet = false;
  let show: IpSetArguments['show'] = 'all';
  let output: IpSetArguments['output'] | undefined;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '-exist' || word === '-!' || word === '--exist') exist = true;
    else if (word === '-q' || word === '-quiet' || word === '--quiet') quiet = true;
    else if (word === '-n' || word === '-name' || word === '--name') show = 'names';
    else if (word === '-t' || word === '-terse' || word === '--terse') show = 'headers';
    else if (word === '-s' || word === '-sorted' || word === '--sorted') continue;
    else if (word === '-o' || word === '-output' || word === '--output') output = parseOutput(argv[++i]);
    else if (command === undefined) command = parseCommand(word);
    else words.push(word);
  }
  if (command === undefined) throw IpSetError.usage('No command specified.');
  const missing = COMMANDS[command].words - words.length;
  if (missing > 0) throw IpSetError.usage(`Missing ${words.length === 1 ? 'second ' : ''}mandatory argument to command ${command}`);
  return { command, words, exist, quiet, show, output: output ?? (command === 'save' ? 'save' : 'plain') };
}

function parseCommand(word: string): IpSetCommand {
  for (const command of Object.keys(COMMANDS) as IpSetCommand[]) {
    if (word === command || COMMANDS[command].aliases.includes(word)) return command;
  }
  throw IpSetError.usage(`No command specified: unknown argument ${word}`);
}

// Simplification: `ipset list -o xml` is not there.
function parseOutput(word: string | undefined): 'plain' | 'save' {
  if (word === 'plain' || word === 'save') return word;
  throw IpSetError.syntax(`unknown output mode '${word ?? ''}'`);
}

export function checkSetName(name: string): string {
  if (name.length > MOST_NAME_LENGTH) throw IpSetError.syntax(`setname '${name}' is longer than ${MOST_NAME_LENGTH} characters`);
  return name;
}

/** A set as `ipset create` describes it; what is missing is the kernel's to choose. */
export interface SetDescription {
  readonly type: SetTypeName;
  readonly hash?: { readonly size: number; readonly maxElements: number; readonly bucketSize: number; readonly initval?: number };
  readonly range?: readonly [number, number];
  readonly timeoutSeconds?: number;
  readonly counters?: true;
  readonly comment?: true;
}

/** What follows the name in `ipset create`. Throws {@link IpSetError}. */
// Simplification: sets of IPv6 addresses, `netmask`, `forceadd` and `skbinfo` are not there.
export function parseSetDescription([typeName = '', ...words]: readonly string[]): SetDescription {
  const type = findSetType(typeName);
  if (!type) throw IpSetError.syntax(`typename '${typeName}' is unknown`);
  const isHash = type.name !== 'bitmap:port';
  const options = readOptions(words, {
    timeout: 'number',
    counters: 'flag',
    comment: 'flag',
    ...(isHash ? { family: 'text', hashsize: 'number', maxelem: 'number', bucketsize: 'number', initval: 'number' } : { range: 'text' }),
  });
  const { timeout, family } = options;
  if (family !== undefined && family !== 'inet') throw IpSetError.syntax(`unknown inet family ${family}`);
  return {
    type: type.name,
    ...(isHash ? { hash: parseHash(options) } : { range: parseBitmapRange(options.range) }),
    ...(timeout !== undefined && { timeoutSeconds: Number(timeout) }),
    ...(options.counters !== undefined && { counters: true as const }),
    ...(options.comment !== undefined && { comment: true as const }),
  };
}

function parseHash({ hashsize = '1024', maxelem = '65536', bucketsize = '12', initval }: Options): NonNullable<SetDescription['hash']> {
  const seeded = initval === undefined ? {} : { initval: parseUnsigned(initval)! };
  return { size: roundedUp(Number(hashsize)), maxElements: Number(maxelem), bucketSize: Number(bucketsize), ...seeded };
}

/** The kernel wants a power of two, 64 at least. */
function roundedUp(size: number): number {
  let power = 64;
  while (power < size && power < MOST_BUCKETS) power *= 2;
  return power;
}

function parseBitmapRange(text: string | undefined): readonly [number, number] {
  if (text === undefined) throw IpSetError.usage("Mandatory option `range' is missing");
  const range = portRange(text);
  if (!text.includes('-')) throw IpSetError.usage("Mandatory option `to' is missing");
  return range;
}

/** What an element may be given beside its key. */
export interface ElementDescription {
  readonly timeoutSeconds?: number;
  readonly comment?: string;
  readonly nomatch?: true;
  readonly packets?: number;
  readonly bytes?: number;
}

/** What follows the element in `ipset add`. Throws {@link IpSetError}. */
export function parseElementDescription(set: Readonly<IpSetRecord>, words: readonly string[]): ElementDescription {
  const options = readOptions(words, {
    timeout: 'number',
    comment: 'text',
    packets: 'number',
    bytes: 'number',
    ...(typeOf(set).networks && { nomatch: 'flag' as const }),
  });
  const refuse = (what: string, support: string): never => {
    throw new IpSetError(`${what} cannot be used: set was created without ${support} support`);
  };
  if (options.timeout !== undefined && set.timeoutSeconds === undefined) refuse('Timeout', 'timeout');
  if ((options.packets ?? options.bytes) !== undefined && !set.counters) refuse('Packet/byte counters', 'counter');
  if (options.comment !== undefined && !set.comment) refuse('Comment', 'comment');
  return {
    ...(options.timeout !== undefined && { timeoutSeconds: Number(options.timeout) }),
    ...(options.comment !== undefined && { comment: options.comment }),
    ...(options.packets !== undefined && { packets: Number(options.packets) }),
    ...(options.bytes !== undefined && { bytes: Number(options.bytes) }),
    ...(options.nomatch !== undefined && { nomatch: true as const }),
  };
}

interface Options {
  readonly [name: string]: string | undefined;
}

/** `name value` and `flag` words; numbers are checked. */
function readOptions(words: readonly string[], known: { readonly [name: string]: 'flag' | 'number' | 'text' }): Options {
  const options: Record<string, string> = {};
  for (let i = 0; i < words.length; i++) {
    const name = words[i]!;
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!kind) throw IpSetError.usage(`Unknown argument: \`${name}'`);
    if (kind === 'flag') {
      options[name] = '';
      continue;
    }
    const value = words[++i];
    if (value === undefined) throw IpSetError.usage(`Missing mandatory argument of option \`${name}'`);
    if (kind === 'number' && parseUnsigned(value) === undefined) throw IpSetError.syntax(`'${value}' is invalid as number`);
    options[name] = value;
  }
  return options;
}
