import type { Sim } from '@svclab/sim';
import type { Chance } from './types.js';

/** What is common to all thresholds of {@link Chance.below}. */
const CERTAIN = 0x8000_0000;

/** Chance as in life, from the sandbox's own stream. */
export class DrawnChance implements Chance {
  drawn = 0;

  constructor(private readonly sim: Sim) {}

  below(threshold: number): boolean {
    this.drawn = this.u32() & 0x7fffffff;
    return this.drawn < threshold;
  }

  oneOf(count: number): number {
    const bits = this.u32();
    this.drawn = bits >>> 1;
    return Math.floor((bits * count) / 2 ** 32);
  }

  u32(): number {
    return this.sim.random('netfilter').u32();
  }
}

/** {@link Chance.oneOf} as questions that have two answers: for who plays through them, or follows somebody's. */
export function oneOfByQuestions(chance: Pick<Chance, 'below'>, count: number): number {
  for (let i = 0; i < count - 1; i++) if (chance.below(CERTAIN / (count - i))) return i;
  return count - 1;
}
