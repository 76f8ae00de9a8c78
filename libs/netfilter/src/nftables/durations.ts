const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** `3h`, `1d2h3m4s5ms`; a bare number is seconds. Milliseconds; `undefined` when it is none. */
export function parseDurationMs(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (!parts || text === '') return undefined;
  return UNITS.reduce((sum, [, ms], i) => sum + Number(parts[i + 1] ?? 0) * ms, 0);
}

export function printDuration(durationMs: number): string {
  let rest = durationMs;
  let text = '';
  for (const [unit, ms] of UNITS) {
    const count = Math.floor(rest / ms);
    rest -= count * ms;
    if (count > 0) text += `${count}${unit}`;
  }
  return text || '0s';
}
