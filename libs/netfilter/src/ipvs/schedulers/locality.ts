import { endpointName } from '../names.js';
import type { Destination } from '../types.js';
import { wlc } from './least-connections.js';
import { takesConnections, overhead, type Scheduler, type Scheduling } from './scheduler.js';

/** Once in so long the busiest of several real servers leaves an address (`sysctl_lblcr_expiration`: a day). */
const SHRINK_AFTER_US = 86_400_000_000;

/** More connections than its weight, while another has less than half its own. */
function isTooBusy({ destinations, load }: Scheduling, destination: Destination): boolean {
  return load(destination).active > destination.weight && destinations.some((each) => load(each).active * 2 < each.weight);
}

const named = ({ destinations }: Scheduling, name: string): Destination | undefined =>
  destinations.find((destination) => endpointName(destination) === name);

/** Locality-based least connections (Linux: ip_vs_lblc.c): an address keeps its real server until that is too busy. */
// Simplification: an address without traffic keeps its real server; the kernel forgets it after a day.
export const lblc: Scheduler = {
  schedule(scheduling) {
    const { memory } = scheduling;
    const [name] = memory.servers ?? [];
    const known = name === undefined ? undefined : named(scheduling, name);
    if (known && takesConnections(scheduling, known) && !isTooBusy(scheduling, known)) {
      return { destination: known, why: 'it serves this address already' };
    }
    const choice = wlc.schedule(scheduling);
    if (choice) memory.servers = [endpointName(choice.destination)];
    return choice;
  },
};

/** The same with replication (Linux: ip_vs_lblcr.c): an address that is too much for one gets more of them. */
export const lblcr: Scheduler = {
  schedule(scheduling) {
    const { memory, nowUs, load } = scheduling;
    const known = (memory.servers ?? []).flatMap((name) => named(scheduling, name) ?? []);
    const own = wlc.schedule({ ...scheduling, destinations: known });
    if (known.length > 1 && nowUs > (memory.changedUs ?? 0) + SHRINK_AFTER_US) {
      const busiest = known.reduce((most, each) => (overhead(load(each)) * most.weight > overhead(load(most)) * each.weight ? each : most));
      memory.servers = memory.servers!.filter((name) => name !== endpointName(busiest));
      memory.changedUs = nowUs;
    }
    if (own && !isTooBusy(scheduling, own.destination)) {
      return { destination: own.destination, why: `it serves this address already, and ${own.why}` };
    }
    const choice = wlc.schedule(scheduling);
    if (!choice) return undefined;
    const name = endpointName(choice.destination);
    if (!memory.servers?.includes(name)) {
      memory.servers = [...(memory.servers ?? []), name];
      memory.changedUs = nowUs;
    }
    return choice;
  },
};
