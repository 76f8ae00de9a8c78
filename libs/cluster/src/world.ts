import type { Sim } from '@svclab/sim';

/** One sandbox's simulated world: engines wired over the tables of one {@link Sim}. */
export class World {
  constructor(readonly sim: Sim) {}
}
