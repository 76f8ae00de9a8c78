import type { Sim, Table } from '@svclab/sim';
import { UDP } from '@svclab/wire';
import type { Endpoint, IpvsConnection } from './types.js';

/** A connection to be made; the rest is the table's to give. */
export type NewConnection = Omit<IpvsConnection, 'id' | 'controlled' | 'state' | 'active' | 'expiresUs'>;

/** How long a template stays beyond its time while connections follow it (`ip_vs_conn_expire`). */
const TEMPLATE_GRACE_US = 60_000_000;

const SECOND_US = 1_000_000;

/** The connections of one namespace, by what their packets look like and by when they may end. */
class ConnectionIndex {
  readonly #inbound = new Map<string, IpvsConnection>();
  readonly #outbound = new Map<string, IpvsConnection>();
  readonly #byId = new Map<number, IpvsConnection>();
  /** Ids by the second in which they were to end when last looked at. */
  readonly #ends = new Map<number, Set<number>>();
  #earliestEnd = Infinity;

  add(connection: IpvsConnection): void {
    this.#byId.set(connection.id, connection);
    this.#inbound.set(inboundKey(connection), connection);
    if (!connection.template) this.#outbound.set(outboundKey(connection), connection);
    this.watch(connection);
  }

  remove(connection: IpvsConnection): void {
    this.#byId.delete(connection.id);
    removeIfSame(this.#inbound, inboundKey(connection), connection);
    removeIfSame(this.#outbound, outboundKey(connection), connection);
  }

  byId(id: number): IpvsConnection | undefined {
    return this.#byId.get(id);
  }

  inbound(key: string): IpvsConnection | undefined {
    return this.#inbound.get(key);
  }

  outbound(key: string): IpvsConnection | undefined {
    return this.#outbound.get(key);
  }

  all(): IpvsConnection[] {
    return [...this.#byId.values()].sort((a, b) => a.id - b.id);
  }

  /** Connections that have ended by now, in the order in which they did. Those that packets have kept alive are watched anew. */
  takeEnded(nowUs: number): IpvsConnection[] {
    const second = Math.floor(nowUs / SECOND_US);
    if (second < this.#earliestEnd) return [];
    const ended: IpvsConnection[] = [];
    const due = [...this.#ends.keys()].filter((end) => end <= second);
    for (const end of due) {
      const ids = this.#ends.get(end)!;
      this.#ends.delete(end);
      for (const id of ids) {
        const connection = this.#byId.get(id);
        if (!connection) continue;
        if (connection.expiresUs <= nowUs) ended.push(connection);
        this.watch(connection);
      }
    }
    this.#earliestEnd = Math.min(Infinity, ...this.#ends.keys());
    return ended.sort((a, b) => a.expiresUs - b.expiresUs || a.id - b.id);
  }

  /** Looks at the connection again when it is to end, if not sooner. */
  watch({ id, expiresUs }: IpvsConnection): void {
    const end = Math.floor(expiresUs / SECOND_US);
    const ids = this.#ends.get(end);
    if (ids) ids.add(id);
    else this.#ends.set(end, new Set([id]));
    this.#earliestEnd = Math.min(this.#earliestEnd, end);
  }
}

/** Connections through virtual services (Linux: net/netfilter/ipvs/ip_vs_conn.c). What has ended goes when somebody looks. */
export class IpvsConnections {
  readonly #table: Table<IpvsConnection>;
  readonly #counters: Table<{ nextId: number }>;
  readonly #indexes = new Map<string, ConnectionIndex>();

  /** `onEnd` is told of each connection that leaves the table. */
  constructor(
    private readonly sim: Sim,
    private readonly onEnd: (netns: string, connection: Readonly<IpvsConnection>) => void,
  ) {
    this.#table = sim.store.table('nf.ipvs-connections');
    this.#counters = sim.store.table('nf.ipvs-counters');
    this.#table.subscribe((key, before, after) => {
      const index = this.#index(key.slice(0, key.lastIndexOf('|')));
      if (before) index.remove(before);
      if (after) index.add(after);
    });
  }

  /** The connection that a client's packet belongs to (`ip_vs_conn_in_get`). */
  inbound(netns: string, protocol: number, client: Endpoint, virtual: Endpoint): IpvsConnection | undefined {
    return this.#live(netns, this.#indexes.get(netns)?.inbound(inboundKey({ protocol, client, virtual })));
  }

  /** The connection that a real server's packet belongs to (`ip_vs_conn_out_get`). */
  outbound(netns: string, protocol: number, destination: Endpoint, client: Endpoint): IpvsConnection | undefined {
    return this.#live(netns, this.#indexes.get(netns)?.outbound(outboundKey({ protocol, destination, client })));
  }

  template(netns: string, protocol: number, client: Endpoint, virtual: Endpoint): IpvsConnection | undefined {
    return this.#live(netns, this.#indexes.get(netns)?.inbound(inboundKey({ protocol, client, virtual, template: true })));
  }

  byId(netns: string, id: number): IpvsConnection | undefined {
    return this.#indexes.get(netns)?.byId(id);
  }

  /** Live ones, oldest first. Changes nothing. */
  list(netns: string): Readonly<IpvsConnection>[] {
    const { nowUs } = this.sim;
    return (
      this.#indexes
        .get(netns)
        ?.all()
        .filter(({ expiresUs }) => expiresUs > nowUs) ?? []
    );
  }

  add(netns: string, made: NewConnection): IpvsConnection {
    if (!this.#counters.has(netns)) this.#counters.put(netns, { nextId: 1 });
    const id = this.#counters.edit(netns).nextId++;
    const connection: IpvsConnection = {
      ...made,
      id,
      controlled: 0,
      state: made.protocol === UDP && !made.template ? 'UDP' : 'NONE',
      active: false,
      expiresUs: this.sim.nowUs + made.timeoutUs,
    };
    this.#table.put(keyOf(netns, id), connection);
    if (made.control !== undefined && this.byId(netns, made.control)) this.edit(netns, made.control).controlled++;
    return connection;
  }

  /** To be changed in place: state, time-out, counts. */
  edit(netns: string, id: number): IpvsConnection {
    return this.#table.edit(keyOf(netns, id));
  }

  /** A packet has come: the time starts anew. */
  refresh(netns: string, connection: Readonly<IpvsConnection>): void {
    const changed = this.edit(netns, connection.id);
    const expiresUs = this.sim.nowUs + changed.timeoutUs;
    const isSooner = expiresUs < changed.expiresUs;
    changed.expiresUs = expiresUs;
    if (isSooner) this.#index(netns).watch(changed);
  }

  remove(netns: string, connection: Readonly<IpvsConnection>): void {
    if (!this.#table.delete(keyOf(netns, connection.id))) return;
    if (connection.control !== undefined && this.byId(netns, connection.control)) this.edit(netns, connection.control).controlled--;
    this.onEnd(netns, connection);
  }

  /** Forgets what has ended by now. */
  expire(netns: string): void {
    for (const connection of this.#indexes.get(netns)?.takeEnded(this.sim.nowUs) ?? []) {
      if (connection.controlled === 0) this.remove(netns, connection);
      else this.edit(netns, connection.id).expiresUs = this.sim.nowUs + TEMPLATE_GRACE_US;
    }
  }

  flush(netns: string): void {
    for (const connection of this.#indexes.get(netns)?.all() ?? []) this.remove(netns, connection);
  }

  /** Forgets a namespace that goes away. */
  forget(netns: string): void {
    for (const key of this.#table.keysWithPrefix(`${netns}|`)) this.#table.delete(key);
    this.#counters.delete(netns);
    this.#indexes.delete(netns);
  }

  #live(netns: string, found: IpvsConnection | undefined): IpvsConnection | undefined {
    if (!found || found.expiresUs > this.sim.nowUs) return found;
    this.expire(netns);
    return this.byId(netns, found.id);
  }

  #index(netns: string): ConnectionIndex {
    let index = this.#indexes.get(netns);
    if (!index) this.#indexes.set(netns, (index = new ConnectionIndex()));
    return index;
  }
}

const keyOf = (netns: string, id: number): string => `${netns}|${String(id).padStart(10, '0')}`;

function inboundKey({ protocol, client, virtual, template }: Pick<IpvsConnection, 'protocol' | 'client' | 'virtual' | 'template'>): string {
  return `${template ? 'template ' : ''}${protocol} ${client.address}:${client.port} ${virtual.address}:${virtual.port}`;
}

const outboundKey = ({ protocol, destination, client }: Pick<IpvsConnection, 'protocol' | 'destination' | 'client'>): string =>
  `${protocol} ${destination.address}:${destination.port} ${client.address}:${client.port}`;

/** A later connection may have taken the place of one that is going. */
function removeIfSame(index: Map<string, IpvsConnection>, key: string, { id }: IpvsConnection): void {
  if (index.get(key)?.id === id) index.delete(key);
}
