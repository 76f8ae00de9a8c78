const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];

/**
 * A resource quantity in its canonical text (apimachinery pkg/api/resource/quantity.go):
 * the largest suffix that needs no fraction, so `1000m` becomes `1` and `1024Mi` becomes `1Gi`.
 * `undefined` if it is none.
 */
export function canonicalQuantity(text: string): string | undefined {
  const match = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(n|u|m|k|[MGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.exec(text.trim());
  if (!match) return undefined;
  const [, sign = '', digits = '0', suffix = ''] = match;
  // Exponents and fractions of binary units are rare enough to keep as they are written.
  if (/^[eE]/.test(suffix)) return text.trim();
  if (suffix.endsWith('i')) return digits.includes('.') ? text.trim() : (sign === '-' ? '-' : '') + canonicalBinary(BigInt(digits), suffix);
  return (sign === '-' ? '-' : '') + canonicalDecimal(digits, suffix);
}

function canonicalBinary(amount: bigint, suffix: string): string {
  let index = BINARY.indexOf(suffix);
  while (amount !== 0n && amount % 1024n === 0n && index < BINARY.length - 1) {
    amount /= 1024n;
    index++;
  }
  return amount === 0n ? '0' : `${amount}${BINARY[index]}`;
}

function canonicalDecimal(digits: string, suffix: string): string {
  const [whole = '', fraction = ''] = digits.split('.');
  // In units of 10^-9, the finest that quantities know; what is finer rounds up.
  const exponent = 3 * DECIMAL.indexOf(suffix) - fraction.length;
  let amount = BigInt((whole || '0') + fraction);
  if (exponent >= 0) amount *= 10n ** BigInt(exponent);
  else {
    const divisor = 10n ** BigInt(-exponent);
    amount = (amount + divisor - 1n) / divisor;
  }
  let index = 0;
  while (amount !== 0n && amount % 1000n === 0n && index < DECIMAL.length - 1) {
    amount /= 1000n;
    index++;
  }
  return amount === 0n ? '0' : `${amount}${DECIMAL[index]}`;
}
