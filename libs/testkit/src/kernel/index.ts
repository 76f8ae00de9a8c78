import { KernelNetwork } from './kernel-network.js';
import { printDifference } from './compare.js';
import { labFlows, labWorld } from './lab-flows.js';
import { exchangeShape } from './observation.js';
import { TwinWorlds } from './twin-worlds.js';

const world = labWorld();
world.sim.commitEntry();
const kernel = await KernelNetwork.build(world.net);
const twins = new TwinWorlds(world.sim, world.net, kernel, 1);
await twins.follow();
twins.know([443, 9000, 5300, 30080, 30081]);
for (const d of await twins.loadRules()) console.log(printDifference(d));
for (const d of await twins.compareListings()) console.log(printDifference(d));
for (const flow of labFlows(world)) {
  const report = await twins.exchange(flow);
  console.log(flow.name, exchangeShape(report.kernel, twins.knownPorts));
  for (const d of report.differences) console.log('   ', printDifference(d));
}
await kernel.remove();
