import { endpointName } from '../names.js';
import type { Destination } from '../types.js';
import { fromLast, takesConnections, type Scheduler } from './scheduler.js';

/** Round robin (Linux: ip_vs_rr.c): each in turn. */
export const rr: Scheduler = {
  schedule(scheduling) {
    const { memory } = scheduling;
    const destination = fromLast(scheduling).find((each) => takesConnections(scheduling, each));
    if (!destination) return undefined;
    const why = memory.last === undefined ? 'it stands first in the list' : `it is its turn after ${memory.last}`;
    memory.last = endpointName(destination);
    return { destination, why };
  },

  /** When the one chosen last is gone, its predecessor takes its place. */
  destinationsChanged(memory, before, after) {
    const has = (list: readonly Destination[], name: string): number => list.findIndex((each) => endpointName(each) === name);
    if (memory.last === undefined || has(after, memory.last) >= 0) return;
    const predecessor = before[has(before, memory.last) - 1];
    if (predecessor) memory.last = endpointName(predecessor);
    else delete memory.last;
  },
};
