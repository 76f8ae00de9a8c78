import { resolvePath } from '../../globbing.js';
import type { CommandContext } from '../../types.js';

/** The text of a file operand, `-` being standard input; says so and gives `undefined` when there is none. */
export function readOperand(context: CommandContext, program: string, operand: string): string | undefined {
  if (operand === '-') return context.stdin;
  const path = resolvePath(context.cwd, operand);
  const text = context.files.read(path);
  if (text === undefined) {
    const reason = context.files.list(path) === undefined ? 'No such file or directory' : 'Is a directory';
    context.stderr(`${program}: ${operand}: ${reason}\n`);
  }
  return text;
}

/** Lines without their ends; an unfinished last line counts. */
export function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
