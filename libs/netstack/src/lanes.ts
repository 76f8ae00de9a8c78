import type { ClientPort, Netfilter } from '@svclab/netfilter';
import type { RecordedJourney } from './journey-replay.js';
import type { Side } from './tcp-segment.js';
import type { Topology } from './topology.js';

/** One direction of all connections between a client's address and a server's port: they go the same way. */
export interface Lane {
  readonly clientPort: ClientPort;
  /** Of topology and rules when the lane was opened: once they have moved on, it leads nowhere. */
  readonly topologyGeneration: number;
  readonly rulesGeneration: number;
  /** `null`: it cannot be taken again, so nobody tries to record it. */
  journey?: RecordedJourney | null | undefined;
}

/** Both directions. */
export interface Lanes {
  readonly forth: Lane;
  readonly back: Lane;
}

/** More kinds of connection than a sandbox has at a time; beyond that all are forgotten, which costs each a walk. */
const MOST_LANES = 4096;

/** Ways that segments took lately. No state: a way is not taken once something that it rests on has changed. */
export class LaneTable {
  readonly #lanes = new Map<string, Lanes>();

  constructor(
    private readonly topology: Topology,
    private readonly filter: Pick<Netfilter, 'generation'>,
  ) {}

  between(client: Side, server: Side): Lanes {
    const key = `${client.netns}|${client.local.address}|${client.remote.address}:${client.remote.port}|${server.netns}|${server.local.address}:${server.local.port}|${server.remote.address}`;
    const known = this.#lanes.get(key);
    if (known && this.isOpen(known.forth)) return known;
    if (this.#lanes.size >= MOST_LANES) this.#lanes.clear();
    const lanes = { forth: this.#open('source'), back: this.#open('destination') };
    this.#lanes.set(key, lanes);
    return lanes;
  }

  isOpen({ topologyGeneration, rulesGeneration }: Lane): boolean {
    return topologyGeneration === this.topology.generation && rulesGeneration === this.filter.generation;
  }

  #open(clientPort: ClientPort): Lane {
    return { clientPort, topologyGeneration: this.topology.generation, rulesGeneration: this.filter.generation };
  }
}
