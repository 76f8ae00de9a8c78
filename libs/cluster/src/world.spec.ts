import { Sim } from '@svclab/sim';
import { World } from './world.js';

const START_US = 1_727_000_000_000_000;

export function kindWorld(seed = 1): World {
  const sim = new Sim();
  const world = new World(sim);
  sim.beginEntry(1);
  sim.initialise({ seed, startUs: START_US });
  const built = world.bootstrap({ profile: 'kind' });
  if (!built.ok) throw new Error(built.error);
  return world;
}

describe('World', () => {
  it('starts with nodes of the ages in the captures', () => {
    const world = kindWorld();
    const nodes = world.api.table('nodes', world.api.list('nodes'));
    console.log(JSON.stringify(nodes.rows.map((r) => r.cells)));
    console.log(
      JSON.stringify(
        world.api.table('pods', world.api.list('pods')).rows.map((r) => r.cells),
        null,
        1,
      ),
    );
  });
});
