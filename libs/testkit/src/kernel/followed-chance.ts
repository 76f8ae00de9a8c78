import { oneOfByQuestions, type Chance } from '@svclab/netfilter';
import type { Prng } from '@svclab/sim';

const CERTAIN = 0x8000_0000;

/**
 * Chance that answers as a script says and "yes" after its end: how the simulation is made to
 * take the branch that the kernel's own dice took. Ports are drawn as usual.
 */
export class FollowedChance implements Chance {
  readonly outcomes: boolean[] = [];

  constructor(
    private readonly script: readonly boolean[],
    private readonly draws: Prng,
  ) {}

  below(threshold: number): boolean {
    if (threshold <= 0) return false;
    if (threshold >= CERTAIN) return true;
    const outcome = this.script[this.outcomes.length] ?? true;
    this.outcomes.push(outcome);
    return outcome;
  }

  oneOf(count: number): number {
    return oneOfByQuestions(this, count);
  }

  u32(): number {
    return this.draws.u32();
  }

  /** The next branch in depth-first order; `undefined` after the last. */
  next(): readonly boolean[] | undefined {
    const last = this.outcomes.lastIndexOf(true);
    return last < 0 ? undefined : [...this.outcomes.slice(0, last), false];
  }
}
