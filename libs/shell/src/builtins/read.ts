import { complain, type Builtin, type BuiltinCall } from './builtin.js';

interface ReadFlags {
  raw: boolean;
  array?: string;
  delimiter: string;
  characters?: number;
  names: string[];
}

/** `read [-r] [-a array] [-d delimiter] [-n count] [-p prompt] names`: one line of input, cut into variables. */
export const read: Builtin = async (call) => {
  const flags = parseFlags(call);
  if (typeof flags === 'number') return flags;
  const { state } = call.process;
  const taken = await (flags.characters === undefined ? takeLine(call, flags) : takeCharacters(call, flags.characters));
  const fields = cut(taken?.text ?? '', state.text('IFS') ?? ' \t\n', flags.array !== undefined ? Infinity : flags.names.length);
  if (flags.array !== undefined) state.assign(flags.array, fields);
  else for (const [index, name] of flags.names.entries()) state.assign(name, fields[index] ?? '');
  return taken?.complete ? 0 : 1;
};

type Taken = { readonly text: string; readonly complete: boolean };

async function takeLine({ process }: BuiltinCall, { raw, delimiter }: ReadFlags): Promise<Taken | undefined> {
  const { stdin } = process.io;
  const next = async (): Promise<Taken | undefined> => {
    await stdin.waitFor((rest) => rest.includes(delimiter));
    return stdin.readUntil(delimiter);
  };
  let line = await next();
  if (!line || raw) return line;
  let text = line.text;
  // A backslash at the end goes on with the next line; elsewhere it only protects what follows.
  while (line?.complete && /(?:^|[^\\])(?:\\\\)*\\$/.test(text)) {
    line = await next();
    text = text.slice(0, -1) + (line?.text ?? '');
  }
  return { text: text.replace(/\\(.)/gs, '$1'), complete: line?.complete ?? false };
}

async function takeCharacters({ process }: BuiltinCall, count: number): Promise<Taken> {
  await process.io.stdin.waitFor((rest) => rest.length >= count);
  const text = process.io.stdin.read(count);
  return { text, complete: text.length === count };
}

/** At most `most` fields; the last keeps the rest of the line with its inner separators. */
function cut(text: string, ifs: string, most: number): string[] {
  const blanks = [...ifs].filter((character) => /\s/.test(character)).join('');
  const trimmed = trim(text, blanks);
  if (most <= 1) return [trimmed];
  const fields: string[] = [];
  let rest = trimmed;
  while (rest !== '' && fields.length < most - 1) {
    const end = [...rest].findIndex((character) => ifs.includes(character));
    if (end < 0) break;
    fields.push(rest.slice(0, end));
    const afterBlanks = trim(rest.slice(end), blanks, 'start');
    rest = afterBlanks !== '' && ifs.includes(afterBlanks[0]!) ? trim(afterBlanks.slice(1), blanks, 'start') : afterBlanks;
  }
  if (rest !== '') fields.push(rest);
  return fields;
}

function trim(text: string, characters: string, side: 'start' | 'both' = 'both'): string {
  let start = 0;
  let end = text.length;
  while (start < end && characters.includes(text[start]!)) start++;
  if (side === 'both') while (end > start && characters.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}

function parseFlags(call: BuiltinCall): ReadFlags | number {
  const { dialect } = call.process.state;
  const flags: ReadFlags = { raw: false, delimiter: '\n', names: [] };
  for (let at = 0; at < call.args.length; at++) {
    const arg = call.args[at]!;
    if (!arg.startsWith('-') || arg === '-') {
      flags.names.push(arg.replace(/\?.*$/s, dialect === 'zsh' ? '' : '$&'));
      continue;
    }
    const [, letters, option, attached] = /^-([rs]*)([adnptuA]?)(.*)$/s.exec(arg)!;
    if (letters!.includes('r')) flags.raw = true;
    if (option === '') {
      if (attached !== '') return complain(call, `-${attached!.slice(0, 1)}: invalid option`, 2);
      continue;
    }
    const value = attached || (call.args[++at] ?? '');
    if (option === 'a' || option === 'A') flags.array = value;
    else if (option === 'd') flags.delimiter = value[0] ?? '\0';
    else if (option === 'n') flags.characters = Number(value);
  }
  if (flags.names.length === 0) flags.names.push('REPLY');
  return flags;
}
