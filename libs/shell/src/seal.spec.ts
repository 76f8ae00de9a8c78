import { sealed } from './seal.js';

const world = { nowMs: () => 1_000, random: () => 0.25 };

test('clock, chance, zone and collation are the sandbox’s, and only meanwhile', async () => {
  const host = [Date, Math.random, String.prototype.localeCompare];
  await sealed(world, async () => {
    expect([Date.now(), new Date().getTime(), Math.random()]).toEqual([1_000, 1_000, 0.25]);
    expect(new Date(0).getHours()).toBe(0);
    expect(new Date(2024, 0, 2, 3).toISOString()).toBe('2024-01-02T03:00:00.000Z');
    expect(new Date('2024-01-02 03:04').toISOString()).toBe('2024-01-02T03:04:00.000Z');
    expect(new Date('2024-01-02T03:04:00+09:00').toISOString()).toBe('2024-01-01T18:04:00.000Z');
    expect(['b', 'é', 'A', 'a', 'B'].toSorted((a, b) => a.localeCompare(b))).toEqual(['A', 'B', 'a', 'b', 'é']);
  });
  expect([Date, Math.random, String.prototype.localeCompare]).toEqual(host);
});

test('is lifted after a failure, and never nests', async () => {
  const host = Date;
  await expect(sealed(world, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(sealed(world, () => sealed(world, async () => undefined))).rejects.toThrow('two sealed computations at once');
  expect(Date).toBe(host);
});
