import type { Answer, Problem, Transcript } from '../entry.js';
import type { Sandbox } from '../sandbox.js';

/** What one kind of entry does, inside the open transaction. */
export interface Outcome {
  readonly answer: Answer;
  readonly transcript: Transcript | null;
}

export const refuse = (problem: Problem): Outcome => ({ answer: { ok: false, problem }, transcript: null });

export const done = (value: unknown, transcript: Transcript | null = null): Outcome => ({ answer: { ok: true, value }, transcript });

/** After a write, unless time is paused or the writer steps by hand, the world comes to rest. */
export function settle(sandbox: Sandbox, wanted = true): void {
  if (wanted && sandbox.clockMode !== 'paused') sandbox.sim.settle();
  else sandbox.sim.drainWork();
}
