import type { Command, CommandContext, CommandDefinition } from '../../types.js';

interface XargsOptions {
  /** Most arguments of one call (`-n`), most lines (`-L`). */
  perCall: number;
  linesPerCall: number;
  /** `-I {}`: one call per line, the line in its place. */
  placeholder?: string;
  delimiter?: string;
  skipWhenEmpty: boolean;
  trace: boolean;
  command: readonly string[];
}

/** `xargs [-0rt] [-d delimiter] [-n most] [-L lines] [-I mark] [-P processes] [command…]`. */
const run: Command = async (context) => {
  const options = parse(context);
  if (!options) return 1;
  const [program] = options.command;
  if (!context.installed(program!)) {
    context.stderr(`xargs: ${program}: No such file or directory\n`);
    return 127;
  }
  const calls = callsOf(options, context.stdin);
  let status = 0;
  for (const call of calls) {
    if (options.trace) context.stderr(`${call.join(' ')}\n`);
    const exitCode = await context.run(call, { stdin: '' });
    if (exitCode === 126 || exitCode === 127) return exitCode;
    if (exitCode === 255) {
      context.stderr(`xargs: ${call[0]}: exited with status 255; aborting\n`);
      return 124;
    }
    if (exitCode !== 0) status = 123;
  }
  return status;
};

function callsOf(
  { command, placeholder, delimiter, perCall, linesPerCall, skipWhenEmpty }: XargsOptions,
  stdin: string,
): readonly (readonly string[])[] {
  if (placeholder !== undefined) {
    const lines = (delimiter === undefined ? stdin.split('\n').map((line) => line.trim()) : stdin.split(delimiter)).filter(
      (line) => line !== '',
    );
    return lines.map((line) => command.map((word) => word.replaceAll(placeholder, () => line)));
  }
  const groups = linesPerCall < Infinity ? stdin.split('\n').filter((line) => line.trim() !== '') : [stdin];
  const words = groups.map((group) => wordsOf(group, delimiter));
  const batches = linesPerCall < Infinity ? batch(words, linesPerCall).map((lines) => lines.flat()) : batch(words.flat(), perCall);
  if (batches.length === 0) return skipWhenEmpty ? [] : [command];
  return batches.map((args) => [...command, ...args]);
}

const batch = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  size === Infinity
    ? items.length === 0
      ? []
      : [items]
    : Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** Blanks and newlines separate; quotes and backslashes protect, unless a delimiter is given. */
function wordsOf(text: string, delimiter: string | undefined): readonly string[] {
  if (delimiter !== undefined)
    return text
      .replace(new RegExp(`${delimiter === '\0' ? '\\0' : '\\n'}$`), '')
      .split(delimiter)
      .filter((word) => word !== '');
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|\\.|[^\s"'\\])+/gs)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'|\\(.)/gs, '$1$2$3'));
}

const ESCAPES: { readonly [text: string]: string } = { '\\n': '\n', '\\t': '\t', '\\0': '\0' };

function parse(context: CommandContext): XargsOptions | undefined {
  const options: XargsOptions = { perCall: Infinity, linesPerCall: Infinity, skipWhenEmpty: false, trace: false, command: ['echo'] };
  const args = [...context.args];
  while (args[0]?.startsWith('-') && args[0] !== '-') {
    const [, letter = '', attached = ''] = /^-(.)(.*)$/s.exec(args.shift()!)!;
    if ('0rt'.includes(letter)) {
      if (letter === '0') options.delimiter = '\0';
      else if (letter === 'r') options.skipWhenEmpty = true;
      else options.trace = true;
      if (attached !== '') args.unshift(`-${attached}`);
      continue;
    }
    if (!'nLIdP'.includes(letter)) {
      context.stderr(`xargs: invalid option -- '${letter}'\n`);
      return undefined;
    }
    const value = attached === '' ? (args.shift() ?? '') : attached;
    if (letter === 'I') options.placeholder = value;
    else if (letter === 'd') options.delimiter = ESCAPES[value] ?? value.slice(0, 1);
    else if (letter !== 'P') {
      const count = Number(value);
      if (!Number.isInteger(count) || count < 1) {
        context.stderr(`xargs: value ${value} for -${letter} option should be >= 1\n`);
        return undefined;
      }
      if (letter === 'n') options.perCall = count;
      else options.linesPerCall = count;
    }
  }
  if (args.length > 0) options.command = args;
  return options;
}

export const xargs: CommandDefinition = { names: ['xargs'], places: ['host', 'node', 'pod', 'client'], readsInput: () => true, run };
