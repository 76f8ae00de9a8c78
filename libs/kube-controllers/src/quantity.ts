const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Readonly<Record<string, number>> = { n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };

/** A resource quantity (`100m`, `128Mi`, `8`) as a number; 0 when there is none. */
export function quantityValue(text: string | number | undefined): number {
  if (text === undefined) return 0;
  const match = /^([+-]?[\d.]+)([a-zA-Z]*)$/.exec(String(text));
  if (!match) return 0;
  const [, digits = '0', suffix = ''] = match;
  const binary = BINARY.indexOf(suffix);
  return Number(digits) * (binary < 0 ? (DECIMAL[suffix] ?? 1) : 1024 ** (binary + 1));
}

/** The same in thousandths, rounded up: CPU. */
export const milliValue = (text: string | number | undefined): number => Math.ceil(Math.round(quantityValue(text) * 1e6) / 1e3);
