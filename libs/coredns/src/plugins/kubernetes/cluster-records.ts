import { isHeadless, serviceSpecOf, type ApiServer, type KubeObject, type ServiceSpec } from '@svclab/kube-api';
import { formatAddress, parseAddress, sameAddress, type Address } from '@svclab/wire';
import type { KubernetesOptions } from './options.js';
import { parseRecordRequest, type RecordRequest } from './record-request.js';

/** One thing that a name stands for: an address or another name, and a port. CoreDNS calls it `msg.Service`. */
export interface ClusterRecord {
  /** The record's own name, absolute. */
  readonly name: string;
  readonly host: Address | string;
  /** `undefined`: the Service or slice declares none. */
  readonly port?: number;
}

/** What there is, or that nothing has such a name. An empty list: the name exists, without records. */
export type Found = readonly ClusterRecord[] | 'no such name';

type Service = Readonly<KubeObject>;
type Slice = Readonly<KubeObject>;

interface Endpoint {
  readonly address: Address;
  readonly hostname: string;
}

/**
 * The records of a cluster as its API server has them.
 * Source: CoreDNS `plugin/kubernetes/kubernetes.go` (`findServices`, `findPods`), `reverse.go`, `ns.go`, `object/endpoint.go`.
 */
export class ClusterRecords {
  constructor(
    private readonly api: ApiServer,
    private readonly options: KubernetesOptions,
  ) {}

  /** Of a name (in lower case) below `zone`. */
  find(name: string, zone: string): Found {
    const request = parseRecordRequest(name, zone);
    if (!request) return 'no such name';
    if (request.kind === '') return [];
    if (!this.#isServed(request.namespace)) return 'no such name';
    if (request.service === '') return [];
    return request.kind === 'pod' ? this.#pods(request, zone) : this.#services(request, zone);
  }

  /** Names of an address: of the Service that has it, else of each endpoint. */
  named(address: Address): readonly string[] {
    const [zone] = this.options.zones.filter((candidate) => !/(?:in-addr|ip6)\.arpa\.$/.test(candidate));
    if (zone === undefined) return [];
    const service = this.api
      .list('services')
      .find((candidate) => clusterIPs(candidate).some((ip) => sameAddress(ip, address)) && this.#isServed(candidate.metadata.namespace!));
    if (service) return [serviceName(service.metadata.name, service.metadata.namespace!, zone)];
    return this.#slicesWith(address).flatMap((slice) => {
      const parent = serviceName(serviceOf(slice), slice.metadata.namespace!, zone);
      const matching = this.#readyEndpoints(slice).filter((endpoint) => sameAddress(endpoint.address, address));
      return matching.map(({ hostname }) => `${hostname}.${parent}`);
    });
  }

  /** Where the cluster's DNS is reached, told from the addresses of a server of it. */
  nameServers(own: readonly Address[], zone: string): readonly ClusterRecord[] {
    const found = own.flatMap((address) => this.#slicesWith(address)).flatMap((slice) => this.#serviceAddresses(slice, zone));
    return found.length ? found : own.map((host) => ({ name: `ns.dns.${zone}`, host }));
  }

  /** When the newest object was made, RFC 3339: the zone's serial number. */
  // Simplification: CoreDNS also counts up its serial number when a Service or slice changes or goes.
  newestTime(): string {
    const created = (objects: readonly Readonly<KubeObject>[]): string => latest(objects.map(({ metadata }) => metadata.creationTimestamp));
    return latest([created(this.api.list('services')), created(this.api.list('endpointslices'))]);
  }

  #isServed(namespace: string): boolean {
    const { namespaces } = this.options;
    if (namespaces.size && !namespaces.has(namespace)) return false;
    return this.api.get('namespaces', undefined, namespace) !== undefined;
  }

  #services(request: RecordRequest, zone: string): Found {
    const { namespace, service: name, endpoint } = request;
    const service = this.api.get('services', namespace, name);
    if (!service) return 'no such name';
    const spec = serviceSpecOf(service);
    const own = serviceName(name, namespace, zone);
    if (spec.type === 'ExternalName') return endpoint === '' ? [{ name: own, host: spec.externalName! }] : 'no such name';
    if (isHeadless(spec) || endpoint !== '') return someOrNone(this.#endpointRecords(request, own));
    if (this.options.ignoreEmptyService && !this.#slices(namespace, name).some((slice) => this.#readyEndpoints(slice).length))
      return 'no such name';
    return someOrNone(this.#clusterIPRecords(request, spec, clusterIPs(service), own));
  }

  #clusterIPRecords(request: RecordRequest, spec: ServiceSpec, addresses: readonly Address[], name: string): ClusterRecord[] {
    return portsOf(spec.ports)
      .filter((port) => matchesPort(request, port))
      .flatMap(({ port }) => addresses.map((host) => ({ name, host, ...(port !== undefined && { port }) })));
  }

  #endpointRecords(request: RecordRequest, parent: string): ClusterRecord[] {
    const { namespace, service, endpoint: wanted } = request;
    return this.#slices(namespace, service).flatMap((slice) =>
      this.#readyEndpoints(slice)
        .filter(({ hostname }) => wanted === '' || hostname.toLowerCase() === wanted)
        .flatMap(({ address, hostname }) =>
          portsOf(slice['ports'])
            .filter((port) => matchesPort(request, port))
            .map(({ port }) => ({ name: `${hostname}.${parent}`, host: address, ...(port !== undefined && { port }) })),
        ),
    );
  }

  /** The address that a pod's name spells; whether such a pod exists only `pods verified` looks. */
  #pods({ namespace, service: dashed }: RecordRequest, zone: string): Found {
    const { podMode } = this.options;
    if (podMode === 'disabled') return 'no such name';
    const isIpv4 = dashed.split('-').length === 4 && !dashed.includes('--');
    const address = parseAddress(dashed.replaceAll('-', isIpv4 ? '.' : ':'));
    if (address === undefined) return 'no such name';
    if (podMode === 'verified') {
      const text = formatAddress(address);
      if (!this.api.list('pods', { namespace }).some(({ status }) => status?.['podIP'] === text)) return 'no such name';
    }
    return [{ name: `${dashed}.${namespace}.pod.${zone}`, host: address }];
  }

  #serviceAddresses(slice: Slice, zone: string): ClusterRecord[] {
    const name = serviceOf(slice);
    const service = this.api.get('services', slice.metadata.namespace, name);
    if (!service) return [];
    const own = serviceName(name, slice.metadata.namespace!, zone);
    if (!isHeadless(serviceSpecOf(service))) return clusterIPs(service).map((host) => ({ name: own, host }));
    return this.#readyEndpoints(slice).map(({ hostname, address }) => ({ name: `${hostname}.${own}`, host: address }));
  }

  #slices(namespace: string, service: string): Slice[] {
    return this.api.list('endpointslices', { namespace }).filter((slice) => serviceOf(slice) === service);
  }

  #slicesWith(address: Address): Slice[] {
    return this.api
      .list('endpointslices')
      .filter((slice) => this.#isServed(slice.metadata.namespace!))
      .filter((slice) => this.#readyEndpoints(slice).some((endpoint) => sameAddress(endpoint.address, address)));
  }

  /** A slice whose endpoints do not say whether they are ready counts them as such. */
  #readyEndpoints(slice: Slice): Endpoint[] {
    const endpoints: readonly SliceEndpoint[] = slice['endpoints'] ?? [];
    return endpoints
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap((endpoint) =>
        endpoint.addresses.map((text) => ({ address: parseAddress(text)!, hostname: this.#hostname(endpoint, text) })),
      );
  }

  #hostname({ hostname, targetRef }: SliceEndpoint, address: string): string {
    if (hostname) return hostname;
    // A pod's name that is too long for a label cannot be used.
    if (this.options.endpointPodNames && targetRef?.name && targetRef.name.length < 64) return targetRef.name;
    return address.replaceAll(/[.:]/g, '-');
  }
}

/** k8s.io/api/discovery/v1 Endpoint, as far as DNS looks at it. */
interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly hostname?: string;
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly name?: string };
}

interface NamedPort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port?: number;
}

/** What declares no port still has a name: one port without a number. */
const portsOf = (ports: readonly NamedPort[] | undefined): readonly NamedPort[] => (ports?.length ? ports : [{}]);

/** Without a port in the name every port matches; `name` and `protocol` of one are compared whatever their case. */
const matchesPort = (request: RecordRequest, { name = '', protocol = '' }: NamedPort): boolean =>
  (request.port === '' || request.port === name.toLowerCase()) && (request.protocol === '' || request.protocol === protocol.toLowerCase());

/** Of times in one notation; empty when there is none. */
const latest = (times: readonly string[]): string => times.reduce((a, b) => (a < b ? b : a), '');

const someOrNone = (records: readonly ClusterRecord[]): Found => (records.length ? records : 'no such name');

const serviceName = (name: string, namespace: string, zone: string): string => `${name}.${namespace}.svc.${zone}`;

const serviceOf = (slice: Slice): string => slice.metadata.labels?.['kubernetes.io/service-name'] ?? '';

const clusterIPs = (service: Service): Address[] =>
  (serviceSpecOf(service).clusterIPs ?? []).filter((ip) => ip !== 'None').map((ip) => parseAddress(ip)!);
