import { setTimeout as delay } from 'node:timers/promises';
import { KernelNetwork } from './kernel-network.js';
import { labFlows, labWorld } from './lab-flows.js';
import { labSeries } from './lab-series.js';
import type { Turn } from './recurrence.js';
import { TwinWorlds } from './twin-worlds.js';

export interface LabReport extends Turn {
  readonly flows: number;
}

const PORTS = [443, 5300, 9000, 30_080, 30_081];

/** The lab's cluster in both worlds: its rules as every tool prints them, each of its flows, and what only series show. */
export async function compareLab(turn: number): Promise<LabReport> {
  const world = labWorld();
  const kernel = await KernelNetwork.build(world.net);
  try {
    const twins = TwinWorlds.of(world, kernel, turn);
    await twins.follow();
    twins.know(PORTS);
    const differences = [...(await twins.loadRules()), ...(await twins.compareListings())];
    const flows = labFlows(world);
    for (const [i, flow] of flows.entries()) {
      // Once they differ, the two worlds are no longer the same.
      if (differences.length > 0) return { flows: i, differences };
      await delay(flow.afterMs ?? 0);
      const report = await twins.exchange(flow);
      const where = `${i + 1}, ${flow.name}: ${flow.from} > ${flow.to}:${flow.port}`;
      differences.push(...report.differences.map((difference) => ({ ...difference, what: `${where}: ${difference.what}` })));
    }
    differences.push(...(await labSeries(world, twins)));
    return { flows: flows.length, differences };
  } finally {
    await kernel.remove();
  }
}
