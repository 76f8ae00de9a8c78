import type { Sim } from '@svclab/sim';
import { formatAddress, parseIpv4, parsePrefix } from '@svclab/wire';
import type { ConfigStore } from '../config.js';
import type { ObjectStore } from '../object-store.js';
import type { KubeObject } from '../types.js';
import { allocateNext, nodePortBands, serviceAddressBands, type Bands } from './bands.js';

/**
 * Cluster IPs and node ports that Services hold. Nothing is stored but the Services
 * themselves: both sets are indexes over them, so a rollback frees what it takes back.
 */
export class ServiceAllocators {
  /** How many Services hold a number: two may for a moment, while one is being replaced. */
  readonly #addresses = new Map<number, number>();
  readonly #nodePorts = new Map<number, number>();

  constructor(
    private readonly sim: Sim,
    private readonly config: ConfigStore,
    store: ObjectStore,
  ) {
    store.subscribe(({ type, resource, object, previous }) => {
      if (resource.kind !== 'Service') return;
      if (previous) this.#count(previous, -1);
      if (type !== 'DELETED') this.#count(object, 1);
    });
  }

  /** A free address of the dynamic band, else of the static one; `undefined` when the range is full. */
  nextAddress(): string | undefined {
    const address = allocateNext(this.#addressBands(), (value) => this.#addresses.has(value), this.sim.random('kube-api.addresses'));
    return address === undefined ? undefined : formatAddress(address);
  }

  /** Why `text` cannot be had; `undefined` when it is free. */
  refuseAddress(text: string): string | undefined {
    const address = parseIpv4(text);
    const bands = this.#addressBands();
    if (address === undefined || address < bands.first || address >= bands.first + bands.size)
      return `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${this.config.current.serviceCidr}`;
    return this.#addresses.has(address) ? 'provided IP is already allocated' : undefined;
  }

  /** The n-th address of the range: 1 is the `kubernetes` Service, 10 the cluster's DNS. */
  addressAt(index: number): string {
    return formatAddress(this.#addressBands().first + index - 1);
  }

  /** A free port; `reserved` are those that the Service being written has taken already. */
  nextNodePort(reserved: ReadonlySet<number>): number | undefined {
    const isTaken = (port: number): boolean => this.#nodePorts.has(port) || reserved.has(port);
    return allocateNext(this.#portBands(), isTaken, this.sim.random('kube-api.node-ports'));
  }

  /** Why `port` cannot be had; `undefined` when it is free. */
  refuseNodePort(port: number, reserved: ReadonlySet<number>): string | undefined {
    const { first, size } = this.#portBands();
    if (port < first || port >= first + size)
      return `provided port is not in the valid range. The range of valid ports is ${this.config.current.nodePortRange}`;
    return this.#nodePorts.has(port) || reserved.has(port) ? 'provided port is already allocated' : undefined;
  }

  #addressBands(): Bands {
    const prefix = parsePrefix(this.config.current.serviceCidr);
    if (!prefix.ok || typeof prefix.value.address !== 'number') return { first: 0, size: 0, offset: 0 };
    return serviceAddressBands(prefix.value.address, prefix.value.length);
  }

  #portBands(): Bands {
    const [first, last] = this.config.current.nodePortRange.split('-');
    return nodePortBands(Number(first), Number(last));
  }

  #count(service: Readonly<KubeObject>, change: 1 | -1): void {
    for (const text of (service.spec?.['clusterIPs'] ?? []) as string[]) {
      const address = parseIpv4(text);
      if (address !== undefined) bump(this.#addresses, address, change);
    }
    for (const port of nodePortsOf(service)) bump(this.#nodePorts, port, change);
  }
}

/** Every node port that a Service holds, each once; the health check's among them. */
export function nodePortsOf(service: Readonly<KubeObject>): Set<number> {
  const ports = new Set<number>();
  for (const { nodePort } of (service.spec?.['ports'] ?? []) as { nodePort?: number }[]) if (nodePort) ports.add(nodePort);
  const healthCheck = service.spec?.['healthCheckNodePort'] as number | undefined;
  if (healthCheck) ports.add(healthCheck);
  return ports;
}

function bump(counts: Map<number, number>, key: number, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
