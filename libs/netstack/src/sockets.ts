import type { Prng, Sim, Table } from '@svclab/sim';
import { formatAddress, sameAddress, type Address } from '@svclab/wire';
import type { SocketRecord } from './types.js';

/** A connection that has ended but whose ports stay taken. Table `net.time-waits`, key = {@link connectionKey}. */
interface TimeWaitRecord {
  readonly untilUs: number;
}

/** Linux: TCP_TIMEWAIT_LEN. */
const TIME_WAIT_US = 60_000_000;

/** The five values that make a connection of one namespace unique. */
export interface ConnectionTuple {
  readonly netns: string;
  readonly protocol: 'tcp' | 'udp';
  readonly source: Address;
  readonly sourcePort: number;
  readonly destination: Address;
  readonly port: number;
}

/** Listening sockets and the ports that clients take: the tables `net.sockets` and `net.time-waits`. */
export class Sockets {
  readonly #listening: Table<SocketRecord>;
  readonly #timeWaits: Table<TimeWaitRecord>;
  /** Sockets by namespace, protocol and port. */
  readonly #byPort = new Map<string, SocketRecord[]>();
  /** Keys of `#timeWaits` by the time they end. */
  #expiry: string[] = [];
  #expirySorted = true;
  /** Ports of `#timeWaits` by their {@link peerKey}: connect() looks at many before it finds a free one. */
  readonly #portsInUse = new Map<string, Set<number>>();
  #parsedRange: { readonly text: string; readonly ports: readonly [number, number] } | undefined;

  constructor(private readonly sim: Sim) {
    this.#listening = sim.store.table('net.sockets');
    this.#timeWaits = sim.store.table('net.time-waits');
    this.#listening.subscribe((_key, before, after) => this.#reindex(before, after));
    this.#timeWaits.subscribe((key, before, after) => {
      this.#notePort(key, after !== undefined);
      if (!after || before) return;
      const last = this.#expiry.at(-1);
      this.#expiry.push(key);
      if (last !== undefined && (this.#timeWaits.get(last)?.untilUs ?? Infinity) > after.untilUs) this.#expirySorted = false;
    });
  }

  listen(socket: SocketRecord): void {
    this.#listening.put(socketKey(socket), socket);
  }

  unlisten(netns: string, protocol: 'tcp' | 'udp', address: Address | null, port: number): boolean {
    return this.#listening.delete(socketKey({ netns, protocol, address, port }));
  }

  /** In the order `ss` shows them. */
  list(netns: string): SocketRecord[] {
    const sockets = this.#listening.keysWithPrefix(`${netns}|`).map((key) => this.#listening.get(key)!);
    return sockets.toSorted((a, b) => a.order - b.order);
  }

  /** The socket a packet to `address:port` reaches: one bound to the address before one bound to any. */
  find(netns: string, protocol: 'tcp' | 'udp', address: Address, port: number): SocketRecord | undefined {
    const candidates = this.#byPort.get(`${netns}|${protocol}|${port}`);
    return (
      candidates?.find((socket) => socket.address !== null && sameAddress(socket.address, address)) ??
      candidates?.find((socket) => socket.address === null || socket.address === 0)
    );
  }

  /**
   * A source port as connect() picks one (__inet_hash_connect): random, of the parity of the
   * range's lower end, not one that is still in use towards the same peer. `undefined`: none is left (EADDRNOTAVAIL).
   */
  ephemeralPort(connection: Omit<ConnectionTuple, 'sourcePort'>, range: string, draws: Pick<Prng, 'below'>): number | undefined {
    this.#expireTimeWaits();
    const [low, high] = this.#portRange(range);
    const pairs = (high - low + 1) >> 1;
    const start = draws.below(pairs);
    const inUse = this.#portsInUse.get(peerKey(connection));
    for (const parity of [0, 1]) {
      for (let i = 0; i < pairs; i++) {
        const sourcePort = low + 2 * ((start + i) % pairs) + parity;
        if (!inUse?.has(sourcePort)) return sourcePort;
      }
    }
    return undefined;
  }

  #notePort(timeWaitKey: string, isInUse: boolean): void {
    const [peer, port] = partsOfConnectionKey(timeWaitKey);
    const ports = this.#portsInUse.get(peer);
    if (isInUse) {
      if (ports) ports.add(port);
      else this.#portsInUse.set(peer, new Set([port]));
    } else if (ports?.delete(port) && ports.size === 0) this.#portsInUse.delete(peer);
  }

  /** `net.ipv4.ip_local_port_range`, parsed once. */
  #portRange(text: string): readonly [number, number] {
    if (this.#parsedRange?.text !== text) this.#parsedRange = { text, ports: text.split(/\s+/).map(Number) as [number, number] };
    return this.#parsedRange.ports;
  }

  enterTimeWait(connection: ConnectionTuple): void {
    this.#timeWaits.put(connectionKey(connection), { untilUs: this.sim.nowUs + TIME_WAIT_US });
  }

  removeNamespace(netns: string): void {
    for (const key of this.#listening.keysWithPrefix(`${netns}|`)) this.#listening.delete(key);
    for (const key of this.#timeWaits.keysWithPrefix(`${netns}|`)) this.#timeWaits.delete(key);
  }

  #expireTimeWaits(): void {
    const end = (key: string) => this.#timeWaits.get(key)?.untilUs ?? 0;
    if (!this.#expirySorted) this.#expiry.sort((a, b) => end(a) - end(b) || (a < b ? -1 : 1));
    this.#expirySorted = true;
    let ended = 0;
    while (ended < this.#expiry.length && end(this.#expiry[ended]!) <= this.sim.nowUs) this.#timeWaits.delete(this.#expiry[ended++]!);
    if (ended) this.#expiry = this.#expiry.slice(ended);
  }

  #reindex(before: SocketRecord | undefined, after: SocketRecord | undefined): void {
    if (before) {
      const others = this.#byPort.get(portKey(before))!.filter((socket) => socketKey(socket) !== socketKey(before));
      this.#byPort.set(portKey(before), others);
    }
    if (after) this.#byPort.set(portKey(after), [...(this.#byPort.get(portKey(after)) ?? []), after]);
  }
}

const portKey = ({ netns, protocol, port }: SocketRecord): string => `${netns}|${protocol}|${port}`;

const socketKey = ({ netns, protocol, address, port }: Pick<SocketRecord, 'netns' | 'protocol' | 'address' | 'port'>): string =>
  `${netns}|${protocol}|${address === null ? '*' : formatAddress(address)}|${port}`;

/** Everything of a connection but its source port. */
const peerKey = (c: Omit<ConnectionTuple, 'sourcePort'>): string =>
  `${c.netns}|${c.protocol}|${formatAddress(c.source)}|${formatAddress(c.destination)}:${c.port}`;

const connectionKey = (c: ConnectionTuple): string =>
  `${c.netns}|${c.protocol}|${formatAddress(c.source)}:${c.sourcePort}|${formatAddress(c.destination)}:${c.port}`;

/** The {@link peerKey} and the source port of a {@link connectionKey}. */
function partsOfConnectionKey(key: string): readonly [peer: string, sourcePort: number] {
  const end = key.lastIndexOf('|');
  const colon = key.lastIndexOf(':', end);
  return [key.slice(0, colon) + key.slice(end), Number(key.slice(colon + 1, end))];
}
