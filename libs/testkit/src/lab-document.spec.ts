import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Sandbox } from '@svclab/sandbox';
import { Masker, MASKS, MOST_MASKS } from './lab-masks.js';
import { parseScenario, trimBlankLines, type ScenarioBlock } from './scenario.js';

const scenario = parseScenario(readFileSync(path.join(import.meta.dirname, '../testdata/lab-clusterip.scenario'), 'utf8'));

/** How the document shows an output where it does not show it as it was. Each undoes the rendering on both sides alike. */
const SHAPES: Readonly<Record<string, (capture: string[], ours: string[]) => [string[], string[]]>> = {
  /** Order is not the tool's: rules by Go's map order, containers by the outcome of a race. */
  'any-order': (capture, ours) => [[...capture].sort(), [...ours].sort()],
  /** Indentation and blank lines fell victim to the page. */
  'layout-lost': (capture, ours) => {
    const flat = (lines: string[]): string[] => lines.map((line) => line.trim()).filter(Boolean);
    return [flat(capture), flat(ours)];
  },
  'blank-lines-lost': (capture, ours) => [capture.filter(Boolean), ours.filter(Boolean)],
  /** Only the first lines are shown. */
  'first-lines': (capture, ours) => [capture, ours.slice(0, capture.length)],
  /** A list that goes on: each kind of line there must be here, and no other. */
  'line-kinds': (capture, ours) => [[...new Set(capture)].sort(), [...new Set(ours)].sort()],
};

/** A line of three dots in the capture stands for any number of lines. */
function elide(capture: readonly string[], ours: readonly string[]): string[] {
  if (!capture.some((line) => line.trim() === '...')) return [...ours];
  const result: string[] = [];
  let from = 0;
  let parts = splitAt(capture);
  parts.forEach((part, index) => {
    const at = index === 0 ? 0 : find(ours, part, from, index === parts.length - 1);
    if (index > 0) result.push('...');
    result.push(...ours.slice(at, at + part.length));
    from = at + part.length;
  });
  return result;
}

function splitAt(lines: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '...') parts.push([]);
    else parts.at(-1)!.push(line);
  }
  return parts;
}

/** Where `part` stands in `lines` at or after `from`; the last part ends the lines. */
function find(lines: readonly string[], part: readonly string[], from: number, last: boolean): number {
  if (last && part.length) return Math.max(from, lines.length - part.length);
  for (let at = from; at + part.length <= lines.length; at++) if (part.every((line, i) => lines[at + i] === line)) return at;
  return from;
}

describe('the lab document, ClusterIP', () => {
  let sandbox: Sandbox;
  const captureMasker = new Masker();
  const ourMasker = new Masker();

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
      if (block.output === undefined) {
        expect({ stderr: block.keys.exit ? '' : stderr, exitCode }).toEqual({ stderr: '', exitCode: Number(block.keys.exit ?? 0) });
        return;
      }
      const shown = block.keys.stream === 'stderr' ? stderr : stdout || stderr;
      const names = (block.keys.masks ?? '').split(' ').filter(Boolean);
      const lines = (text: string, masker: Masker): string[] =>
        masker
          .apply(trimBlankLines(text), names)
          .split('\n')
          .map((line) => line.trimEnd());
      const shape = SHAPES[block.keys.shape ?? ''] ?? ((capture: string[], ours: string[]) => [capture, ours]);
      const [capture, ours] = shape(lines(block.output, captureMasker), lines(shown, ourMasker));
      expect(elide(capture, ours)).toEqual(capture);
    });
  }

  it('says what is pending, and under how many masks the rest is equal', () => {
    const pending = scenario.blocks.filter((block) => block.keys.pending);
    const used = new Set(scenario.blocks.flatMap((block) => (block.keys.masks ?? '').split(' ').filter(Boolean)));
    process.stdout.write(
      `lab document: ${scenario.blocks.length - pending.length} command lines run, ${pending.length} pending; ${used.size} masks\n` +
        pending.map((block) => `  pending ${block.id}: ${block.keys.pending}\n`).join(''),
    );
    expect([...used].filter((name) => !(name in MASKS))).toEqual([]);
    expect(Object.keys(MASKS).filter((name) => !used.has(name))).toEqual([]);
    expect(used.size).toBeLessThanOrEqual(MOST_MASKS);
  });
});
