import { assert, type Result, type StoreDump } from '@svclab/sim';
import { boot, BOOTED_US, bootedWorld, recordsLater } from './booted-world.js';

const unwrap = (booted: Result<StoreDump, string>): StoreDump => {
  assert(booted.ok, 'it boots');
  return booted.value;
};

type Records = readonly (readonly [string, string, object])[];
const byPlace = (records: Records): ReadonlyMap<string, object> =>
  new Map(records.map(([table, key, record]) => [`${table} ${key}`, record]));

describe('a world that is moved in time', () => {
  test.each([
    ['kind', undefined, '1999-12-31T23:59:30Z'],
    ['kind', 'ipvs', '2026-11-25T07:15:00Z'],
    ['kind', 'nftables', '2032-02-29T00:00:31Z'],
    ['empty', undefined, '2026-11-25T07:15:00Z'],
  ] as const)('%s, mode %s: is the world that is booted at %s', (profile, proxyMode, time) => {
    const options = { profile, ...(proxyMode ? { proxyMode } : {}) };
    const nowUs = Date.parse(time) * 1000;
    const moved = byPlace([...recordsLater(unwrap(bootedWorld(options)), nowUs - BOOTED_US)]);
    const booted = byPlace([...recordsLater(unwrap(boot(options, nowUs)), 0)]);
    expect([...moved.keys()].toSorted()).toEqual([...booted.keys()].toSorted());
    for (const [place, record] of booted) expect([place, moved.get(place)]).toEqual([place, record]);
  });

  test('a configuration that cannot be is refused each time', () => {
    for (const _ of [1, 2]) expect(bootedWorld({ profile: 'kind', kindConfig: 'kind: Sheep' })).toMatchObject({ ok: false });
  });
});
