/** Observations counted by upper bound, as a Prometheus histogram holds them. Plain JSON. */
export interface Histogram {
  /** Observations at or below the bound of the same index, and above the one before. The last one counts what is above all. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Bounds of kube-proxy's sync durations, seconds: 1 ms, doubling (pkg/proxy/metrics/metrics.go). */
export const SYNC_DURATION_BOUNDS: readonly number[] = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);

export const emptyHistogram = (bounds: readonly number[]): Histogram => ({
  counts: Array.from({ length: bounds.length + 1 }, () => 0),
  sum: 0,
});

export function observe(histogram: Histogram, bounds: readonly number[], value: number): Histogram {
  const found = bounds.findIndex((bound) => value <= bound);
  const index = found < 0 ? bounds.length : found;
  return { counts: histogram.counts.map((count, i) => (i === index ? count + 1 : count)), sum: histogram.sum + value };
}

/** The lines of one histogram in the Prometheus text format, without its HELP and TYPE. */
export function histogramLines(name: string, { counts, sum }: Histogram, bounds: readonly number[]): string[] {
  let total = 0;
  const buckets = counts.map((count, i) => {
    total += count;
    return `${name}_bucket{le="${i < bounds.length ? bounds[i] : '+Inf'}"} ${total}`;
  });
  return [...buckets, `${name}_sum ${sum}`, `${name}_count ${total}`];
}
