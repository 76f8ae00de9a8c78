// Bound once: looked up through a global at every call it costs more than the multiplication itself in some realms.
const { imul } = Math;

/** 64 bits as two unsigned 32-bit lanes: JavaScript has no cheap 64-bit integer. */
export interface Hash64 {
  readonly hi: number;
  readonly lo: number;
}

/** Where a hash starts when nothing went before. */
const START: Hash64 = { hi: 0x9747b28c, lo: 0x2f0b4c47 };

/**
 * MurmurHash3-style, over the UTF-16 code units of `text`: two lanes take turns, and the second drinks from the
 * first. `from` goes on from another hash, which is cheaper than putting two texts together.
 */
export function hash64(text: string, from: Hash64 = START): Hash64 {
  let a = from.hi | 0;
  let b = from.lo | 0;
  const { length } = text;
  let i = 0;
  for (; i + 1 < length; i += 2) {
    a = imul(a ^ text.charCodeAt(i), 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = imul(b ^ text.charCodeAt(i + 1), 0x1b873593);
    b = (((b << 13) | (b >>> 19)) + a) | 0;
  }
  if (i < length) {
    a = imul(a ^ text.charCodeAt(i), 0xcc9e2d51);
    b = (b + ((a << 15) | (a >>> 17))) | 0;
  }
  // Crossed, so that a unit which only one lane saw reaches both results.
  return { hi: mix32(a ^ length ^ imul(b, 0xe6546b64)), lo: mix32(b ^ imul(a, 0x1b56c4e9)) };
}

/** MurmurHash3's finaliser: every input bit reaches every output bit. */
export function mix32(value: number): number {
  let h = value | 0;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const hashText = (hash: Hash64): string => hash.hi.toString(16).padStart(8, '0') + hash.lo.toString(16).padStart(8, '0');
