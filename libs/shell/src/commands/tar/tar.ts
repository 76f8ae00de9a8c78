import { bytesOf, textOf } from '@svclab/sim';
import { resolvePath } from '../../globbing.js';
import type { Command, CommandContext } from '../../types.js';
import { ArchiveError, readArchive, writeArchive, type Member } from './archive.js';

interface Options {
  readonly letters: ReadonlySet<string>;
  readonly file: string;
  readonly directory: string;
  readonly operands: readonly string[];
}

/** Whether it reads an archive from standard input. */
export function readsArchive(args: readonly string[]): boolean {
  const options = parse(args, '/');
  return typeof options !== 'string' && options.file === '-' && !options.letters.has('c');
}

/** `tar -c|-x|-t [-v] [-m] [-p] [-f archive] [-C directory] [names]`: what `kubectl cp` runs in a container, and people with it. */
// Simplification: archives are not compressed, and owners, modes and times are not kept.
export const tar: Command = (context) => {
  const options = parse(context.args, context.cwd);
  if (typeof options === 'string') return fail(context, options);
  const modes = [...'cxt'].filter((mode) => options.letters.has(mode));
  if (modes.length !== 1) return fail(context, "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options");
  try {
    if (modes[0] === 'c') return create(context, options);
    const members = readArchive(bytesOf(archiveText(context, options)));
    return modes[0] === 't' ? list(context, members) : extract(context, options, members);
  } catch (error) {
    if (error instanceof ArchiveError) return fail(context, error.message);
    throw error;
  }
};

function parse(args: readonly string[], cwd: string): Options | string {
  const letters = new Set<string>();
  const operands: string[] = [];
  const values: Record<string, string> = {};
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    // The first word may lack its dash: `tar xf -`.
    const isBundle = (arg.startsWith('-') && arg !== '-' && !arg.startsWith('--')) || (at === 0 && !arg.startsWith('-'));
    if (arg === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!isBundle) {
      operands.push(arg);
      continue;
    }
    for (const letter of arg.replace(/^-/, '')) {
      if (!'cxtvmpfCohP'.includes(letter)) return `invalid option -- '${letter}'`;
      letters.add(letter);
      if (letter === 'f' || letter === 'C') values[letter] = args[++at] ?? '';
    }
  }
  return { letters, file: values['f'] ?? '-', directory: resolvePath(cwd, values['C'] ?? '.'), operands };
}

function archiveText(context: CommandContext, { file }: Options): string {
  if (file === '-') return context.stdin;
  const text = context.files.read(resolvePath(context.cwd, file));
  if (text === undefined) throw new ArchiveError(`${file}: Cannot open: No such file or directory`);
  return text;
}

function create(context: CommandContext, { letters, file, directory, operands }: Options): number {
  if (operands.length === 0) return fail(context, 'Cowardly refusing to create an empty archive');
  const members: Member[] = [];
  let status = 0;
  for (const operand of operands) {
    if (operand.startsWith('/')) context.stderr("tar: Removing leading `/' from member names\n");
    const found = collect(context, operand, resolvePath(directory, operand));
    if (found.length > 0) members.push(...found);
    else {
      context.stderr(`tar: ${operand}: Cannot stat: No such file or directory\n`);
      status = 2;
    }
  }
  if (status !== 0) context.stderr('tar: Exiting with failure status due to previous errors\n');
  const text = textOf(writeArchive(members, Math.floor(context.world.sim.nowUs / 1e6)));
  if (file === '-') context.stdout(text);
  else context.files.write(resolvePath(context.cwd, file), text);
  if (letters.has('v')) (file === '-' ? context.stderr : context.stdout)(listing(members));
  return status;
}

/** A file, or a directory with all that lies in it. */
function collect(context: CommandContext, name: string, path: string): Member[] {
  const stored = name.replace(/^\/+/, '').replace(/(?<=.)\/+$/, '') || '.';
  const names = context.files.list(path);
  if (names === undefined) {
    const content = context.files.read(path);
    return content === undefined ? [] : [{ name: stored, content }];
  }
  const below = names.flatMap((entry) => collect(context, stored === '.' ? `./${entry}` : `${stored}/${entry}`, resolvePath(path, entry)));
  return [{ name: stored, content: undefined }, ...below];
}

function extract(context: CommandContext, { letters, directory, operands }: Options, members: readonly Member[]): number {
  if (context.files.list(directory) === undefined) return fail(context, `${directory}: Cannot open: No such file or directory`);
  const wanted = members.filter(
    ({ name }) => operands.length === 0 || operands.some((operand) => name === operand || name.startsWith(`${operand}/`)),
  );
  for (const { name, content } of wanted) {
    const inside = name.replace(/^\/+/, '');
    if (inside.split('/').includes('..')) {
      context.stderr(`tar: ${name}: Member name contains '..'\n`);
      continue;
    }
    const path = resolvePath(directory, inside);
    context.files.makeDirectory?.(content === undefined ? path : resolvePath(path, '..'));
    if (content !== undefined) context.files.write(path, content);
  }
  if (letters.has('v')) context.stdout(listing(wanted));
  return 0;
}

function list(context: CommandContext, members: readonly Member[]): number {
  context.stdout(listing(members));
  return 0;
}

const listing = (members: readonly Member[]): string =>
  members.map(({ name, content }) => `${name}${content === undefined ? '/' : ''}\n`).join('');

function fail(context: CommandContext, message: string): number {
  context.stderr(`tar: ${message}\ntar: Error is not recoverable: exiting now\n`);
  return 2;
}
