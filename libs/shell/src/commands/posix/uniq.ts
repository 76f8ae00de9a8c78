import type { Command, CommandDefinition } from '../../types.js';
import { linesOf, readOperand } from './operands.js';

/** `uniq [-cdui] [file]`: neighbouring lines that are equal become one; `-c` puts their number before it, 7 wide. */
const run: Command = (context) => {
  const flags = context.args
    .filter((arg) => /^-./.test(arg))
    .join('')
    .replaceAll('-', '');
  const unknown = [...flags].find((flag) => !'cdui'.includes(flag));
  if (unknown !== undefined) {
    context.stderr(`uniq: invalid option -- '${unknown}'\n`);
    return 1;
  }
  const text = readOperand(context, 'uniq', context.args.find((arg) => !/^-./.test(arg)) ?? '-');
  if (text === undefined) return 1;
  for (const { line, count } of groups(linesOf(text), flags.includes('i'))) {
    if (flags.includes('d') ? count === 1 : flags.includes('u') && count > 1) continue;
    context.stdout(flags.includes('c') ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`);
  }
  return 0;
};

function groups(lines: readonly string[], ignoreCase: boolean): readonly { line: string; count: number }[] {
  const key = (line: string): string => (ignoreCase ? line.toLowerCase() : line);
  const result: { line: string; count: number }[] = [];
  for (const line of lines) {
    const last = result.at(-1);
    if (last && key(last.line) === key(line)) last.count++;
    else result.push({ line, count: 1 });
  }
  return result;
}

export const uniq: CommandDefinition = {
  names: ['uniq'],
  places: ['host', 'node', 'pod', 'client'],
  readsInput: (args) => args.every((arg) => arg.startsWith('-')),
  run,
};
