/**
 * Which of `count` addresses a client gets: a hash of its own address and, unless it shall keep one for all
 * destinations, of the other end's (Linux: net/netfilter/nf_nat_core.c, `find_best_ips_proto`, over `jhash2`
 * of include/linux/jhash.h). The kernel keys it with no secret, so the choice is the same on every machine.
 */
export function chooseByHash(source: number, destination: number | undefined, count: number): number {
  const hash = hashAddress(networkOrder(source), destination === undefined ? 0 : networkOrder(destination));
  return Math.floor((hash * count) / 2 ** 32);
}

/** Linux: `JHASH_INITVAL`. */
const INITIAL = 0xdeadbeef;
/** An IPv4 address fills one of the four words that both families share; the others are 0. */
const HASHED_BYTES = 16;

function hashAddress(word: number, seed: number): number {
  let a = (INITIAL + HASHED_BYTES + seed) | 0;
  let b = a;
  let c = a;
  a = (a + word) | 0;
  // __jhash_mix
  a = ((a - c) | 0) ^ rotate(c, 4);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 6);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 8);
  b = (b + a) | 0;
  a = ((a - c) | 0) ^ rotate(c, 16);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 19);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 4);
  b = (b + a) | 0;
  // __jhash_final
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** The word that a little-endian machine reads where the address lies in network order. */
const networkOrder = (address: number): number =>
  ((address << 24) | ((address & 0xff00) << 8) | ((address >>> 8) & 0xff00) | (address >>> 24)) >>> 0;
