/**
 * Takes a token of a bucket that holds `burst` of them and gets one every `intervalUs` (Linux:
 * net/netfilter/nft_limit.c). `numbers[slot]` is the moment at which it will be full again; a fresh one is.
 */
export function takeToken(numbers: number[], slot: number, nowUs: number, intervalUs: number, burst: number): boolean {
  const fullAtUs = Math.max(numbers[slot] ?? 0, nowUs) + intervalUs;
  if (fullAtUs - nowUs > burst * intervalUs) return false;
  numbers[slot] = fullAtUs;
  return true;
}
