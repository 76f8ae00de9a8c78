/** Small arithmetic over measurements, and a table for people. Times in milliseconds. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;

export interface Figure {
  readonly what: string;
  readonly measured: string;
  /** The goal, and whether this run met it; absent for figures that have none. */
  readonly goal?: { readonly text: string; readonly met: boolean };
}

export function printFigures(figures: readonly Figure[]): void {
  for (const { what, measured, goal } of figures) {
    console.log(`${what}\n    ${measured}${goal ? `   goal ${goal.text}: ${goal.met ? 'met' : 'MISSED'}` : ''}`);
  }
}
