import type { CreateInput, EntryInput } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { done, refuse, settle, type Outcome } from './outcome.js';
import { runManifests } from './manifests.js';

export function runCreate(sandbox: Sandbox, input: CreateInput): Outcome {
  sandbox.sim.initialise({ seed: input.seed >>> 0, startUs: input.startUs });
  sandbox.settings.put('settings', { profile: input.profile, clockMode: 'auto' });
  const built = sandbox.world.bootstrap({
    profile: input.profile,
    ...(input.kindConfig === undefined ? {} : { kindConfig: input.kindConfig }),
  });
  if (!built.ok) {
    return refuse({
      status: 400,
      title: 'Invalid kind configuration',
      detail: built.error,
      errors: [{ pointer: '/kindConfig', detail: built.error }],
    });
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
