import { describeLoad, leastLoaded, overhead, takesConnections, type Load, type Scheduler } from './scheduler.js';

/** Least connections (Linux: ip_vs_lc.c): weights only tell who takes none. */
export const lc: Scheduler = {
  schedule(scheduling) {
    const destination = leastLoaded(scheduling, overhead, true);
    return destination && { destination, why: `it has the fewest: ${describeLoad(scheduling.load(destination))}` };
  },
};

/** Weighted least connections (Linux: ip_vs_wlc.c), what `ipvsadm` takes when nobody says otherwise. */
export const wlc: Scheduler = {
  schedule(scheduling) {
    const destination = leastLoaded(scheduling, overhead);
    return destination && { destination, why: `it has the fewest for its weight: ${describeLoad(scheduling.load(destination))}` };
  },
};

/** The connection to come counts already. */
const expected = ({ active }: Load): number => active + 1;

/** Shortest expected delay (Linux: ip_vs_sed.c). */
export const sed: Scheduler = {
  schedule(scheduling) {
    const destination = leastLoaded(scheduling, expected);
    if (!destination) return undefined;
    const { active } = scheduling.load(destination);
    return { destination, why: `its delay would be the shortest: ${active} active connections and this one, weight ${destination.weight}` };
  },
};

/** Never queue (Linux: ip_vs_nq.c): an idle one first, else as `sed`. */
export const nq: Scheduler = {
  schedule(scheduling) {
    const idle = scheduling.destinations.find((each) => takesConnections(scheduling, each) && scheduling.load(each).active === 0);
    return idle ? { destination: idle, why: 'it has no active connection' } : sed.schedule(scheduling);
  },
};
