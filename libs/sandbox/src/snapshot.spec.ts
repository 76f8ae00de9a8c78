import { ENGINE_VERSION } from './engine-version.js';
import { MIGRATIONS, upgradeSnapshot, type Migration, type Snapshot } from './snapshot.js';

const snapshot = (version: number, records: [string, unknown][]): Snapshot => ({
  format: 1,
  engineVersion: ENGINE_VERSION,
  seq: 3,
  stateHash: '0000000000000000',
  dump: { tables: { 'toy.things': { version, records } } },
});

const STEPS: readonly Migration[] = [
  { table: 'toy.things', from: 1, migrate: (records) => records.map(([key, record]) => [key, { ...record, size: 0 }]) },
  { table: 'toy.things', from: 2, migrate: (records) => records.filter(([key]) => key !== 'obsolete') },
];

describe('upgradeSnapshot', () => {
  it('carries records through every version between', () => {
    const upgraded = upgradeSnapshot(
      snapshot(1, [
        ['a', { n: 1 }],
        ['obsolete', { n: 2 }],
      ]),
      new Map([['toy.things', 3]]),
      STEPS,
    );
    expect(upgraded.ok && upgraded.value.dump.tables['toy.things']).toEqual({ version: 3, records: [['a', { n: 1, size: 0 }]] });
  });

  it('leaves alone what is of this version, and tables that nobody declares any more', () => {
    const same = upgradeSnapshot(snapshot(3, [['a', { n: 1 }]]), new Map([['toy.things', 3]]), STEPS);
    expect(same.ok && same.value.dump.tables['toy.things']!.records).toEqual([['a', { n: 1 }]]);
    expect(upgradeSnapshot(snapshot(7, []), new Map(), STEPS).ok).toBe(true);
  });

  it.each([
    ['a table', snapshot(4, []), 'table toy.things has version 4, this release knows 3: too new'],
    ['an engine', { ...snapshot(3, []), engineVersion: ENGINE_VERSION + 1 }, 'too new'],
    ['a format', { ...snapshot(3, []), format: 2 as never }, 'snapshot format 2 is not known'],
  ])('refuses by name %s that is too new', (_what, input, reason) => {
    const upgraded = upgradeSnapshot(input, new Map([['toy.things', 3]]), STEPS);
    expect(upgraded.ok ? '' : upgraded.error).toContain(reason);
  });

  it('says which step is missing', () => {
    const upgraded = upgradeSnapshot(snapshot(1, []), new Map([['toy.things', 3]]), STEPS.slice(1));
    expect(upgraded).toEqual({ ok: false, error: 'no migration of table toy.things from version 1' });
  });

  it('has migrations without gaps and without two ways', () => {
    const froms = new Map<string, number[]>();
    for (const { table, from } of MIGRATIONS) froms.set(table, [...(froms.get(table) ?? []), from]);
    for (const [table, versions] of froms) expect([table, versions]).toEqual([table, versions.map((_, i) => versions[0]! + i)]);
  });
});
