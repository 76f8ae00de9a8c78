// Bound once: looked up through a global at every call it costs more than the multiplication itself in some realms.
const { imul } = Math;

/** 64 bits as two unsigned 32-bit lanes: JavaScript has no cheap 64-bit integer. */
export interface Hash64 {
  readonly hi: number;
  readonly lo: number;
}

/** Two independent MurmurHash3-style lanes over the UTF-16 code units of `text`. */
export function hash64(text: string): Hash64 {
  let a = 0x9747b28c;
  let b = 0x2f0b4c47;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = imul(a ^ unit, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = imul(b ^ unit, 0x1b873593);
    b = (b << 13) | (b >>> 19);
    b = (b + a) | 0;
  }
  return { hi: mix32(a ^ text.length), lo: mix32(b ^ text.length) };
}

/** MurmurHash3's finaliser: every input bit reaches every output bit. */
export function mix32(value: number): number {
  let h = value | 0;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const hashText = (hash: Hash64): string => hash.hi.toString(16).padStart(8, '0') + hash.lo.toString(16).padStart(8, '0');
