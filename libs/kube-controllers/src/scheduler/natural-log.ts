/**
 * The natural logarithm of a positive number by arithmetic alone: the logarithms of JavaScript engines differ in their last digits,
 * and a score must not. Halves until the number is between 1 and 2, then sums 2·artanh((m−1)/(m+1)).
 */
export function naturalLog(value: number): number {
  let mantissa = value;
  let halvings = 0;
  for (; mantissa >= 2; mantissa /= 2) halvings++;
  const ratio = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  let power = ratio;
  for (let n = 1; n < 60; n += 2) {
    sum += power / n;
    power *= ratio * ratio;
  }
  return halvings * Math.LN2 + 2 * sum;
}
