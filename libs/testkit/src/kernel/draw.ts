import { Prng } from '@svclab/sim';

/** Draws for generators: one seed, one sequence. */
export class Draw {
  readonly prng: Prng;

  constructor(seed: number, purpose: string) {
    this.prng = Prng.derive(seed, purpose, 0);
  }

  /** An integer in `low … high`. */
  integer(low: number, high: number): number {
    return low + this.prng.below(high - low + 1);
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.prng.below(times) === 0;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.prng.below(values.length)]!;
  }

  /** `count` different ones, or all. */
  sample<T>(values: readonly T[], count: number): T[] {
    const rest = [...values];
    return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(this.prng.below(rest.length), 1)[0]!);
  }
}
