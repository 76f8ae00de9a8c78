import type { Command, CommandContext, CommandDefinition } from '../../types.js';
import { linesOf, readOperand } from './operands.js';

const TROUBLE = 2;
const CONTEXT_LINES = 3;
/** Beyond this many steps the rest of the two texts counts as changed: the search is quadratic. */
const MOST_STEPS = 4_000_000;

/** Lines `from`…`to` (exclusive) of each text, where they differ. */
interface Change {
  readonly left: readonly [from: number, to: number];
  readonly right: readonly [from: number, to: number];
}

/** `diff [-qu] left right`: 0 when equal, 1 when not. */
const run: Command = (context) => {
  const flags = context.args.filter((arg) => /^-./.test(arg)).join('');
  const unknown = /[^-qu]/.exec(flags)?.[0];
  const [left, right, ...rest] = context.args.filter((arg) => !/^-./.test(arg));
  if (unknown !== undefined || left === undefined || right === undefined || rest.length > 0) {
    context.stderr(unknown === undefined ? 'diff: two files are wanted\n' : `diff: unsupported option -- '${unknown}'\n`);
    return TROUBLE;
  }
  const texts = [readOperand(context, 'diff', left), readOperand(context, 'diff', right)] as const;
  if (texts[0] === undefined || texts[1] === undefined) return TROUBLE;
  if (texts[0] === texts[1]) return 0;
  const lines = [linesOf(texts[0]), linesOf(texts[1])] as const;
  if (flags.includes('q')) context.stdout(`Files ${left} and ${right} differ\n`);
  else if (flags.includes('u')) printUnified(context, [left, right], lines);
  else for (const change of changesBetween(...lines)) printNormal(context, change, lines);
  return 1;
};

/** By the longest common subsequence, kept as its lengths from each pair of positions to the ends. */
function changesBetween(left: readonly string[], right: readonly string[]): readonly Change[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let [leftEnd, rightEnd] = [left.length, right.length];
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1])
    [leftEnd, rightEnd] = [leftEnd - 1, rightEnd - 1];
  const width = rightEnd - start + 1;
  if ((leftEnd - start) * width > MOST_STEPS) return [{ left: [start, leftEnd], right: [start, rightEnd] }];
  const lengths = new Uint32Array((leftEnd - start + 1) * width);
  const at = (i: number, j: number): number => (i - start) * width + (j - start);
  for (let i = leftEnd - 1; i >= start; i--) {
    for (let j = rightEnd - 1; j >= start; j--) {
      lengths[at(i, j)] = left[i] === right[j] ? lengths[at(i + 1, j + 1)]! + 1 : Math.max(lengths[at(i + 1, j)]!, lengths[at(i, j + 1)]!);
    }
  }
  const changes: Change[] = [];
  for (let i = start, j = start; i < leftEnd || j < rightEnd; i++, j++) {
    const [fromLeft, fromRight] = [i, j];
    while ((i < leftEnd || j < rightEnd) && !(i < leftEnd && j < rightEnd && left[i] === right[j])) {
      if (j >= rightEnd || (i < leftEnd && lengths[at(i + 1, j)]! >= lengths[at(i, j + 1)]!)) i++;
      else j++;
    }
    if (i > fromLeft || j > fromRight) changes.push({ left: [fromLeft, i], right: [fromRight, j] });
  }
  return changes;
}

type Lines = readonly [readonly string[], readonly string[]];

function printNormal(context: CommandContext, { left, right }: Change, lines: Lines): void {
  const removed = lines[0].slice(...left);
  const added = lines[1].slice(...right);
  const kind = removed.length === 0 ? 'a' : added.length === 0 ? 'd' : 'c';
  context.stdout(`${span(left)}${kind}${span(right)}\n`);
  for (const line of removed) context.stdout(`< ${line}\n`);
  if (kind === 'c') context.stdout('---\n');
  for (const line of added) context.stdout(`> ${line}\n`);
}

/** `3`, `3,5`; where nothing is, the line before. */
const span = ([from, to]: Change['left']): string => (to <= from ? String(from) : to === from + 1 ? String(to) : `${from + 1},${to}`);

function printUnified(context: CommandContext, names: readonly [string, string], lines: Lines): void {
  // Simplification: files carry no time of change, so the head names them without one.
  context.stdout(`--- ${names[0]}\n+++ ${names[1]}\n`);
  for (const hunk of hunksOf(changesBetween(...lines))) printHunk(context, hunk, lines);
}

const range = (from: number, to: number): string => (to - from === 1 ? String(to) : `${to > from ? from + 1 : from},${to - from}`);

/** Changes that lie so near that their surroundings touch. */
function hunksOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last && change.left[0] - last.left[1] <= 2 * CONTEXT_LINES) hunks.at(-1)!.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

function printHunk(context: CommandContext, hunk: readonly Change[], [left, right]: Lines): void {
  const [first, last] = [hunk[0]!, hunk.at(-1)!];
  const before = Math.min(CONTEXT_LINES, first.left[0]);
  const after = Math.min(CONTEXT_LINES, left.length - last.left[1]);
  const spans = (['left', 'right'] as const).map((side) => range(first[side][0] - before, last[side][1] + after));
  context.stdout(`@@ -${spans[0]} +${spans[1]} @@\n`);
  let at = first.left[0] - before;
  for (const change of hunk) {
    for (; at < change.left[0]; at++) context.stdout(` ${left[at]}\n`);
    for (; at < change.left[1]; at++) context.stdout(`-${left[at]}\n`);
    for (const line of right.slice(...change.right)) context.stdout(`+${line}\n`);
  }
  for (; at < last.left[1] + after; at++) context.stdout(` ${left[at]}\n`);
}

export const diff: CommandDefinition = { names: ['diff'], places: ['host', 'node', 'pod', 'client'], run };
