import { hash64, mix32 } from './hash.js';

const { imul } = Math;

/**
 * xoshiro128**, by Blackman and Vigna (public domain): integers only, so that one
 * seed gives the same numbers on every machine and in every later release.
 * Pinned by the vectors in `prng.spec.ts`.
 */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#d] = seed;
    if (!(this.#a | this.#b | this.#c | this.#d)) this.#a = 1;
  }

  /** A stream of its own for each (seed, subsystem, seq): draws of one never shift another's. */
  static derive(seed: number, subsystem: string, seq: number): Prng {
    const { hi, lo } = hash64(`${seed}\0${subsystem}\0${seq}`);
    return new Prng([hi, lo, mix32(hi + 0x9e3779b9), mix32(lo + 0x9e3779b9)]);
  }

  /** An integer in 0 … 2³² − 1. */
  u32(): number {
    const scrambled = imul(this.#b, 5);
    const result = imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** A uniform integer in 0 … bound − 1 (bound ≤ 2³²); rejection keeps it unbiased. */
  below(bound: number): number {
    const limit = 0x100000000 - (0x100000000 % bound);
    for (;;) {
      const draw = this.u32();
      if (draw < limit) return draw % bound;
    }
  }

  /** `length` characters of `alphabet`. */
  text(length: number, alphabet: string): string {
    let text = '';
    for (let i = 0; i < length; i++) text += alphabet[this.below(alphabet.length)];
    return text;
  }

  /** `length` lower-case hexadecimal digits, eight from each draw. */
  hex(length: number): string {
    let text = '';
    while (text.length < length) text += this.u32().toString(16).padStart(8, '0');
    return text.slice(0, length);
  }
}
