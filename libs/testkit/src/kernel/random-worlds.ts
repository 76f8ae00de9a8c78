import type { Difference } from './compare.js';
import { KernelNetwork } from './kernel-network.js';
import { randomWorld, topologyOf, type RandomWorld } from './random-plan.js';
import { TwinWorlds, type FlowReport, type ParityFlow } from './twin-worlds.js';

export interface WorldReport {
  readonly seed: number;
  readonly flows: number;
  /** Of the first flow that differs: after it the two worlds are no longer the same. */
  readonly differences: readonly Difference[];
  readonly flow?: ParityFlow;
  readonly rules: ReadonlyMap<string, string>;
  /** What differed in attempts before this one: a busy machine delays an acknowledgement or drops a packet. */
  readonly passing: readonly Difference[];
}

/** A difference counts when it shows this often. */
export const ATTEMPTS = 3;
/** Every so many worlds, the listings are compared too. */
const LISTINGS_EVERY = 10;

/** Worlds of these seeds, one after the other; seeds of one topology share its namespaces. */
export async function* randomWorlds(seeds: readonly number[]): AsyncGenerator<WorldReport> {
  let built: { readonly topology: number; readonly kernel: KernelNetwork } | undefined;
  try {
    for (const seed of seeds) {
      if (built?.topology !== topologyOf(seed)) {
        await built?.kernel.remove();
        built = { topology: topologyOf(seed), kernel: await buildKernel(seed) };
      }
      yield await attempt(seed, built.kernel);
    }
  } finally {
    await built?.kernel.remove();
  }
}

async function buildKernel(seed: number): Promise<KernelNetwork> {
  const { world } = randomWorld(seed);
  const kernel = await KernelNetwork.build(world.net);
  await TwinWorlds.of(world, kernel).follow();
  return kernel;
}

async function attempt(seed: number, kernel: KernelNetwork): Promise<WorldReport> {
  const passing: Difference[] = [];
  for (let tries = 1; ; tries++) {
    const report = await compareWorld(randomWorld(seed), kernel, tries);
    if (report.differences.length === 0 || tries === ATTEMPTS) return { ...report, passing };
    passing.push(report.differences[0]!);
  }
}

async function compareWorld(
  { seed, world, flows, rules, ports }: RandomWorld,
  kernel: KernelNetwork,
  attempt: number,
): Promise<Omit<WorldReport, 'passing'>> {
  const twins = TwinWorlds.of(world, kernel, attempt);
  twins.know(ports);
  const differences = await twins.loadRules();
  if (seed % LISTINGS_EVERY === 0) differences.push(...(await twins.compareListings()));
  if (differences.length > 0) return { seed, flows: 0, differences, rules };
  let done = 0;
  for (const flow of flows) {
    const report = await twins.exchange(flow).catch(asDifference);
    done++;
    if (report.differences.length > 0) return { seed, flows: done, differences: report.differences, flow, rules };
    if (report.lingers) break;
  }
  return { seed, flows: done, differences: [], rules };
}

/** Whatever rules it is given, the simulator must not break. */
const asDifference = (error: Error): Pick<FlowReport, 'differences' | 'lingers'> => ({
  differences: [{ what: 'an exception', simulator: error.stack ?? String(error), kernel: '' }],
  lingers: true,
});
