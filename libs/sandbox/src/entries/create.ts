import type { CreateInput, EntryInput } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { done, refuse, settle, type Outcome } from './outcome.js';
import { runManifests } from './manifests.js';

export function runCreate(sandbox: Sandbox, input: CreateInput): Outcome {
  sandbox.sim.initialise({ seed: input.seed >>> 0, startUs: input.startUs });
  sandbox.settings.put('settings', { profile: input.profile, clockMode: 'auto' });
  const built = sandbox.world.bootstrap({
    profile: input.profile,
    ...(input.proxyMode === undefined ? {} : { proxyMode: input.proxyMode }),
    ...(input.kindConfig === undefined ? {} : { kindConfig: input.kindConfig }),
  });
  if (!built.ok) {
    const pointer = input.kindConfig === undefined ? '/proxyMode' : '/kindConfig';
    const title = input.kindConfig === undefined ? 'Invalid configuration' : 'Invalid kind configuration';
    return refuse({ status: 400, title, detail: built.error, errors: [{ pointer, detail: built.error }] });
  }
  settle(sandbox);
  if (input.manifest !== undefined) {
    const applied = runManifests(sandbox, { kind: 'manifests', text: input.manifest });
    if (!applied.answer.ok) return applied;
  }
  return done({ seq: 1 });
}

export function runFork(_sandbox: Sandbox, input: Extract<EntryInput, { kind: 'fork' }>): Outcome {
  return done({ parentId: input.parentId, parentSeq: input.parentSeq });
}
