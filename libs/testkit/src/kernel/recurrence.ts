import type { Difference } from './compare.js';

/** How often a comparison that differed is made again. */
export const TURNS_AGAIN = 8;

/** What one turn of a comparison found. */
export interface Turn {
  readonly differences: readonly Difference[];
}

export interface Verdict<T extends Turn> {
  /** The turn to report: the first, or that in which a difference showed again. */
  readonly turn: T;
  /** Whether its differences count. */
  readonly differs: boolean;
  /** Seen once and in no turn after; told, not counted. */
  readonly passing: readonly Difference[];
}

/**
 * A busy machine delays a packet now and then, and both kernels draw ports of their own: one difference alone proves
 * nothing. Asking again until there is none would hide every fault that shows by chance. So a difference counts when
 * the same thing differs again in any of eight further turns, each with draws of its own: a fault that shows in every
 * third turn is found with 96 %, one that shows in every tenth with 57 %, and one that always shows is found at once.
 */
export async function whatRecurs<T extends Turn>(take: (turn: number) => Promise<T>): Promise<Verdict<T>> {
  const first = await take(1);
  if (first.differences.length === 0) return { turn: first, differs: false, passing: [] };
  const seen = new Map(first.differences.map((difference) => [difference.what, difference]));
  for (let number = 2; number <= 1 + TURNS_AGAIN; number++) {
    const turn = await take(number);
    if (turn.differences.some(({ what }) => seen.has(what))) return { turn, differs: true, passing: [] };
    for (const difference of turn.differences) seen.set(difference.what, difference);
  }
  return { turn: first, differs: false, passing: [...seen.values()] };
}
