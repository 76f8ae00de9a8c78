import { canonicalJson } from '@svclab/sim';
import type { ApiServer, KubeObject } from '@svclab/kube-api';
import type { IpFamily } from './configuration.js';
import { endpointsOfSlices, type Endpoint, type EndpointsMap } from './endpoint.js';
import { isProxied, servicePortKey, servicePortsOf, type ServicePort, type ServicePortName } from './service-port.js';

const NO_PORTS: readonly ServicePort[] = [];
const NO_ENDPOINTS: EndpointsMap = new Map();

/** What was there before a change, as far as the clean-up of conntrack asks: UDP only. Plain JSON. */
export interface Changes {
  /** By `namespace/name` of the Service: the UDP ports it had. */
  readonly services: Readonly<Record<string, readonly UdpPort[]>>;
  /** By `namespace/name` of the Service: the serving UDP endpoints it had. */
  readonly endpoints: Readonly<Record<string, readonly UdpEndpoints[]>>;
}

export interface UdpPort {
  readonly name: ServicePortName;
  readonly clusterIP: string;
}

export interface UdpEndpoints {
  readonly name: ServicePortName;
  /** `ip:port` texts. */
  readonly serving: readonly string[];
}

/** Changes to which others are still added. */
export interface GatheredChanges extends Changes {
  readonly services: Record<string, readonly UdpPort[]>;
  readonly endpoints: Record<string, readonly UdpEndpoints[]>;
}

export const noChanges = (): GatheredChanges => ({ services: {}, endpoints: {} });

export const isEmpty = (changes: Changes): boolean =>
  Object.keys(changes.services).length === 0 && Object.keys(changes.endpoints).length === 0;

/** Adds later changes to earlier ones, in place; what was before is what the earlier ones say. */
export function addChanges(earlier: GatheredChanges, later: Changes): void {
  for (const [key, ports] of Object.entries(later.services)) earlier.services[key] ??= ports;
  for (const [key, endpoints] of Object.entries(later.endpoints)) earlier.endpoints[key] ??= endpoints;
}

/** Joins two lots of changes in a new one; what was before is what the earlier one says. */
export function mergeChanges(earlier: Changes, later: Changes): Changes {
  const merged = { services: { ...earlier.services }, endpoints: { ...earlier.endpoints } };
  addChanges(merged, later);
  return merged;
}

/**
 * The Services and EndpointSlices of the cluster as kube-proxy sees them, in one family. An index over the
 * API server: it follows every event, those of a rollback or a restore too, and stores nothing.
 * It stands for ServiceChangeTracker and EndpointsChangeTracker of pkg/proxy of all nodes at once, since what
 * they hold is alike on every node.
 */
export class ChangeTracker {
  readonly #servicePorts = new Map<string, readonly ServicePort[]>();
  readonly #withHealthCheck = new Set<string>();
  #sortedKeys: readonly string[] | undefined;
  /** Endpoints of each Service's ports, counted when they are asked for, and their sum. */
  readonly #endpointCounts = new Map<string, number>();
  #endpointSum = 0;
  readonly #slices = new Map<string, Map<string, Readonly<KubeObject>>>();
  readonly #endpoints = new Map<string, EndpointsMap>();

  /** `onChange` is told of each change that matters to rules; it must only enqueue. */
  constructor(
    api: Pick<ApiServer, 'list' | 'subscribe'>,
    private readonly family: IpFamily,
    private readonly onChange: (changes: Changes) => void,
  ) {
    for (const service of api.list('services')) this.#setService(keyOf(service), service);
    for (const slice of api.list('endpointslices')) this.#setSlice(slice, slice);
    api.subscribe(({ type, resource, object }) => {
      const after = type === 'DELETED' ? undefined : object;
      if (resource.plural === 'services' && resource.group === '') this.#onService(object, after);
      else if (resource.plural === 'endpointslices') this.#onSlice(object, after);
    });
  }

  /** `namespace/name` of the Services that have service ports, in order. The same array as long as they are the same. */
  serviceKeys(): readonly string[] {
    return (this.#sortedKeys ??= [...this.#servicePorts.keys()].toSorted());
  }

  /** All service ports, by the key of their Service. */
  servicePorts(): ServicePort[] {
    return this.serviceKeys().flatMap((key) => this.#servicePorts.get(key)!);
  }

  /** How many endpoints all service ports have together. */
  endpointCount(): number {
    for (const key of this.serviceKeys()) {
      if (this.#endpointCounts.has(key)) continue;
      const endpoints = this.endpointsOfService(key);
      const ports = this.servicePortsOfService(key);
      const count = ports.reduce((sum, { name }) => sum + (endpoints.get(servicePortKey(name))?.endpoints.length ?? 0), 0);
      this.#endpointCounts.set(key, count);
      this.#endpointSum += count;
    }
    return this.#endpointSum;
  }

  #forgetCount(key: string): void {
    this.#endpointSum -= this.#endpointCounts.get(key) ?? 0;
    this.#endpointCounts.delete(key);
  }

  /** The service ports that have a health check node port. */
  portsWithHealthCheck(): ServicePort[] {
    return [...this.#withHealthCheck].toSorted().flatMap((key) => this.servicePortsOfService(key));
  }

  endpoints(name: ServicePortName): readonly Endpoint[] {
    return this.endpointsOfService(serviceKey(name)).get(servicePortKey(name))?.endpoints ?? [];
  }

  servicePortsOfService(key: string): readonly ServicePort[] {
    return this.#servicePorts.get(key) ?? NO_PORTS;
  }

  endpointsOfService(key: string): EndpointsMap {
    const known = this.#endpoints.get(key);
    if (known) return known;
    const slices = this.#slices.get(key);
    if (!slices) return NO_ENDPOINTS;
    const [namespace, name] = key.split('/') as [string, string];
    const joined = endpointsOfSlices(
      namespace,
      name,
      [...slices.keys()].toSorted().map((slice) => slices.get(slice)!),
    );
    this.#endpoints.set(key, joined);
    return joined;
  }

  #onService(object: Readonly<KubeObject>, after: Readonly<KubeObject> | undefined): void {
    const key = keyOf(object);
    const before = this.servicePortsOfService(key);
    this.#setService(key, after);
    if (canonicalJson(before) === canonicalJson(this.servicePortsOfService(key))) return;
    const udpPorts = before.filter(({ name }) => name.protocol === 'UDP').map(({ name, clusterIP }) => ({ name, clusterIP }));
    this.onChange({ services: { [key]: udpPorts }, endpoints: {} });
  }

  #onSlice(object: Readonly<KubeObject>, after: Readonly<KubeObject> | undefined): void {
    const key = serviceKeyOfSlice(object);
    if (key === undefined) return;
    const before = this.endpointsOfService(key);
    this.#setSlice(object, after);
    if (canonicalJson([...before]) === canonicalJson([...this.endpointsOfService(key)])) return;
    this.onChange({ services: {}, endpoints: { [key]: servingUdpEndpoints(before) } });
  }

  #setService(key: string, service: Readonly<KubeObject> | undefined): void {
    this.#forgetCount(key);
    const ports = service ? servicePortsOf(service, this.family) : NO_PORTS;
    if (ports.length > 0 !== this.#servicePorts.has(key)) this.#sortedKeys = undefined;
    if (ports.length > 0) this.#servicePorts.set(key, ports);
    else this.#servicePorts.delete(key);
    if (ports.some(({ healthCheckNodePort }) => healthCheckNodePort !== 0)) this.#withHealthCheck.add(key);
    else this.#withHealthCheck.delete(key);
  }

  #setSlice(object: Readonly<KubeObject>, after: Readonly<KubeObject> | undefined): void {
    const key = serviceKeyOfSlice(object);
    if (key === undefined) return;
    let slices = this.#slices.get(key);
    if (!slices) this.#slices.set(key, (slices = new Map()));
    if (after && isProxied(after) && after['addressType'] === this.family) slices.set(object.metadata.name, after);
    else slices.delete(object.metadata.name);
    if (slices.size === 0) this.#slices.delete(key);
    this.#endpoints.delete(key);
    this.#forgetCount(key);
  }
}

/** The serving UDP endpoints of each port: a client may hold conntrack entries towards them. */
export const servingUdpEndpoints = (endpoints: EndpointsMap): UdpEndpoints[] =>
  [...endpoints.values()]
    .filter(({ name }) => name.protocol === 'UDP')
    .map(({ name, endpoints }) => ({ name, serving: endpoints.filter(({ serving }) => serving).map(({ text }) => text) }));

export const serviceKey = (name: ServicePortName): string => `${name.namespace}/${name.service}`;

const keyOf = (object: Readonly<KubeObject>): string => `${object.metadata.namespace}/${object.metadata.name}`;

function serviceKeyOfSlice(slice: Readonly<KubeObject>): string | undefined {
  const service = slice.metadata.labels?.['kubernetes.io/service-name'];
  return service === undefined ? undefined : `${slice.metadata.namespace}/${service}`;
}
