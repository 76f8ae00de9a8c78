const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000001 };

/** Milliseconds of a Go duration such as `1s`, `24h0m0s`, `-2s` or `1.5ms`; `undefined` when the text is none (time.ParseDuration). */
export function parseGoDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^[-+]?(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)) totalMs += Number(amount) * UNIT_MS[unit!]!;
  return text.startsWith('-') ? -totalMs : totalMs;
}
