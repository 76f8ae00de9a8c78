import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { printDifference, type Difference } from './compare.js';
import { findFaults } from './fault-hunt.js';
import { ipvsTexts } from './ipvs-texts.js';
import { compareLab } from './lab-parity.js';
import { nativeTexts } from './native-texts.js';
import { randomWorlds, type WorldReport } from './random-worlds.js';
import { TURNS_AGAIN, whatRecurs } from './recurrence.js';
import { roundTrips } from './round-trips.js';

/**
 * npm run test:kernel: the simulation beside the kernel of this machine. Needs root and network
 * namespaces; where they are not to be had it says so and fails. Arguments choose parts (`lab`,
 * `rules`, `worlds`, `texts` and `nftables`, which are random worlds with kube-proxy in that mode), `seed=N` one random
 * world (with `nftables`: in that mode), `worlds=N`, `nftables=N` and `rules=N` how many; `first` ends at the first difference. `faults` plants mistakes into a copy of the engine and tells which of them
 * the rest finds.
 */
const DEFAULTS = { worlds: 320, nftables: 200, rules: 4000 };
const LANES = 2;

const options = new Map(process.argv.slice(2).map((argument) => argument.split('=') as [string, string | undefined]));
const choosesParts = ['lab', 'rules', 'texts', 'worlds', 'nftables', 'seed'].some((part) => options.has(part));
const wanted = (part: string): boolean => !choosesParts || options.has(part);
const amount = (part: keyof typeof DEFAULTS): number => Number(options.get(part) ?? DEFAULTS[part]);

let passed = 0;
let failed = 0;
const isOver = (): boolean => options.has('first') && failed > 0;

/** Counts what was held against the kernel, and tells what differs. */
function report(checks: number, where: string, differences: readonly Difference[]): void {
  failed += Math.min(differences.length, checks);
  passed += Math.max(0, checks - differences.length);
  if (differences.length > 0) console.log(`  ${where}`);
  for (const difference of differences) console.log(`    ${printDifference(difference)}`);
}

/** Not counted unless it shows again. */
function tellPassing(differences: readonly Difference[]): void {
  if (differences.length > 0) console.log(`  differed once, and in ${TURNS_AGAIN} further turns not again:`);
  for (const difference of differences) console.log(`    ${printDifference(difference)}`);
}

function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const tools = ['ip', 'iptables-restore', 'nft', 'conntrack', 'nfacct', 'ipset', 'ping'];
  const absent = tools.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (absent.length > 0) return `missing ${absent.join(', ')} (Debian: iptables nftables iproute2 conntrack nfacct ipset iputils-ping)`;
  const probe = `svkprobe${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', probe]);
  return made.status === 0 ? undefined : `ip netns add failed: ${made.stderr.trim()}`;
}

async function lab(): Promise<string> {
  const { turn, differs, passing } = await whatRecurs(compareLab);
  tellPassing(passing);
  // Beside the flows: the rules as they are loaded and listed, and three series.
  report(turn.flows + 4, "the lab's cluster", differs ? turn.differences : []);
  return `${turn.flows} flows in the lab's cluster, and series of requests and refusals`;
}

async function rules(): Promise<string> {
  const { rules: count, differences } = await roundTrips(1, amount('rules'));
  report(count, 'round trips', differences);
  return `${count} generated rules written and read back by both`;
}

async function texts(): Promise<string> {
  const native = await nativeTexts();
  report(native.texts, "kube-proxy's nftables texts", native.differences);
  const ipvs = await ipvsTexts();
  report(ipvs.texts, "kube-proxy's sets and rules of IPVS mode", ipvs.differences);
  return `${native.texts} texts of kube-proxy in nftables mode and ${ipvs.texts} in IPVS mode, loaded and listed by both`;
}

const worlds = (): Promise<string> => worldsOf('iptables', 'worlds');
const nftables = (): Promise<string> => worldsOf('nftables', 'nftables');

async function worldsOf(proxyMode: string, part: 'worlds' | 'nftables'): Promise<string> {
  const only = options.get('seed');
  const seeds = only === undefined ? Array.from({ length: amount(part) }, (_, i) => i) : [Number(only)];
  const total = { worlds: 0, flows: 0, passing: 0 };
  const lane = async (own: readonly number[]): Promise<void> => {
    for await (const { turn, differs, passing } of randomWorlds(own, proxyMode)) {
      total.worlds++;
      total.flows += turn.flows;
      if (passing.length > 0) total.passing++;
      tellPassing(passing);
      report(1, describeWorld(turn), differs ? turn.differences : []);
      if (isOver()) return;
    }
  };
  const half = Math.ceil(seeds.length / LANES / 20) * 20;
  await Promise.all(Array.from({ length: LANES }, (_, i) => lane(seeds.slice(i * half, i === LANES - 1 ? undefined : (i + 1) * half))));
  return `${total.worlds} random worlds in ${proxyMode} mode, ${total.flows} flows (${total.passing} worlds with a difference that did not show again)`;
}

function describeWorld({ seed, flow, rules }: WorldReport): string {
  const asked = flow ? `${flow.protocol} ${flow.from} port ${flow.sourcePort} > ${flow.to}:${flow.port}` : 'loading the rules';
  const text = [...rules].map(
    ([netns, added]) => `      ${netns}: ${added.replaceAll('COMMIT\n', '').trim().replaceAll('\n', '\n        ')}`,
  );
  return [`world seed=${seed}, ${asked}; rules added:`, ...text].join('\n');
}

async function compareAll(): Promise<void> {
  for (const [name, part] of Object.entries({ lab, rules, texts, worlds, nftables })) {
    const isOfSeed = options.has('seed') && name === (options.has('nftables') ? 'nftables' : 'worlds');
    if ((!wanted(name) && !isOfSeed) || isOver()) continue;
    const begun = Date.now();
    console.log(`• ${name}`);
    console.log(`  ${await part()}, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  }
  console.log(`\nbeside Linux ${os.release()}`);
}

const complaint = missing();
if (complaint) {
  console.error(`svclab: test:kernel cannot run here: ${complaint}`);
  failed++;
} else if (options.has('faults')) {
  const found = await findFaults(options.get('faults'));
  passed += found.asExpected;
  failed += found.missed;
} else {
  await compareAll();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
