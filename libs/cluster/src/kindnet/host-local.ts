import type { Sim, Table } from '@svclab/sim';
import { ipv4Mask, type Prefix } from '@svclab/wire';

/** What `/run/cni-ipam-state` holds of one node. Table `cluster.ipam`, key = node. */
export interface IpamRecord {
  /** The address given last; the search goes on after it. */
  readonly lastReserved: number | null;
  /** Address (as a number) → the pod that has it. */
  readonly reservations: { readonly [address: string]: string };
}

/**
 * The CNI plugin host-local: the next address after the last given one, round robin,
 * even when lower ones are free. Source: containernetworking/plugins
 * `plugins/ipam/host-local/backend/allocator/allocator.go`.
 */
export class HostLocal {
  readonly #table: Table<IpamRecord>;

  constructor(sim: Sim) {
    this.#table = sim.store.table('cluster.ipam');
  }

  /** The first address of the range, which the node's ends of all pod veths share. */
  static gateway(range: Prefix): number {
    return (range.address as number) + 1;
  }

  /** `undefined` when every address is taken. */
  allocate(node: string, range: Prefix, owner: string): number | undefined {
    const { lastReserved, reservations } = this.#table.get(node) ?? { lastReserved: null, reservations: {} };
    const first = HostLocal.gateway(range) + 1;
    const last = ((range.address as number) | ~ipv4Mask(range.length)) >>> 0;
    const count = last - first;
    const start = lastReserved === null ? 0 : lastReserved + 1 - first;
    for (let i = 0; i < count; i++) {
      const candidate = first + ((start + i) % count);
      if (String(candidate) in reservations) continue;
      this.#table.put(node, { lastReserved: candidate, reservations: { ...reservations, [candidate]: owner } });
      return candidate;
    }
    return undefined;
  }

  release(node: string, address: number): void {
    const record = this.#table.get(node);
    if (!record) return;
    const { [String(address)]: _released, ...rest } = record.reservations;
    this.#table.put(node, { ...record, reservations: rest });
  }

  /** The node went away, and its tmpfs with it. */
  forget(node: string): void {
    this.#table.delete(node);
  }
}
