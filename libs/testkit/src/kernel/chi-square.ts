/** Upper 0.1 % points of the chi-square distribution by degrees of freedom: beyond them, chance is no explanation. */
const CRITICAL: { readonly [degrees: number]: number } = { 1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47, 5: 20.52 };

export interface ChiSquare {
  readonly value: number;
  readonly degrees: number;
  /** Whether the two could well be draws from one distribution. */
  readonly alike: boolean;
}

/** Whether two series of draws come from the same distribution (Pearson's test of homogeneity). */
export function compareDistributions(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): ChiSquare {
  const names = [...new Set([...one.keys(), ...other.keys()])];
  const [all, allOther] = [sum(one), sum(other)];
  let value = 0;
  for (const name of names) {
    const [a, b] = [one.get(name) ?? 0, other.get(name) ?? 0];
    const expected = ((a + b) * all) / (all + allOther);
    const expectedOther = a + b - expected;
    value += (a - expected) ** 2 / expected + (b - expectedOther) ** 2 / expectedOther;
  }
  const degrees = names.length - 1;
  return { value, degrees, alike: degrees === 0 || value <= CRITICAL[degrees]! };
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((total, count) => total + count, 0);

export function countBy<T>(values: readonly T[], name: (value: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(name(value), (counts.get(name(value)) ?? 0) + 1);
  return counts;
}

export const printCounts = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
