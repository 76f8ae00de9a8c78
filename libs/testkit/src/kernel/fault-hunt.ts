import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fits, PLANTED_FAULTS, type PlantedFault } from './planted-faults.js';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
/** What is asked of each faulty engine: enough to meet every fault in sight, and no more than a minute of it. */
const QUESTIONS = ['lab', 'worlds=80', 'rules=400', 'first'];

export interface FaultHunt {
  /** Faults that were found, and those that are known to be out of sight. */
  readonly asExpected: number;
  readonly missed: number;
}

/**
 * Mutation testing of the harness itself: builds a copy of the engine, plants one fault after the other and has the
 * copy compared with the kernel. `only` is part of a fault's name. The checkout is only read.
 */
export async function findFaults(only = ''): Promise<FaultHunt> {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'svclab-faults-'));
  try {
    copyEngine(copy);
    console.log('• without a fault');
    const clean = await firstDifference(copy);
    if (clean !== undefined) {
      console.log(`  the engine differs by itself, so nothing can be learnt: ${clean}`);
      return { asExpected: 0, missed: 1 };
    }
    const result = { asExpected: 0, missed: 0 };
    for (const fault of PLANTED_FAULTS.filter(({ name }) => name.includes(only))) {
      console.log(`• ${fault.name}`);
      if (!fits(readFileSync(path.join(copy, 'libs', fault.file), 'utf8'), fault)) {
        console.log(`  does not fit ${fault.file} any more`);
        result.missed++;
        continue;
      }
      const begun = Date.now();
      const difference = await withFault(copy, fault, () => firstDifference(copy));
      const asExpected = (difference === undefined) === (fault.outOfSight !== undefined);
      result[asExpected ? 'asExpected' : 'missed']++;
      const verdict = difference === undefined ? `NOT FOUND${fault.outOfSight ? `: ${fault.outOfSight}` : ''}` : `found: ${difference}`;
      console.log(`  ${verdict} (${((Date.now() - begun) / 1000).toFixed(0)} s)`);
    }
    return result;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Rooms are found through `node_modules/@svclab` of the copy, everything else through links into the real one. */
function copyEngine(copy: string): void {
  for (const room of readdirSync(path.join(ROOT, 'libs'))) {
    for (const part of ['package.json', 'dist', 'src']) {
      const from = path.join(ROOT, 'libs', room, part);
      cpSync(from, path.join(copy, 'libs', room, part), { recursive: true, filter: (file) => !file.includes('testdata') });
    }
  }
  const modules = path.join(copy, 'node_modules');
  mkdirSync(path.join(modules, '@svclab'), { recursive: true });
  for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
    if (name !== '@svclab') symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
  for (const room of readdirSync(path.join(copy, 'libs'))) {
    symlinkSync(path.join(copy, 'libs', room), path.join(modules, '@svclab', room));
  }
}

async function withFault<T>(copy: string, { file, source, fault }: PlantedFault, work: () => Promise<T>): Promise<T> {
  const target = path.join(copy, 'libs', file);
  const text = readFileSync(target, 'utf8');
  try {
    writeFileSync(
      target,
      text.replace(source, () => fault),
    );
    build(copy, file);
    return await work();
  } finally {
    writeFileSync(target, text);
    build(copy, file);
  }
}

function build(copy: string, file: string): void {
  const room = path.join(copy, 'libs', file.split('/')[0]!);
  const { status, stderr } = spawnSync(process.execPath, [path.join(ROOT, '.tools/build.mjs'), room], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} does not compile: ${stderr}`);
}

/** The first thing in which the copy differs from the kernel; `undefined` when it passes. */
function firstDifference(copy: string): Promise<string | undefined> {
  const program = path.join(copy, 'libs/testkit/dist/kernel/index.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...QUESTIONS], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(undefined);
      // A difference is a line and then both sides.
      const told = lines.filter((_line, i) => lines[i + 1]?.trimStart().startsWith('simulator:'));
      resolve(told.length > 0 ? `${told[0]!.trim()} (${told.length} differences)` : `ended with ${code}`);
    });
  });
}
