import { bytesOf } from '@svclab/sim';
import type { Command, CommandContext, CommandDefinition } from '../../types.js';
import { readOperand } from './operands.js';

const COLUMNS = ['l', 'w', 'm', 'c'] as const;
type Counts = { readonly [column in (typeof COLUMNS)[number]]: number };

function countsOf(text: string): Counts {
  const c = bytesOf(text).length;
  return { l: text.split('\n').length - 1, w: text.split(/\s+/).filter((word) => word !== '').length, m: [...text].length, c };
}

/** `wc [-lwmc] [files]`: lines, words, characters, bytes. Widths as GNU's: those of the total size, or 7 for a pipe. */
const run: Command = (context) => {
  const flags = context.args
    .filter((arg) => /^-[lwmc]+$/.test(arg))
    .join('')
    .replaceAll('-', '');
  const columns = COLUMNS.filter((column) => (flags === '' ? column !== 'm' : flags.includes(column)));
  const operands = context.args.filter((arg) => !/^-[lwmc]+$/.test(arg));
  if (operands.length === 0) {
    const counts = countsOf(context.stdin);
    context.stdout(`${row(counts, columns, columns.length === 1 ? 0 : 7)}\n`);
    return 0;
  }
  return countFiles(context, operands, columns);
};

function countFiles(context: CommandContext, operands: readonly string[], columns: readonly (keyof Counts)[]): number {
  const rows: { name: string; counts: Counts }[] = [];
  let status = 0;
  for (const name of operands) {
    const text = readOperand(context, 'wc', name);
    if (text === undefined) status = 1;
    else rows.push({ name, counts: countsOf(text) });
  }
  const total = rows.reduce<Counts>(
    (sum, { counts }) => ({ l: sum.l + counts.l, w: sum.w + counts.w, m: sum.m + counts.m, c: sum.c + counts.c }),
    { l: 0, w: 0, m: 0, c: 0 },
  );
  const width = columns.length === 1 && operands.length === 1 ? 0 : String(total.c).length;
  for (const { name, counts } of rows) context.stdout(`${row(counts, columns, width)} ${name}\n`);
  if (operands.length > 1) context.stdout(`${row(total, columns, width)} total\n`);
  return status;
}

const row = (counts: Counts, columns: readonly (keyof Counts)[], width: number): string =>
  columns.map((column) => String(counts[column]).padStart(width)).join(' ');

export const wc: CommandDefinition = {
  names: ['wc'],
  places: ['host', 'node', 'pod', 'client'],
  readsInput: (args) => args.every((arg) => arg.startsWith('-')),
  run,
};
