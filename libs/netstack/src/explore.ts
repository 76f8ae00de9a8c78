import { oneOfByQuestions, type Chance } from '@svclab/netfilter';
import type { Sim } from '@svclab/sim';
import type { Trace } from './types.js';

/** Branches looked at before an exploration is cut; 5,000 endpoints of one Service would be that many. */
export const MAX_BRANCHES = 4096;

/** What is common to all thresholds of {@link Chance.below}. */
const CERTAIN = 0x8000_0000;

/** Plays a given sequence of outcomes, then always "yes"; remembers how likely each was. */
export class ScriptedChance implements Chance {
  readonly outcomes: boolean[] = [];
  probability = 1;

  constructor(private readonly script: readonly boolean[]) {}

  below(threshold: number): boolean {
    if (threshold <= 0) return false;
    if (threshold >= CERTAIN) return true;
    const outcome = this.script[this.outcomes.length] ?? true;
    this.outcomes.push(outcome);
    const yes = threshold / CERTAIN;
    this.probability *= outcome ? yes : 1 - yes;
    return outcome;
  }

  oneOf(count: number): number {
    return oneOfByQuestions(this, count);
  }

  // Simplification: an exploration does not branch over the ports that --random-fully draws; it shows the first.
  u32(): number {
    return 0;
  }

  /** The script of the branch after this one in depth-first order; `undefined` after the last. */
  next(): readonly boolean[] | undefined {
    const last = this.outcomes.lastIndexOf(true);
    return last < 0 ? undefined : [...this.outcomes.slice(0, last), false];
  }
}

/** Draws as usual and remembers how likely what happened was. */
export class WitnessedChance implements Chance {
  probability = 1;

  constructor(private readonly real: Chance) {}

  below(threshold: number): boolean {
    const outcome = this.real.below(threshold);
    const yes = Math.min(1, threshold / CERTAIN);
    this.probability *= outcome ? yes : 1 - yes;
    return outcome;
  }

  oneOf(count: number): number {
    this.probability /= count;
    return this.real.oneOf(count);
  }

  u32(): number {
    return this.real.u32();
  }

  get drawn(): number | undefined {
    return this.real.drawn;
  }
}

/** Every branch, most likely first; `run` plays one and must leave nothing behind. */
export function exploreBranches(run: (chance: Chance) => Trace): Trace[] {
  const traces: Trace[] = [];
  let script: readonly boolean[] | undefined = [];
  while (script && traces.length < MAX_BRANCHES) {
    const chance: ScriptedChance = new ScriptedChance(script);
    const trace = run(chance);
    traces.push({ ...trace, probability: chance.probability });
    script = chance.next();
  }
  // Array.prototype.sort is stable: equally likely branches keep the order of the rules.
  traces.sort((a, b) => b.probability - a.probability);
  if (script) {
    const rest = 1 - traces.reduce((sum, trace) => sum + trace.probability, 0);
    const cut = `cut after ${MAX_BRANCHES} branches; those left out have a probability of ${rest.toFixed(6)} together`;
    traces[traces.length - 1] = { ...traces.at(-1)!, reason: `${traces.at(-1)!.reason} (${cut})` };
  }
  return traces;
}

/** Runs `work` and makes all that it changed not have happened: in a transaction of its own, or since a savepoint in the one that is open. */
export function withoutConsequences<T>(sim: Sim, work: () => T): T {
  const { store } = sim;
  if (store.inTransaction) store.savepoint();
  else store.begin();
  try {
    return work();
  } finally {
    if (store.hasSavepoint) store.rollbackToSavepoint();
    else sim.abortEntry();
  }
}
