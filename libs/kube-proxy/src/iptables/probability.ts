/**
 * The share of one endpoint among `n` as kube-proxy writes it: Go's `%.10f` of 1/n. JavaScript's toFixed
 * breaks ties upward where Go rounds half to even; the only tie is 1/2048.
 */
export function probabilityText(n: number): string {
  const exact = (1 / n).toFixed(20);
  const isTie = exact.endsWith('5000000000');
  const tenthDigitIsEven = '02468'.includes(exact[11]!);
  return isTie && tenthDigitIsEven ? exact.slice(0, 12) : (1 / n).toFixed(10);
}
