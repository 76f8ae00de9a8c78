import type { Difference } from './compare.js';
import { KernelNetwork } from './kernel-network.js';
import { randomWorld, topologyOf, type RandomWorld } from './random-plan.js';
import { whatRecurs, type Turn, type Verdict } from './recurrence.js';
import { TwinWorlds, type FlowReport, type ParityFlow } from './twin-worlds.js';

export interface WorldReport extends Turn {
  readonly seed: number;
  readonly flows: number;
  /** The first that differs: after it the two worlds are no longer the same. */
  readonly flow?: ParityFlow;
  readonly rules: ReadonlyMap<string, string>;
}

/** Every so many worlds, the listings are compared too. */
const LISTINGS_EVERY = 10;

/** Worlds of these seeds, one after the other; seeds of one topology share its namespaces. */
export async function* randomWorlds(seeds: readonly number[], proxyMode = 'iptables'): AsyncGenerator<Verdict<WorldReport>> {
  let built: { readonly topology: number; readonly kernel: KernelNetwork } | undefined;
  try {
    for (const seed of seeds) {
      if (built?.topology !== topologyOf(seed)) {
        await built?.kernel.remove();
        built = { topology: topologyOf(seed), kernel: await buildKernel(seed, proxyMode) };
      }
      const { kernel } = built;
      yield await whatRecurs((turn) => compareWorld(randomWorld(seed, proxyMode), kernel, turn));
    }
  } finally {
    await built?.kernel.remove();
  }
}

async function buildKernel(seed: number, proxyMode: string): Promise<KernelNetwork> {
  const { world } = randomWorld(seed, proxyMode);
  const kernel = await KernelNetwork.build(world.net);
  await TwinWorlds.of(world, kernel).follow();
  return kernel;
}

async function compareWorld({ seed, world, flows, rules, ports }: RandomWorld, kernel: KernelNetwork, turn: number): Promise<WorldReport> {
  const twins = TwinWorlds.of(world, kernel, turn);
  twins.know(ports);
  const differences = await twins.loadRules();
  if (seed % LISTINGS_EVERY === 0) differences.push(...(await twins.compareListings()));
  if (differences.length > 0) return { seed, flows: 0, differences, rules };
  let done = 0;
  for (const flow of flows) {
    const report = await twins.exchange(flow).catch(asDifference);
    done++;
    if (report.differences.length > 0) return { seed, flows: done, differences: inFlow(done, report.differences), flow, rules };
    if (report.lingers) break;
  }
  return { seed, flows: done, differences: [], rules };
}

/** The same thing of another flow is another thing. */
const inFlow = (number: number, differences: readonly Difference[]): Difference[] =>
  differences.map((difference) => ({ ...difference, what: `flow ${number}: ${difference.what}` }));

/** Whatever rules it is given, the simulator must not break. */
const asDifference = (error: Error): Pick<FlowReport, 'differences' | 'lingers'> => ({
  differences: [{ what: 'an exception', simulator: error.stack ?? String(error), kernel: '' }],
  lingers: true,
});
