import { isStale, NOTHING, reduceSandbox, type SandboxChange, type SandboxState } from './sandbox-state.js';
import { retryDelayMs } from './retry.js';
import { scopeOf } from './scope.js';
import { mayLead } from './tabs.js';

const TIME = '2024-09-28T00:00:00.000Z';
const rules = { stateHash: '', rules: [] };
const hello = (seq: number, log = 1): SandboxChange => ({
  type: 'event',
  event: { event: 'hello', data: { log, seq, virtualTime: TIME, clockMode: 'auto' } },
});
const entry = (seq: number, event: 'entry' | 'reset' = 'entry'): SandboxChange => ({
  type: 'event',
  event: { event, data: { log: event === 'reset' ? 2 : 1, seq, kind: 'exec', virtualTime: TIME, ...rules } },
});
const MADE: SandboxChange = { type: 'made', id: 'a', seq: 1, virtualTime: TIME };
const QUOTA = { type: '', title: 'Log full', status: 507, detail: 'full', instance: '' };
const after = (...changes: SandboxChange[]): SandboxState => changes.reduce(reduceSandbox, NOTHING);
const run = (seq: number, log = 1, sandboxId = 'a') => ({ seq, log, sandboxId });

describe('the sandbox of a page', () => {
  it('is made, and follows its entries', () => {
    expect(after({ type: 'making' })).toMatchObject({ status: 'making' });
    expect(after(MADE, entry(2), entry(3))).toMatchObject({ status: 'ready', connection: 'connected', seq: 3 });
    expect(after(MADE, entry(3), { type: 'seen', seq: 2, virtualTime: TIME }).seq).toBe(3);
  });

  it('is not made where the server refuses, and says why', () => {
    expect(after({ type: 'making' }, { type: 'refused', problem: QUOTA })).toMatchObject({ status: 'none', quota: QUOTA });
    expect(after(MADE, { type: 'refused', problem: QUOTA })).toMatchObject({ status: 'ready', quota: QUOTA });
    expect(after(MADE, { type: 'refused', problem: QUOTA }, entry(1, 'reset')).quota).toBeUndefined();
  });

  it('keeps what is seen while the server is away', () => {
    expect(after(MADE, entry(14), { type: 'lost' })).toMatchObject({ status: 'ready', connection: 'lost', seq: 14 });
    expect(after(MADE, entry(14), { type: 'lost' }, hello(14))).toMatchObject({ connection: 'connected', seq: 14, log: 1 });
  });

  it('notices that it was started over, while it listened or not', () => {
    expect(after(MADE, entry(9), entry(1, 'reset'))).toMatchObject({ seq: 1, log: 2 });
    expect(after(MADE, entry(9), { type: 'lost' }, hello(2, 2))).toMatchObject({ seq: 2, log: 2, connection: 'connected' });
  });

  it('is not mistaken by a greeting that comes late', () => {
    expect(after(MADE, { type: 'seen', seq: 2, virtualTime: TIME }, hello(1))).toMatchObject({ seq: 2, log: 1 });
  });

  it('is found again after a reload with what was undone', () => {
    const { log, undone, seq } = after(MADE, entry(6), { type: 'undone', toSeq: 3, seq: 7 });
    expect(after({ type: 'found', id: 'a', remembered: { log, undone, seq } })).toMatchObject({ status: 'ready', seq: 6, undone });
  });
});

describe('a run is stale', () => {
  const undone = after(MADE, entry(6), { type: 'undone', toSeq: 3, seq: 7 }, entry(8));

  it.each([
    ['not when it came before what was undone', undone, run(3), false],
    ['when it was undone itself', undone, run(4), true],
    ['when something before it was undone', undone, run(6), true],
    ['not when it came after the undo', undone, run(8), false],
    ['when the log was started over', after(MADE, entry(6), entry(1, 'reset')), run(4), true],
    ['when it was made in another sandbox', undone, run(3, 1, 'b'), true],
    ['when its sandbox is gone', after(MADE, entry(6), { type: 'gone' }), run(4), true],
  ])('%s', (_, state, made, expected) => {
    expect(isStale(state, made)).toBe(expected);
  });

  it('once, however often the undo is told', () => {
    const twice = reduceSandbox(undone, { type: 'undone', toSeq: 3, seq: 7 });
    expect(twice.undone).toHaveLength(1);
  });
});

it('retries after 1 s, and not more rarely than every 30 s', () => {
  expect([1, 2, 3, 4, 5, 6, 20].map(retryDelayMs)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

it('lets one tab lead, and another when that one has fallen silent', () => {
  expect(mayLead(undefined, 'a', 0)).toBe(true);
  expect(mayLead({ tab: 'b', untilMs: 3000 }, 'a', 2999)).toBe(false);
  expect(mayLead({ tab: 'b', untilMs: 3000 }, 'b', 2999)).toBe(true);
  expect(mayLead({ tab: 'b', untilMs: 3000 }, 'a', 3000)).toBe(true);
});

it('gives a page one sandbox in all languages', () => {
  expect(scopeOf('/guide/clusterip', '/')).toBe('guide/clusterip');
  expect(scopeOf('/ko/guide/clusterip/', '/ko/')).toBe('guide/clusterip');
  expect([scopeOf('/', '/'), scopeOf('/ko/', '/ko/'), scopeOf('/ko', '/ko/')]).toEqual(['home', 'home', 'home']);
});
