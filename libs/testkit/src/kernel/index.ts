import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { printDifference, type Difference } from './compare.js';
import { compareLab } from './lab-parity.js';
import { ATTEMPTS, randomWorlds, type WorldReport } from './random-worlds.js';
import { roundTrips } from './round-trips.js';

/**
 * npm run test:kernel: the simulation beside the kernel of this machine. Needs root and network
 * namespaces; where they are not to be had it says so and fails. Arguments choose parts (`lab`,
 * `worlds`, `rules`), `seed=N` one random world, `worlds=N` and `rules=N` how many.
 */
const DEFAULTS = { worlds: 320, rules: 4000 };
const LANES = 2;

const options = new Map(process.argv.slice(2).map((argument) => argument.split('=') as [string, string | undefined]));
const wanted = (part: string): boolean => options.size === 0 || options.has(part);
const amount = (part: 'worlds' | 'rules'): number => Number(options.get(part) ?? DEFAULTS[part]);

let differing = 0;

function report(where: string, differences: readonly Difference[]): void {
  differing += differences.length;
  if (differences.length > 0) console.log(`  ${where}`);
  for (const difference of differences) console.log(`    ${printDifference(difference)}`);
}

/** Not counted unless it shows again. */
const tellPassing = (difference: Difference): void => console.log(`  tried again after: ${printDifference(difference)}`);

function requireKernel(): void {
  const complaint = missing();
  if (!complaint) return;
  console.error(`svclab: test:kernel cannot run here: ${complaint}`);
  process.exit(1);
}

function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const { error } = spawnSync('ip', ['-V']);
  const probe = `svkprobe${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', probe]);
  const absent = ['ip', 'iptables-restore', 'conntrack', 'nfacct', 'ping'].filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (error || absent.length > 0) return `missing ${absent.join(', ')} (Debian: iptables iproute2 conntrack nfacct iputils-ping)`;
  return made.status === 0 ? undefined : `ip netns add failed: ${made.stderr.trim()}`;
}

async function lab(): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { flows, findings } = await compareLab();
    const differences = findings.flatMap((finding) => finding.differences);
    if (differences.length > 0 && attempt < ATTEMPTS) {
      tellPassing(differences[0]!);
      continue;
    }
    for (const finding of findings) report(finding.where, finding.differences);
    return `${flows} flows in the lab's cluster, and series of requests and refusals (attempt ${attempt})`;
  }
}

async function worlds(): Promise<string> {
  const only = options.get('seed');
  const seeds = only === undefined ? Array.from({ length: amount('worlds') }, (_, i) => i) : [Number(only)];
  const total = { worlds: 0, flows: 0, retries: 0 };
  const lane = async (own: readonly number[]): Promise<void> => {
    for await (const world of randomWorlds(own)) {
      total.worlds++;
      total.flows += world.flows;
      total.retries += world.passing.length;
      world.passing.forEach(tellPassing);
      report(describeWorld(world), world.differences);
    }
  };
  const half = Math.ceil(seeds.length / LANES / 20) * 20;
  await Promise.all(Array.from({ length: LANES }, (_, i) => lane(seeds.slice(i * half, i === LANES - 1 ? undefined : (i + 1) * half))));
  return `${total.worlds} random worlds, ${total.flows} flows (${total.retries} worlds tried again)`;
}

function describeWorld({ seed, flow, rules }: WorldReport): string {
  const asked = flow ? `${flow.protocol} ${flow.from} port ${flow.sourcePort} > ${flow.to}:${flow.port}` : 'loading the rules';
  const text = [...rules].map(
    ([netns, added]) => `      ${netns}: ${added.replaceAll('COMMIT\n', '').trim().replaceAll('\n', '\n        ')}`,
  );
  return [`world seed=${seed}, ${asked}; rules added:`, ...text].join('\n');
}

async function rules(): Promise<string> {
  const { rules: count, differences } = await roundTrips(1, amount('rules'));
  report('round trips', differences);
  return `${count} generated rules written and read back by both`;
}

requireKernel();
for (const [name, part] of Object.entries({ lab, rules, worlds })) {
  if (!wanted(name) && !(name === 'worlds' && options.has('seed'))) continue;
  const begun = Date.now();
  console.log(`• ${name}`);
  console.log(`  ${await part()}, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}
console.log(`\n${differing} differences from Linux ${os.release()}`);
process.exitCode = differing ? 1 : 0;
