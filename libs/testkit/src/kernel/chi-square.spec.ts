import { compareDistributions, countBy, printCounts } from './chi-square.js';

const counts = (...values: number[]): Map<string, number> => new Map(values.map((value, i) => [`pod${i}`, value]));

describe('two series of draws', () => {
  test('that chance explains are alike', () => {
    expect(compareDistributions(counts(342, 337, 321), counts(330, 335, 335))).toMatchObject({ degrees: 2, alike: true });
    expect(compareDistributions(counts(100), counts(90))).toMatchObject({ degrees: 0, alike: true });
  });

  test('that it does not are not', () => {
    expect(compareDistributions(counts(500, 250, 250), counts(333, 333, 334)).alike).toBe(false);
    expect(compareDistributions(counts(50, 50), counts(100)).alike).toBe(false);
  });

  test('the value is Pearson’s', () => {
    // 2 × 2 table 10 20 / 30 40: 100 (10·40 − 20·30)² ÷ (30·70·40·60).
    expect(compareDistributions(counts(10, 20), counts(30, 40)).value).toBeCloseTo(0.7937, 4);
  });

  test('are counted and printed by name', () => {
    expect(printCounts(countBy(['b', 'a', 'b'], (name) => name))).toBe('a 1, b 2');
  });
});
