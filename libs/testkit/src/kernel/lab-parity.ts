import { printDifference, type Difference } from './compare.js';
import { KernelNetwork } from './kernel-network.js';
import { labFlows, labWorld } from './lab-flows.js';
import { labSeries } from './lab-series.js';
import { exchangeShape } from './observation.js';
import { TwinWorlds } from './twin-worlds.js';

export interface LabReport {
  readonly flows: number;
  readonly findings: readonly { readonly where: string; readonly differences: readonly Difference[] }[];
}

const PORTS = [443, 5300, 9000, 30_080, 30_081];

/** The lab's cluster in both worlds: its rules as every tool prints them, each of its flows, and what only series show. */
export async function compareLab(): Promise<LabReport> {
  const world = labWorld();
  const kernel = await KernelNetwork.build(world.net);
  try {
    const twins = TwinWorlds.of(world, kernel);
    await twins.follow();
    twins.know(PORTS);
    const findings = [
      { where: 'rules loaded', differences: await twins.loadRules() },
      { where: 'rules listed', differences: await twins.compareListings() },
    ];
    const flows = labFlows(world);
    // What once differs in a listing goes on to do so.
    const told = new Set<string>();
    for (const flow of flows) {
      const { differences, kernel: exchange } = await twins.exchange(flow);
      const fresh = differences.filter((difference) => !told.has(printDifference(difference)));
      for (const difference of fresh) told.add(printDifference(difference));
      const where = `${flow.name}: ${flow.from} > ${flow.to}:${flow.port} (${exchangeShape(exchange, twins.knownPorts)})`;
      findings.push({ where, differences: fresh });
    }
    findings.push({ where: 'many in a row', differences: await labSeries(world, twins) });
    return { flows: flows.length, findings };
  } finally {
    await kernel.remove();
  }
}
