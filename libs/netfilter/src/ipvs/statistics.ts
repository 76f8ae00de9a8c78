import type { Statistics, Totals } from './types.js';

/** How often the kernel brings its averages up to date (`IPVS_EST_TICK`). */
const INTERVAL_US = 2_000_000;

/** After so many quiet intervals nothing is left of an average. */
const MOST_INTERVALS = 120;

/** Left shift of what two seconds brought, and right shift that makes it "per second" again: ip_vs_est.c. */
const SCALES: readonly (readonly [left: number, right: number])[] = [
  [9, 10],
  [9, 10],
  [9, 10],
  [4, 5],
  [4, 5],
];

const none = (): Totals => [0, 0, 0, 0, 0];

export const newStatistics = (nowUs: number): Statistics => ({
  totals: none(),
  estimatedUs: nowUs,
  estimatedTotals: none(),
  averages: none(),
});

/** Adds to the counters; what earlier intervals brought is averaged first. */
export function count(statistics: Statistics, nowUs: number, added: Partial<Record<0 | 1 | 2 | 3 | 4, number>>): void {
  if (nowUs >= statistics.estimatedUs + INTERVAL_US) Object.assign(statistics, estimated(statistics, nowUs));
  for (const i of [0, 1, 2, 3, 4] as const) statistics.totals[i] += added[i] ?? 0;
}

/** `ip_vs_zero_stats`: the averages stay. */
export function zero(statistics: Statistics): void {
  statistics.totals = none();
  statistics.estimatedTotals = none();
}

/** Per second, rounded as the kernel rounds. Changes nothing. */
export function rates(statistics: Readonly<Statistics>, nowUs: number): Totals {
  const { averages } = estimated(statistics, nowUs);
  return averages.map((average, i) => Math.floor((average + 2 ** (SCALES[i]![1] - 1) - 1) / 2 ** SCALES[i]![1])) as Totals;
}

/** The averages as they are by now: each interval moves them a quarter of the way to what it brought. */
function estimated(statistics: Readonly<Statistics>, nowUs: number): Pick<Statistics, 'estimatedUs' | 'estimatedTotals' | 'averages'> {
  const { totals, estimatedTotals } = statistics;
  const intervals = Math.floor((nowUs - statistics.estimatedUs) / INTERVAL_US);
  if (intervals <= 0) return statistics;
  const averages = statistics.averages.map((average, i) => {
    let moved = average;
    for (let turn = 0; turn < Math.min(intervals, MOST_INTERVALS); turn++) {
      // All that has come since the last look came in the interval after it.
      const brought = turn === 0 ? (totals[i]! - estimatedTotals[i]!) * 2 ** SCALES[i]![0] : 0;
      moved += Math.floor((brought - moved) / 4);
    }
    return moved;
  }) as Totals;
  return { estimatedUs: statistics.estimatedUs + intervals * INTERVAL_US, estimatedTotals: [...totals], averages };
}
