import fc from 'fast-check';
import { hash64, hashText } from './hash.js';

describe('hash64', () => {
  it('tells apart what differs in one place, and spreads over both lanes', () => {
    const seen = new Set<string>();
    const lanes = [new Set<number>(), new Set<number>()];
    for (let i = 0; i < 20_000; i++) {
      const hash = hash64(`{"n":${i},"name":"pod-${i % 7}"}`);
      seen.add(hashText(hash));
      lanes[0]!.add(hash.hi);
      lanes[1]!.add(hash.lo);
    }
    expect(seen.size).toBe(20_000);
    // Birthday paradox: about 0.05 clashes are expected in a lane of 32 bits.
    for (const lane of lanes) expect(lane.size).toBeGreaterThanOrEqual(19_997);
  });

  it('changes about half of all bits with any one', () => {
    let flipped = 0;
    for (let i = 0; i < 1000; i++) {
      const a = hash64(`record ${i} ${'x'.repeat(i % 9)}a`);
      const b = hash64(`record ${i} ${'x'.repeat(i % 9)}b`);
      for (let bits = a.hi ^ b.hi; bits; bits &= bits - 1) flipped++;
      for (let bits = a.lo ^ b.lo; bits; bits &= bits - 1) flipped++;
    }
    expect(flipped / 64_000).toBeGreaterThan(0.45);
    expect(flipped / 64_000).toBeLessThan(0.55);
  });

  it('depends on where it goes on from, and on nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, text) => {
        fc.pre(a !== b);
        return hashText(hash64(text, hash64(a))) !== hashText(hash64(text, hash64(b))) && hashText(hash64(text)) === hashText(hash64(text));
      }),
    );
  });
});
