import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Sandbox } from '@svclab/sandbox';
import { Correspondence, maskLine, MASKS, MOST_MASKS, type MaskedLine } from './lab-masks.js';
import { parseScenario, trimBlankLines, type ScenarioBlock } from './scenario.js';

const scenario = parseScenario(readFileSync(path.join(import.meta.dirname, '../testdata/lab-clusterip.scenario'), 'utf8'));

type Lines = readonly MaskedLine[];

const byText = (a: MaskedLine, b: MaskedLine): number => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);
const isBlank = (line: MaskedLine): boolean => line.text.trim() === '';

/** How the document shows an output where it does not show it as it was. Each treats both sides alike. */
const SHAPES: Readonly<Record<string, (capture: Lines, ours: Lines) => [Lines, Lines]>> = {
  exact: (capture, ours) => [capture, ours],
  /** Order is not the tool's: rules by Go's map order, containers by the outcome of a race or by random id. */
  'any-order': (capture, ours) => [capture.toSorted(byText), ours.toSorted(byText)],
  /** Indentation and blank lines fell victim to the page. */
  'layout-lost': (capture, ours) => {
    const flat = (lines: Lines): Lines => lines.filter((line) => !isBlank(line)).map((line) => ({ ...line, text: line.text.trim() }));
    return [flat(capture), flat(ours)];
  },
  'blank-lines-lost': (capture, ours) => [capture.filter((line) => !isBlank(line)), ours.filter((line) => !isBlank(line))],
  /** Only the first lines are shown. */
  'first-lines': (capture, ours) => [capture, ours.slice(0, capture.length)],
  /** A list that goes on: each kind of line there must be here, and no other. */
  'line-kinds': (capture, ours) => {
    const kinds = (lines: Lines): Lines => [...new Map(lines.map((line) => [line.text, line])).values()].toSorted(byText);
    return [kinds(capture), kinds(ours)];
  },
};

/** A line of three dots in the capture stands for any number of lines: those of ours are replaced by it. */
function elide(capture: Lines, ours: Lines): Lines {
  const dots = capture.filter((line) => line.text.trim() === '...');
  if (!dots.length) return ours;
  const parts = splitAt(capture, dots[0]!.text);
  const result: MaskedLine[] = [];
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const at = index === 0 ? 0 : find(ours, part, from, index === parts.length - 1);
    if (index > 0) result.push(dots[0]!);
    result.push(...ours.slice(at, at + part.length));
    from = at + part.length;
  }
  return result;
}

function splitAt(lines: Lines, separator: string): Lines[] {
  const parts: MaskedLine[][] = [[]];
  for (const line of lines) {
    if (line.text === separator) parts.push([]);
    else parts.at(-1)!.push(line);
  }
  return parts;
}

/** Where `part` stands in `lines` at or after `from`; the last part ends the lines. */
function find(lines: Lines, part: Lines, from: number, last: boolean): number {
  if (last && part.length) return Math.max(from, lines.length - part.length);
  for (let at = from; at + part.length <= lines.length; at++) if (part.every((line, i) => lines[at + i]!.text === line.text)) return at;
  return from;
}

const masksOf = (block: ScenarioBlock): string[] => (block.keys.masks ?? '').split(' ').filter(Boolean);

describe('the lab document, ClusterIP', () => {
  let sandbox: Sandbox;
  const correspondence = new Correspondence();

  beforeAll(async () => {
    ({ sandbox } = await Sandbox.create({
      kind: 'create',
      profile: 'empty',
      seed: Number(scenario.header.seed),
      startUs: Date.UTC(2024, 8, 27) * 1000,
    }));
    sandbox.commit();
  });

  async function run(block: ScenarioBlock): Promise<{ stdout: string; stderr: string; exitCode: number }> {
    const { answer } = await sandbox.execute({ kind: 'exec', command: block.command, ...(block.keys.at ? { at: block.keys.at } : {}) });
    if (!answer.ok) throw new Error(answer.problem.detail);
    sandbox.commit();
    return answer.value as { stdout: string; stderr: string; exitCode: number };
  }

  for (const block of scenario.blocks) {
    if (block.keys.pending) continue;
    it(`${block.id}: ${block.command.split('\n')[0]!.slice(0, 90)}`, async () => {
      const { stdout, stderr, exitCode } = await run(block);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: Number(block.keys.exit ?? 0) });
      if (block.output === undefined) {
        expect(stderr).toBe('');
        return;
      }
      if (block.keys.recreated) correspondence.forget(block.keys.recreated.split(' '));
      const shown = block.keys.stream === 'stderr' ? stderr : stdout;
      const lines = (text: string): Lines =>
        trimBlankLines(text)
          .split('\n')
          .map((line) => maskLine(line, masksOf(block)));
      const shape = SHAPES[block.keys.shape ?? 'exact']!;
      const [capture, rest] = shape(lines(block.output), lines(shown));
      const ours = elide(capture, rest);
      expect(ours.map((line) => line.text)).toEqual(capture.map((line) => line.text));
      // Where order was lost, lines of one text cannot be told apart, so their values are not held against each other.
      const alike = new Set(
        capture.map((line) => line.text).filter((text, i, all) => block.keys.shape === 'any-order' && all.indexOf(text) !== i),
      );
      for (const [i, line] of capture.entries()) {
        if (!alike.has(line.text)) expect(correspondence.check(line.values, ours[i]!.values)).toBeUndefined();
      }
      // One of them sends ten thousand requests; the machine may be busy.
    }, 240_000);
  }

  it('says what is pending, and under how many masks the rest is equal', () => {
    const pending = scenario.blocks.filter((block) => block.keys.pending);
    const used = new Set(scenario.blocks.flatMap(masksOf));
    process.stdout.write(
      `lab document: ${scenario.blocks.length - pending.length} command lines run, ${pending.length} pending; ${used.size} masks\n` +
        pending.map((block) => `  pending ${block.id}: ${block.keys.pending}\n`).join(''),
    );
    expect([...used].filter((name) => !(name in MASKS))).toEqual([]);
    expect(Object.keys(MASKS).filter((name) => !used.has(name))).toEqual([]);
    expect(used.size).toBeLessThanOrEqual(MOST_MASKS);
  });
});
