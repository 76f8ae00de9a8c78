import { formatAddress, type Address } from '@svclab/wire';
import type { Destination } from '../types.js';
import { BUCKETS, bucketOf, takesConnections, type Choice, type Scheduler, type Scheduling } from './scheduler.js';

/** The buckets are dealt out along the list of real servers, `share` to each in turn. */
function ownerOf(
  destinations: readonly Destination[],
  bucket: number,
  share: (destination: Destination) => number,
): Destination | undefined {
  if (destinations.length === 0) return undefined;
  let position = 0;
  for (let first = 0; ; position = (position + 1) % destinations.length) {
    const destination = destinations[position]!;
    first += share(destination);
    if (first > bucket) return destination;
  }
}

const bits = (address: Address): number => (typeof address === 'number' ? address : 0);

function chosen(scheduling: Scheduling, destination: Destination | undefined, what: string): Choice | undefined {
  if (!destination || !takesConnections(scheduling, destination)) return undefined;
  return { destination, why: `the hash of ${what} falls into a bucket of its own` };
}

/** Destination hashing (Linux: ip_vs_dh.c): an address of a service always has the same real server. */
export const dh: Scheduler = {
  schedule(scheduling) {
    const { destinations, packet } = scheduling;
    const destination = ownerOf(destinations, bucketOf(bits(packet.dst)), () => 1);
    return chosen(scheduling, destination, `the destination ${formatAddress(packet.dst)}`);
  },
};

/** What `sh-fallback` and `sh-port` are to the kernel. */
const FALL_BACK = 'flag-1';
const HASH_PORT = 'flag-2';

/** A real server of weight 0 has one bucket as well, and takes nobody who falls into it. */
const weight = ({ weight: own }: Destination): number => Math.max(1, own);

/** Source hashing (Linux: ip_vs_sh.c): a client always has the same real server. */
export const sh: Scheduler = {
  schedule(scheduling) {
    const { destinations, packet, flags } = scheduling;
    const port = flags.includes(HASH_PORT) ? packet.sport : 0;
    const home = bucketOf((port + bits(packet.src)) >>> 0);
    const what = `the client ${formatAddress(packet.src)}${port === 0 ? '' : `, port ${port},`}`;
    const first = chosen(scheduling, ownerOf(destinations, home, weight), what);
    if (first || !flags.includes(FALL_BACK)) return first;
    for (let offset = 0; offset < BUCKETS; offset++) {
      const other = ownerOf(destinations, (offset + 2 * home) % BUCKETS, weight);
      if (other && takesConnections(scheduling, other)) return { destination: other, why: 'the one of its hash takes no connections' };
    }
    return undefined;
  },
};
