import type { EntryInput } from '../entry.js';
import type { ExecuteContext, Sandbox } from '../sandbox.js';
import { runClock, runTick } from './clock.js';
import { runCreate, runFork } from './create.js';
import { runDial } from './dial.js';
import { advanceExec, inputExec, runExec, signalExec, startExec } from './exec.js';
import { runManifests } from './manifests.js';
import { runObjectWrite } from './objects.js';
import type { Outcome } from './outcome.js';
import { runRequests } from './requests.js';
import { runRevert } from './revert.js';
import { runTerminal } from './terminals.js';

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
    case 'exec.input':
      return inputExec(sandbox, input);
    case 'terminal.open':
    case 'terminal.input':
    case 'terminal.resize':
    case 'terminal.signal':
    case 'terminal.advance':
      return runTerminal(sandbox, input);
    case 'dial':
      return runDial(sandbox, input);
    case 'manifests':
      return runManifests(sandbox, input);
    case 'object.create':
    case 'object.update':
    case 'object.patch':
    case 'object.delete':
    case 'object.bind':
      return runObjectWrite(sandbox, input);
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
