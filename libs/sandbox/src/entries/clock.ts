import type { ClockInput, EntryInput } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { done, refuse, settle, type Outcome } from './outcome.js';

/** Longest step of virtual time in one entry: a year. */
const MAX_ADVANCE_SECONDS = 31_536_000;

export function runClock(sandbox: Sandbox, input: ClockInput): Outcome {
  const { sim } = sandbox;
  const seconds = input.advanceSeconds ?? 0;
  if (!(seconds >= 0 && seconds <= MAX_ADVANCE_SECONDS)) {
    const detail = `must be between 0 and ${MAX_ADVANCE_SECONDS}`;
    return refuse({
      status: 400,
      title: 'Invalid clock step',
      detail: `advanceSeconds ${detail}`,
      errors: [{ pointer: '/advanceSeconds', detail }],
    });
  }
  const settings = sandbox.settings.get('settings')!;
  if (input.mode && input.mode !== settings.clockMode) sandbox.settings.put('settings', { ...settings, clockMode: input.mode });
  const before = sandbox.world.expiring();
  const startUs = sim.nowUs;
  if (seconds) sim.advance(Math.round(seconds * 1e6));
  if (input.step) {
    const next = sim.timers.earliest();
    if (next !== undefined) sim.advanceTo(sim.timers.get(next)!.dueUs);
  }
  sim.drainWork();
  const after = sandbox.world.expiring();
  return done({
    virtualTime: new Date(sim.nowUs / 1000).toISOString(),
    advancedMs: (sim.nowUs - startUs) / 1000,
    mode: input.mode ?? settings.clockMode,
    expired: { conntrack: Math.max(0, before.conntrack - after.conntrack), recent: Math.max(0, before.recent - after.recent) },
  });
}

/**
 * Time that passed in the real world while somebody was watching. With `settle` the last watcher has gone, and what was
 * still moving comes to rest at once. The answer's `resting`: nothing but periodic timers is left.
 */
export function runTick(sandbox: Sandbox, input: Extract<EntryInput, { kind: 'tick' }>): Outcome {
  sandbox.sim.advance(Math.round(input.advanceMs * 1000));
  if (input.settle) settle(sandbox);
  return done({ advancedMs: input.advanceMs, resting: sandbox.sim.timers.earliest(false) === undefined });
}
