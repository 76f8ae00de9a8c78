import type { CreateInput, EntryInput } from '../entry.js';
import { BOOTED_US, bootedWorld, recordsLater } from '../booted-world.js';
import type { Sandbox } from '../sandbox.js';
import { done, refuse, type Outcome } from './outcome.js';
import { runManifests } from './manifests.js';

export function runCreate(sandbox: Sandbox, input: CreateInput): Outcome {
  const built = bootedWorld({
    profile: input.profile,
    ...(input.proxyMode === undefined ? {} : { proxyMode: input.proxyMode }),
    ...(input.kindConfig === undefined ? {} : { kindConfig: input.kindConfig }),
  });
  if (!built.ok) {
    const pointer = input.kindConfig === undefined ? '/proxyMode' : '/kindConfig';
    const title = input.kindConfig === undefined ? 'Invalid configuration' : 'Invalid kind configuration';
    return refuse({ status: 400, title, detail: built.error, errors: [{ pointer, detail: built.error }] });
  }
  const { sim } = sandbox;
  // To the second, since a time in an object has no more.
  const byUs = Math.floor(input.startUs / 1_000_000) * 1_000_000 - BOOTED_US;
  for (const [table, key, record] of recordsLater(built.value, byUs)) sim.store.table(table).put(key, record);
  // The world is at rest: what its loading asked the controllers to do is done.
  sim.discardWork();
  sim.initialise({ seed: input.seed >>> 0, startUs: sim.nowUs });
  sandbox.settings.put('settings', { profile: input.profile, clockMode: 'auto' });
  if (input.manifest !== undefined) {
    const applied = runManifests(sandbox, { kind: 'manifests', text: input.manifest });
    if (!applied.answer.ok) return applied;
  }
  return done({ seq: 1 });
}

export function runFork(_sandbox: Sandbox, input: Extract<EntryInput, { kind: 'fork' }>): Outcome {
  return done({ parentId: input.parentId, parentSeq: input.parentSeq });
}
