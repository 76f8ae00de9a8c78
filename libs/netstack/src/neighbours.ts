import type { Sim, Table } from '@svclab/sim';
import { type Address, formatAddress, isIpv4 } from '@svclab/wire';
import { namespaceTitle, type Topology } from './topology.js';
import type { LinkRecord } from './types.js';

/** How long Linux asks for a neighbour that does not answer: three ARP requests, 1.02 s apart. */
export const ARP_FAILURE_US = 3_070_000;
/** After this long without news an entry counts as STALE (base_reachable_time, on average). */
const REACHABLE_US = 30_000_000;
/** An entry is written again at most this often: packets are many, news is none. */
const REFRESH_US = 10_000_000;

/** One line of `ip neigh`. Table `net.neighbours`, key = `<netns>|<dev>|<address in hexadecimal>`. */
interface NeighbourRecord {
  readonly netns: string;
  readonly dev: string;
  readonly address: Address;
  /** `null` when nobody answered. */
  readonly mac: string | null;
  readonly confirmedUs: number;
}

/** An address that a link answers for though no interface has it. Table `net.announcements`, key = `<address>`. */
interface AnnouncementRecord {
  readonly netns: string;
  readonly dev: string;
  readonly address: Address;
}

export interface Neighbour {
  readonly dev: string;
  readonly address: Address;
  readonly mac: string | null;
  readonly state: 'REACHABLE' | 'STALE' | 'FAILED';
}

/** Where a frame arrives: the interface a kernel receives it on. */
export interface Station {
  readonly link: LinkRecord;
  /** For a trace: `myk8s-worker eth0 (across bridge br-kind)`. */
  readonly description: string;
}

interface Answer {
  /** Of the neighbour table. */
  readonly key: string;
  readonly station: Station | undefined;
}

/** Who answers for an address on a link, across veth pairs and bridges (Linux: arp.c, br_forward.c). */
// Simplification: a neighbour is found at once and without ARP packets; only one that is not there takes time.
export class Neighbours {
  readonly #table: Table<NeighbourRecord>;
  readonly #announcements: Table<AnnouncementRecord>;
  /** Answers by link and address, until the topology changes. */
  #answers = new Map<LinkRecord, Map<Address, Answer>>();
  #generation = -1;

  constructor(
    private readonly sim: Sim,
    private readonly topology: Topology,
  ) {
    this.#table = sim.store.table('net.neighbours');
    this.#announcements = sim.store.table('net.announcements');
    this.#announcements.subscribe(() => (this.#generation = -1));
  }

  /** From now on the link answers for `address` though it has not got it, as a speaker for a load balancer lets it. Replaces an earlier one. */
  announce(link: LinkRecord, address: Address): void {
    this.#announcements.put(formatAddress(address), { netns: link.netns, dev: link.name, address });
  }

  withdraw(address: Address): void {
    this.#announcements.delete(formatAddress(address));
  }

  /** `undefined` when nobody on the link has `address`. Remembers the answer in the neighbour table. */
  resolve(link: LinkRecord, address: Address): Station | undefined {
    const { key, station } = this.#answer(link, address);
    this.#remember(key, link, address, station?.link.mac ?? null);
    return station;
  }

  /** Whether the address of this neighbour is known: it has been asked for, or has itself asked for one of this link (arp_process). */
  isKnown(link: LinkRecord, address: Address): boolean {
    const { key, station } = this.#answer(link, address);
    if (this.#table.get(key)?.mac) return true;
    return station !== undefined && link.addresses.some((own) => this.#table.get(neighbourKey(station.link, own.prefix.address))?.mac);
  }

  /** Whether {@link resolve} finds `address` and learns nothing new from it, until `untilUs`. */
  staysKnown(link: LinkRecord, address: Address, untilUs: number): boolean {
    const { key, station } = this.#answer(link, address);
    const known = this.#table.get(key);
    return station !== undefined && known?.mac === station.link.mac && untilUs - known.confirmedUs < REFRESH_US;
  }

  /** In order of device and address. */
  // Simplification: `ip neigh` lists in hash order on a real kernel, here in order of device and address.
  list(netns: string): Neighbour[] {
    return this.#table.keysWithPrefix(`${netns}|`).map((key) => {
      const { dev, address, mac, confirmedUs } = this.#table.get(key)!;
      const state = mac === null ? 'FAILED' : this.sim.nowUs - confirmedUs < REACHABLE_US ? 'REACHABLE' : 'STALE';
      return { dev, address, mac, state };
    });
  }

  forget(netns: string, dev?: string): void {
    for (const key of this.#table.keysWithPrefix(dev === undefined ? `${netns}|` : `${netns}|${dev}|`)) this.#table.delete(key);
    for (const [key, record] of this.#announcements.entries()) {
      if (record.netns === netns && (dev === undefined || record.dev === dev)) this.#announcements.delete(key);
    }
  }

  #answer(link: LinkRecord, address: Address): Answer {
    if (this.#generation !== this.topology.generation) {
      this.#answers = new Map();
      this.#generation = this.topology.generation;
    }
    let onLink = this.#answers.get(link);
    if (!onLink) this.#answers.set(link, (onLink = new Map()));
    let answer = onLink.get(address);
    if (!answer) {
      const segment = this.#segment(link);
      const announced = this.#announcements.get(formatAddress(address));
      const station =
        segment.find(({ link: { netns, name } }) => netns === announced?.netns && name === announced.dev) ??
        segment.find(({ link: { netns } }) => this.topology.localLink(netns, address));
      answer = { key: neighbourKey(link, address), station };
      onLink.set(address, answer);
    }
    return answer;
  }

  /** Every interface that hears a broadcast sent on `link`. */
  // Simplification: bridged frames do not pass the bridging namespace's iptables (bridge-nf-call-iptables is off).
  #segment(link: LinkRecord): Station[] {
    if (link.kind === 'bridge') return this.#ports(link);
    const peer = link.peer && this.topology.link(link.peer.netns, link.peer.link);
    if (!peer?.up) return [];
    const bridge = peer.master === undefined ? undefined : this.topology.link(peer.netns, peer.master);
    if (!bridge) return [station(peer)];
    if (!bridge.up) return [];
    return [station(bridge), ...this.#ports(bridge, peer.name)];
  }

  /** The far ends of a bridge's ports, but for the one a frame came in by. */
  #ports(bridge: LinkRecord, ingress?: string): Station[] {
    return this.topology
      .links(bridge.netns)
      .filter((port) => port.master === bridge.name && port.up && port.name !== ingress)
      .flatMap((port) => {
        const far = port.peer && this.topology.link(port.peer.netns, port.peer.link);
        return far?.up ? [station(far, bridge)] : [];
      });
  }

  #remember(key: string, link: LinkRecord, address: Address, mac: string | null): void {
    const known = this.#table.get(key);
    if (known && known.mac === mac && this.sim.nowUs - known.confirmedUs < REFRESH_US) return;
    this.#table.put(key, { netns: link.netns, dev: link.name, address, mac, confirmedUs: this.sim.nowUs });
  }
}

const neighbourKey = ({ netns, name }: LinkRecord, address: Address): string =>
  `${netns}|${name}|${isIpv4(address) ? address.toString(16).padStart(8, '0') : formatAddress(address)}`;

const station = (link: LinkRecord, bridge?: LinkRecord): Station => ({
  link,
  description: `${namespaceTitle(link.netns)} ${link.name}${bridge ? ` (across bridge ${bridge.name})` : ''}`,
});
