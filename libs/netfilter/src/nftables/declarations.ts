import type { Hook } from '../types.js';
import { readDurationMs, readElements, type WrittenElement } from './elements.js';
import type { TokenReader } from './lexer.js';
import { shapeOf } from './loaded.js';
import { readPriority } from './priorities.js';
import { NftProblem } from './problem.js';
import { beginsSelector, readSelector } from './selectors.js';
import type { BaseChain, ChainType, SetRecord } from './types.js';

const HOOKS: Readonly<Record<string, Hook>> = {
  prerouting: 'PREROUTING',
  input: 'INPUT',
  forward: 'FORWARD',
  output: 'OUTPUT',
  postrouting: 'POSTROUTING',
};

export const hookWord = (hook: Hook): string => hook.toLowerCase();

/** What a chain's braces say of the chain itself. */
export interface ChainDeclaration {
  base?: Omit<BaseChain, 'registered' | 'beforeIptables' | 'policy'>;
  policy?: 'accept' | 'drop';
  comment?: string;
}

/** Reads one property of a chain; false when none stands here. */
export function readChainProperty(reader: TokenReader, declaration: ChainDeclaration): boolean {
  if (reader.at('type')) declaration.base = readBase(reader);
  else if (reader.accept('policy')) declaration.policy = readPolicy(reader);
  else if (reader.accept('comment')) declaration.comment = reader.string().text;
  else return false;
  if (!reader.atEndOfStatement) throw reader.unexpected();
  reader.skipNewlines();
  return true;
}

function readBase(reader: TokenReader): ChainDeclaration['base'] {
  reader.expect('type');
  const type = reader.word();
  if (!['filter', 'nat', 'route'].includes(type.text)) throw new NftProblem('unknown chain type', type);
  reader.expect('hook');
  const hookAt = reader.word();
  const hook = HOOKS[hookAt.text];
  if (!hook) throw new NftProblem('unknown chain hook', hookAt);
  reader.expect('priority');
  return { type: type.text as ChainType, hook, priority: readPriority(reader, hook) };
}

function readPolicy(reader: TokenReader): 'accept' | 'drop' {
  if (reader.accept('accept')) return 'accept';
  reader.expect('drop');
  return 'drop';
}

/** What a set's or map's braces say. */
export interface SetDeclaration {
  readonly record: Omit<SetRecord, 'handle'>;
  readonly elements: readonly WrittenElement[];
}

/** Elements of a set that rules fill, unless it says otherwise. */
const DYNAMIC_SIZE = 65_535;

const FLAGS = ['constant', 'dynamic', 'interval', 'timeout'];

/** `{ type ipv4_addr . inet_service : verdict; flags interval; … elements = { … } }`. */
export function readSetDeclaration(reader: TokenReader, kind: 'set' | 'map'): SetDeclaration {
  const open = reader.expect('{');
  const found: { -readonly [K in keyof SetRecord]?: SetRecord[K] } = {};
  let elements: readonly WrittenElement[] = [];
  reader.skipNewlines();
  while (!reader.at('}')) {
    if (reader.at('type') || reader.at('typeof')) Object.assign(found, readType(reader, kind));
    else if (reader.accept('elements')) elements = readInitialElements(reader, found);
    else readSetProperty(reader, found);
    if (!reader.atEndOfStatement) throw reader.unexpected();
    reader.skipNewlines();
  }
  reader.expect('}');
  const { type, flags = [], ...rest } = found;
  if (type === undefined) throw new NftProblem('set definition does not specify key', open);
  const withTimeout = rest.timeoutMs !== undefined && !flags.includes('timeout') ? [...flags, 'timeout'] : flags;
  const size = rest.size ?? (flags.includes('dynamic') ? DYNAMIC_SIZE : undefined);
  return { record: { kind, type, ...rest, flags: withTimeout, ...(size !== undefined && { size }) }, elements };
}

function readInitialElements(reader: TokenReader, { type, isTypeof, data }: Partial<SetRecord>): WrittenElement[] {
  const at = reader.expect('=');
  if (type === undefined) throw new NftProblem('set definition does not specify key', at);
  return readElements(reader, shapeOf({ type, ...(isTypeof && { isTypeof }), ...(data !== undefined && { data }) })!);
}

function readSetProperty(reader: TokenReader, found: { -readonly [K in keyof SetRecord]?: SetRecord[K] }): void {
  if (reader.accept('flags')) found.flags = readFlags(reader);
  else if (reader.accept('timeout')) found.timeoutMs = readDurationMs(reader);
  else if (reader.accept('gc-interval')) found.gcIntervalMs = readDurationMs(reader);
  else if (reader.accept('size')) found.size = reader.number();
  else if (reader.accept('policy')) found.policy = reader.word().text;
  else if (reader.accept('comment')) found.comment = reader.string().text;
  else if (reader.accept('auto-merge')) found.autoMerge = true;
  else throw reader.unexpected();
}

/** In the order in which they are printed. */
function readFlags(reader: TokenReader): string[] {
  const given: string[] = [];
  do {
    const word = reader.word();
    if (!FLAGS.includes(word.text)) throw new NftProblem('unknown set flag', word);
    given.push(word.text);
  } while (reader.accept(','));
  return FLAGS.filter((flag) => given.includes(flag));
}

function readType(reader: TokenReader, kind: 'set' | 'map'): Pick<SetRecord, 'type' | 'isTypeof' | 'data'> {
  const isTypeof = reader.next().text === 'typeof';
  const { from } = reader.here;
  const type = readTypeNames(reader, isTypeof);
  const data = kind === 'map' ? readData(reader, isTypeof) : undefined;
  const read = { type, ...(isTypeof && { isTypeof }), ...(data !== undefined && { data }) };
  if (!shapeOf(read)) throw new NftProblem(`unknown datatype ${type}`, { from, to: reader.last.to });
  return read;
}

function readTypeNames(reader: TokenReader, isTypeof: boolean): string {
  const names: string[] = [];
  do {
    names.push(isTypeof && beginsSelector(reader.here.text) ? readSelector(reader, 0).text : reader.word().text);
  } while (reader.accept('.'));
  return names.join(' . ');
}

function readData(reader: TokenReader, isTypeof: boolean): string {
  reader.expect(':');
  return readTypeNames(reader, isTypeof);
}
