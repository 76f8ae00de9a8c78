import type { Packet } from '@svclab/wire';
import { endpointName } from '../names.js';
import type { Destination, SchedulerMemory } from '../types.js';

/** What a real server carries just now. */
export interface Load {
  readonly active: number;
  readonly inactive: number;
  readonly overloaded: boolean;
}

/** What a scheduler decides about: the first packet of a connection. */
export interface Scheduling {
  readonly packet: Packet;
  /** In the kernel's order: the newest first. */
  readonly destinations: readonly Destination[];
  readonly flags: readonly string[];
  readonly memory: SchedulerMemory;
  readonly nowUs: number;
  load(destination: Destination): Load;
}

export interface Choice {
  readonly destination: Destination;
  /** For a learner: `it is its turn after 10.10.1.2:80`. */
  readonly why: string;
}

/** One scheduling algorithm (Linux: `struct ip_vs_scheduler`), one file each. */
export interface Scheduler {
  /** `undefined`: no real server can take the connection. */
  schedule(scheduling: Scheduling): Choice | undefined;
  /** Real servers came, went or got another weight: what it remembers must fit the new list. */
  destinationsChanged?(memory: SchedulerMemory, before: readonly Destination[], after: readonly Destination[]): void;
}

/** Whether new connections may go there at all. */
export const takesConnections = ({ load }: Pick<Scheduling, 'load'>, destination: Destination): boolean =>
  destination.weight > 0 && !load(destination).overloaded;

/** Destinations after the one that `memory.last` names, then those before it, then itself. */
export function fromLast({ destinations, memory }: Scheduling): readonly Destination[] {
  const position = destinations.findIndex((destination) => endpointName(destination) === memory.last);
  return position < 0 ? destinations : [...destinations.slice(position + 1), ...destinations.slice(0, position + 1)];
}

/** The first of those with the least cost per weight; `wholly`: the weight does not count. */
export function leastLoaded(scheduling: Scheduling, cost: (load: Load) => number, wholly = false): Destination | undefined {
  let least: Destination | undefined;
  let leastCost = 0;
  for (const destination of scheduling.destinations) {
    if (!takesConnections(scheduling, destination)) continue;
    const own = cost(scheduling.load(destination));
    const isLess = least && (wholly ? leastCost > own : leastCost * destination.weight > own * least.weight);
    if (least && !isLess) continue;
    least = destination;
    leastCost = own;
  }
  return least;
}

/** An active connection weighs as much as 256 inactive ones (`ip_vs_dest_conn_overhead`). */
export const overhead = ({ active, inactive }: Load): number => active * 256 + inactive;

export const describeLoad = ({ active, inactive }: Load): string => `${active} active and ${inactive} inactive connections`;

/** `hash_32` of include/linux/hash.h, its upper eight bits: both hashing schedulers have 256 buckets. */
export const bucketOf = (value: number): number => Math.imul(value, 0x61c88647) >>> 24;

export const BUCKETS = 256;
