/** Randomness of the datapath that decides nothing but fractions of a millisecond. */
export interface Jitter {
  /** A whole number in 0 … bound − 1. */
  below(bound: number): number;
}

/** What one crossing of a cable and of a kernel's stack costs. */
const CABLE_US = 24;
const CABLE_JITTER_US = 24;

/** The longest that a crossing takes. */
export const MOST_CABLE_US = CABLE_US + CABLE_JITTER_US;

export const cableUs = (jitter: Jitter): number => CABLE_US + jitter.below(CABLE_JITTER_US);
