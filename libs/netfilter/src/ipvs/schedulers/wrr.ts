import { endpointName } from '../names.js';
import type { Destination } from '../types.js';
import { fromLast, takesConnections, type Scheduler } from './scheduler.js';

/** Weighted round robin (Linux: ip_vs_wrr.c): a round for each step of the weight, from the heaviest down. */
export const wrr: Scheduler = {
  schedule(scheduling) {
    const { destinations, memory } = scheduling;
    const { step, most } = steps(destinations);
    if (!destinations.some((each) => takesConnections(scheduling, each))) return undefined;
    let wanted = memory.currentWeight ?? most;
    // The rest of this round, then whole rounds, each asking for less; the last of them takes anybody.
    const position = destinations.findIndex((each) => endpointName(each) === memory.last);
    let round: readonly Destination[] = position < 0 ? fromLast(scheduling) : destinations.slice(position + 1);
    for (;;) {
      const destination = round.find((each) => each.weight >= wanted && takesConnections(scheduling, each));
      if (destination) {
        memory.last = endpointName(destination);
        memory.currentWeight = wanted;
        return { destination, why: `it is its turn among those with a weight of ${wanted} and more; its own is ${destination.weight}` };
      }
      wanted -= step;
      if (wanted <= 0) wanted = most;
      round = destinations;
    }
  },

  destinationsChanged(memory, _before, after) {
    const { step, most } = steps(after);
    delete memory.last;
    const wanted = memory.currentWeight ?? 0;
    if (wanted > most || wanted === 0) memory.currentWeight = most;
    else if (step > 1) memory.currentWeight = Math.floor(wanted / step) * step + 1;
  },
};

/** Weights go down by their greatest common divisor; `most` is where they start. */
function steps(destinations: readonly Destination[]): { readonly step: number; readonly most: number } {
  const weights = destinations.map(({ weight }) => weight).filter((weight) => weight > 0);
  const step = weights.reduce(greatestCommonDivisor, 0) || 1;
  return { step, most: Math.max(0, ...weights) - (step - 1) };
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
