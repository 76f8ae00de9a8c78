import fc from 'fast-check';
import { Prng } from './prng.js';

describe('Prng', () => {
  it('gives the published xoshiro128** numbers for the published seed', () => {
    // Reference implementation of Blackman and Vigna with state {1, 2, 3, 4}.
    const prng = new Prng([1, 2, 3, 4]);
    expect([prng.u32(), prng.u32(), prng.u32(), prng.u32(), prng.u32()]).toEqual([11520, 0, 5927040, 70819200, 2031721883]);
  });

  it('keeps its streams from release to release', () => {
    const stream = Prng.derive(7, 'netfilter', 3);
    expect([stream.u32(), stream.u32(), stream.u32()]).toEqual([731100243, 1811089486, 3921189823]);
  });

  it('gives each subsystem and each entry a stream of its own', () => {
    const first = (subsystem: string, seq: number): number => Prng.derive(7, subsystem, seq).u32();
    expect(new Set([first('a', 1), first('b', 1), first('a', 2)]).size).toBe(3);
  });

  it('stays below its bound, and is uniform', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (bound, seed) => {
        const draw = Prng.derive(seed, 'bound', 1).below(bound);
        return Number.isInteger(draw) && draw >= 0 && draw < bound;
      }),
    );
    const prng = Prng.derive(1, 'uniform', 1);
    const counts = Array.from({ length: 6 }, () => 0);
    for (let i = 0; i < 60_000; i++) counts[prng.below(6)]!++;
    const chi2 = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chi2).toBeLessThan(20.5); // 5 degrees of freedom, p = 0.001
  });
});
