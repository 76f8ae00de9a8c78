import type { World } from '@svclab/cluster';
import { compareDistributions, countBy, printCounts } from './chi-square.js';
import type { Difference } from './compare.js';
import { clusterIp } from './kind-world.js';
import type { ParityFlow, TwinWorlds } from './twin-worlds.js';

/** Requests of a distribution. */
const DRAWS = 300;
/** A burst beyond what the limit on ICMP errors lets through (6), and short enough to end before the next token. */
const BURST = 8;

/** What shows only over many exchanges: where chance sends them, and when a kernel stops to answer. */
export async function labSeries(world: World, twins: TwinWorlds): Promise<Difference[]> {
  return [...(await spreads(world, twins)), ...(await rateLimit(world, twins)), ...(await affinityLists(world, twins))];
}

async function spreads(world: World, twins: TwinWorlds): Promise<Difference[]> {
  const flow = { from: 'pod/default/net-pod', protocol: 'tcp', to: clusterIp(world, 'svc-clusterip'), port: 9000 } as const;
  const { simulator, kernel } = await series(twins, flow, DRAWS, 30_000);
  const [ours, real] = [simulator, kernel].map((results) => countBy(results, ({ server }) => server.split(' ')[0]!)) as [
    Map<string, number>,
    Map<string, number>,
  ];
  const { value, degrees, alike } = compareDistributions(ours, real);
  const what = `where ${DRAWS} requests go`;
  const test = `chi-square ${value.toFixed(2)}, ${degrees} degrees of freedom`;
  console.log(`  ${what}: ${printCounts(real)} in the kernel (${test})`);
  return alike && degrees === 2 ? [] : [{ what, simulator: `${printCounts(ours)} (${test})`, kernel: printCounts(real) }];
}

async function rateLimit(world: World, twins: TwinWorlds): Promise<Difference[]> {
  const flow = { from: 'pod/default/webpod2', protocol: 'tcp', to: clusterIp(world, 'svc-empty'), port: 9000 } as const;
  const { simulator, kernel } = await series(twins, flow, BURST, 31_000);
  const [ours, real] = [simulator, kernel].map((results) => results.map(({ outcome }) => outcome).join(' ')) as [string, string];
  return ours === real ? [] : [{ what: `${BURST} refusals in a row`, simulator: ours, kernel: real }];
}

/** The same exchanges in both worlds, one right after the other. */
async function series(twins: TwinWorlds, flow: Omit<ParityFlow, 'sourcePort'>, count: number, firstPort: number) {
  const flows = Array.from({ length: count }, (_, i): ParityFlow => ({ ...flow, sourcePort: firstPort + i }));
  const kernel = [];
  for (const each of flows) kernel.push(await twins.inKernel(each));
  return { simulator: flows.map((each) => twins.simulate(each)), kernel };
}

/** `/proc/net/xt_recent` of every node, without its time stamps. */
async function affinityLists(world: World, twins: TwinWorlds): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const { name } of world.net.namespaces()) {
    for (const list of world.net.netfilter.recentFiles(name)) {
      const simulator = withoutStamps(world.net.netfilter.recentFile(name, list)!);
      const kernel = withoutStamps(await twins.kernelFile(name, `/proc/net/xt_recent/${list}`));
      if (simulator !== kernel) differences.push({ what: `${name} /proc/net/xt_recent/${list}`, simulator, kernel });
    }
  }
  return differences;
}

const withoutStamps = (file: string): string =>
  file
    .trim()
    .split('\n')
    .map((line) => line.replace(/last_seen: \d+/, 'last_seen: T').replace(/\b\d{9,}\b/g, 'T'))
    .toSorted()
    .join('\n');
