import { splitWords } from '../iptables/quoting.js';
import { success } from '../iptables/tool-error.js';
import type { ToolResult } from '../types.js';
import { checkSetName, parseElementDescription, parseIpSetArguments, parseSetDescription, type IpSetArguments } from './arguments.js';
import { IpSetError } from './error.js';
import type { IpSets } from './ip-sets.js';
import { describeSet, saveSet } from './listing.js';
import { typeOf } from './set-types.js';

const NAME_AND_VERSION = 'ipset v7.17';

export interface IpSetContext {
  readonly netns: string;
  readonly sets: IpSets;
  /** How many rules name the set. */
  references(name: string): number;
  readonly nowUs: number;
}

/** The program `ipset`, 7.17, arguments without its name. */
export function runIpset(context: IpSetContext, argv: readonly string[], stdin = ''): ToolResult {
  const quiet = argv.includes('-q');
  try {
    const parsed = parseIpSetArguments(argv);
    return parsed.command === 'restore' ? restore(context, parsed, stdin) : execute(context, parsed);
  } catch (error) {
    if (error instanceof IpSetError) return failure(error, quiet);
    throw error;
  }
}

function failure({ message, showsHelp }: IpSetError, quiet = false, where = ''): ToolResult {
  const stderr = `${NAME_AND_VERSION}: ${where}${message}\n${showsHelp ? "Try `ipset help' for more information.\n" : ''}`;
  return { exitCode: showsHelp ? 2 : 1, stdout: '', stderr: quiet ? '' : stderr };
}

/** Line by line; what earlier lines did stays when a later one fails. */
function restore(context: IpSetContext, options: IpSetArguments, text: string): ToolResult {
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#') || line.trim() === 'COMMIT') continue;
    try {
      const parsed = parseIpSetArguments(splitWords(line));
      execute(context, { ...parsed, exist: parsed.exist || options.exist });
    } catch (error) {
      if (!(error instanceof IpSetError)) throw error;
      return failure(error, options.quiet, error.showsHelp ? '' : `Error in line ${i + 1}: `);
    }
  }
  return success();
}

function execute(context: IpSetContext, parsed: IpSetArguments): ToolResult {
  const { netns, sets } = context;
  const [first = '', second = ''] = parsed.words;
  switch (parsed.command) {
    case 'version':
      return success(`${NAME_AND_VERSION}, protocol version: 7\n`);
    case 'create':
      return create(context, parsed);
    case 'add':
    case 'del':
      return change(context, parsed);
    case 'test':
      return test(context, first, second);
    case 'destroy':
      return destroy(context, parsed.words[0]);
    case 'flush':
      for (const name of chosen(context, parsed.words[0])) sets.flush(netns, name);
      return success();
    case 'rename':
      return rename(context, first, checkSetName(second));
    case 'swap':
      return swap(context, first, second);
    case 'list':
    case 'save':
    case 'restore':
      return list(context, parsed);
  }
}

/** The set named, or all. */
function chosen({ netns, sets }: IpSetContext, name: string | undefined): string[] {
  if (name === undefined) return sets.names(netns);
  sets.known(netns, name);
  return [name];
}

function create({ netns, sets }: IpSetContext, { words: [name = '', ...description], exist }: IpSetArguments): ToolResult {
  checkSetName(name);
  const described = parseSetDescription(description);
  const known = sets.get(netns, name);
  if (!known) sets.create(netns, name, described);
  else if (!exist || known.type !== described.type) throw new IpSetError('Set cannot be created: set with the same name already exists');
  return success();
}

/** A word may stand for many elements: those before the first that is refused have been added. */
function change({ netns, sets }: IpSetContext, { command, words: [name = '', word = '', ...rest], exist }: IpSetArguments): ToolResult {
  const set = sets.known(netns, name);
  const keys = typeOf(set).parse(word);
  const description = parseElementDescription(set, rest);
  if (set.range && keys.some((key) => Number(key) < set.range![0] || Number(key) > set.range![1])) {
    throw new IpSetError('Element is out of the range of the set');
  }
  for (const key of keys) {
    if (command === 'add') {
      const isNew = sets.add(netns, name, key, sets.fresh(set, description), exist);
      if (!isNew) throw new IpSetError("Element cannot be added to the set: it's already added");
    } else if (!sets.remove(netns, name, key) && !exist) {
      throw new IpSetError("Element cannot be deleted from the set: it's not added");
    }
  }
  return success();
}

function test({ netns, sets }: IpSetContext, name: string, word: string): ToolResult {
  const set = sets.known(netns, name);
  const key = typeOf(set).parse(word)[0]!;
  return sets.tests(netns, name, key)
    ? success('', `Warning: ${key} is in set ${name}.\n`)
    : { exitCode: 1, stdout: '', stderr: `${key} is NOT in set ${name}.\n` };
}

function destroy(context: IpSetContext, name: string | undefined): ToolResult {
  const names = chosen(context, name);
  if (names.some((each) => context.references(each) > 0)) {
    throw new IpSetError('Set cannot be destroyed: it is in use by a kernel component');
  }
  for (const each of names) context.sets.destroy(context.netns, each);
  return success();
}

function rename({ netns, sets, references }: IpSetContext, from: string, to: string): ToolResult {
  sets.known(netns, from);
  if (references(from) > 0) throw new IpSetError('Set cannot be renamed: it is in use by another system');
  if (sets.get(netns, to)) throw new IpSetError('Set cannot be renamed: a set with the new name already exists');
  sets.rename(netns, from, to);
  return success();
}

function swap({ netns, sets }: IpSetContext, from: string, to: string): ToolResult {
  const set = sets.known(netns, from);
  const other = sets.get(netns, to);
  if (!other) throw new IpSetError('Sets cannot be swapped: the second set does not exist');
  if (set.type !== other.type) throw new IpSetError('The sets cannot be swapped: their type does not match');
  sets.swap(netns, from, to);
  return success();
}

function list(context: IpSetContext, { words: [name, extra], show, output }: IpSetArguments): ToolResult {
  if (extra !== undefined) throw IpSetError.usage(`Unknown argument ${extra}`);
  const names = chosen(context, name);
  if (show === 'names') return success(names.map((each) => `${each}\n`).join(''));
  if (output === 'save') return success(names.map((each) => saveSet(context, each)).join(''));
  return success(names.map((each) => describeSet(context, each, show === 'all')).join('\n'));
}
