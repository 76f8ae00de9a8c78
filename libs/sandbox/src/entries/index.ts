import type { Answer, EntryInput, Problem, Transcript } from '../entry.js';
import type { ExecuteContext, Sandbox } from '../sandbox.js';
import { runClock, runTick } from './clock.js';
import { runCreate, runFork } from './create.js';
import { advanceExec, runExec, signalExec, startExec } from './exec.js';
import { runManifests } from './manifests.js';
import { createObject, deleteObject, patchObject } from './objects.js';
import { runRequests } from './requests.js';
import { runRevert } from './revert.js';

/** What one kind of entry does, inside the open transaction. */
export interface Outcome {
  readonly answer: Answer;
  readonly transcript: Transcript | null;
}

export const refuse = (problem: Problem): Outcome => ({ answer: { ok: false, problem }, transcript: null });

export const done = (value: unknown, transcript: Transcript | null = null): Outcome => ({ answer: { ok: true, value }, transcript });

export function runEntry(sandbox: Sandbox, input: EntryInput, context: ExecuteContext): Outcome | Promise<Outcome> {
  switch (input.kind) {
    case 'create':
      return runCreate(sandbox, input);
    case 'fork':
      return runFork(sandbox, input);
    case 'exec':
      return runExec(sandbox, input);
    case 'exec.start':
      return startExec(sandbox, input);
    case 'exec.advance':
      return advanceExec(sandbox, input);
    case 'exec.signal':
      return signalExec(sandbox, input);
    case 'manifests':
      return runManifests(sandbox, input);
    case 'object.create':
      return createObject(sandbox, input);
    case 'object.patch':
      return patchObject(sandbox, input);
    case 'object.delete':
      return deleteObject(sandbox, input);
    case 'requests':
      return runRequests(sandbox, input);
    case 'clock':
      return runClock(sandbox, input);
    case 'tick':
      return runTick(sandbox, input);
    case 'revert':
      return runRevert(sandbox, input, context);
  }
}

/** After a write, unless time is paused or the writer steps by hand, the world comes to rest. */
export function settle(sandbox: Sandbox, wanted = true): void {
  if (wanted && sandbox.clockMode !== 'paused') sandbox.sim.settle();
  else sandbox.sim.drainWork();
}
