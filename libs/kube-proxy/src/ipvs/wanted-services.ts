import { address, formatPrefix, inPrefix, ipv4Mask, parsePrefix } from '@svclab/wire';
import { categorizeEndpoints, type CategorizedEndpoints } from '../categorize-endpoints.js';
import type { ChangeTracker } from '../change-tracker.js';
import { serviceKey } from '../change-tracker.js';
import type { Endpoint } from '../endpoint.js';
import type { ServicePort, ServiceProtocol } from '../service-port.js';
import { WantedSets } from './ip-sets.js';
import type { VirtualPort } from './iptables-rules.js';

/** A virtual service that the cluster asks for. */
export interface WantedServer {
  readonly protocol: ServiceProtocol;
  readonly address: string;
  readonly port: number;
  /** 0 without session affinity. */
  readonly persistentSeconds: number;
  /** `10.10.1.2:80`, in byte order. */
  readonly endpoints: readonly string[];
}

/** All that Services ask of the kernel of one node. */
export interface Wanted {
  /** By name, `TCP 10.200.1.1:443`. */
  readonly servers: ReadonlyMap<string, WantedServer>;
  /** Addresses that belong on the dummy interface. */
  readonly bound: ReadonlySet<string>;
  readonly sets: WantedSets;
  readonly closedToNode: readonly VirtualPort[];
  /** Services that have endpoints, but none here where their policy wants them here; by traffic policy. */
  readonly withoutLocal: { readonly internal: ReadonlySet<string>; readonly external: ReadonlySet<string> };
}

/** What is the same for all Services of a node. */
export interface NodeView {
  readonly nodeName: string;
  /** May be ''. */
  readonly zone: string;
  /** Of kube-proxy. */
  readonly version: string | undefined;
  /** The node's primary address. */
  readonly nodeIP: string;
  /** Addresses of the node's interfaces, the dummy's apart. */
  readonly ownAddresses: readonly string[];
  /** Those on which node ports are served. */
  readonly nodePortAddresses: readonly string[];
}

export const serverName = ({ protocol, address: at, port }: Pick<WantedServer, 'protocol' | 'address' | 'port'>): string =>
  `${protocol} ${at}:${port}`;

/** The loop over Services of syncProxyRules (pkg/proxy/ipvs/proxier.go). */
// Simplification: services are taken in order of their names; Go walks a map, so real kube-proxies bind addresses in any order.
export function wantedServices(tracker: ChangeTracker, view: NodeView): Wanted {
  const wanting = new Wanting(view);
  for (const port of tracker.servicePorts()) wanting.add(port, tracker.endpoints(port.name));
  wanting.finish();
  return wanting;
}

class Wanting implements Wanted {
  readonly servers = new Map<string, WantedServer>();
  readonly bound = new Set<string>();
  readonly sets = new WantedSets();
  readonly closedToNode: VirtualPort[] = [];
  readonly withoutLocal = { internal: new Set<string>(), external: new Set<string>() };

  constructor(private readonly view: NodeView) {}

  add(port: ServicePort, endpoints: readonly Endpoint[]): void {
    const { nodeName, zone, version } = this.view;
    const categorized = categorizeEndpoints(endpoints, port, nodeName, zone, version);
    const protocol = port.name.protocol.toLowerCase();
    // A pod that reaches itself through its Service must see the answer come from outside.
    for (const endpoint of endpoints) {
      if (endpoint.nodeName === nodeName)
        this.sets.add('KUBE-LOOP-BACK', `${endpoint.address},${protocol}:${endpoint.port},${endpoint.address}`);
    }
    this.#addClusterIp(port, protocol, categorized);
    for (const ip of port.externalIPs) this.#addExternalIp(port, protocol, ip, categorized);
    for (const ip of port.loadBalancerVIPs) this.#addLoadBalancer(port, protocol, ip, categorized);
    if (port.nodePort !== 0) this.#addNodePort(port, categorized);
    if (port.healthCheckNodePort !== 0) this.sets.add('KUBE-HEALTH-CHECK-NODE-PORT', String(port.healthCheckNodePort));
  }

  finish(): void {
    for (const ip of this.bound) this.sets.add('KUBE-IPVS-IPS', ip);
  }

  #addClusterIp(port: ServicePort, protocol: string, endpoints: CategorizedEndpoints): void {
    this.sets.add('KUBE-CLUSTER-IP', `${port.clusterIP},${protocol}:${port.port}`);
    this.#addServer(port, port.clusterIP, port.port, port.internalPolicyLocal, endpoints);
    this.bound.add(port.clusterIP);
  }

  #addExternalIp(port: ServicePort, protocol: string, ip: string, endpoints: CategorizedEndpoints): void {
    this.sets.add(port.externalPolicyLocal ? 'KUBE-EXTERNAL-IP-LOCAL' : 'KUBE-EXTERNAL-IP', `${ip},${protocol}:${port.port}`);
    this.#addServer(port, ip, port.port, port.externalPolicyLocal, endpoints);
    this.#bindUnlessOwn(ip);
  }

  #addLoadBalancer(port: ServicePort, protocol: string, ip: string, endpoints: CategorizedEndpoints): void {
    const element = `${ip},${protocol}:${port.port}`;
    this.sets.add('KUBE-LOAD-BALANCER', element);
    if (port.externalPolicyLocal) this.sets.add('KUBE-LOAD-BALANCER-LOCAL', element);
    if (port.loadBalancerSourceRanges.length > 0) this.#addFirewall(port, protocol, ip, element);
    this.#addServer(port, ip, port.port, port.externalPolicyLocal, endpoints);
    this.#bindUnlessOwn(ip);
  }

  /** A node that is in the ranges may use the address as its own source; one that is not must be kept off. */
  #addFirewall(port: ServicePort, protocol: string, ip: string, element: string): void {
    this.sets.add('KUBE-LOAD-BALANCER-FW', element);
    for (const range of port.loadBalancerSourceRanges) this.sets.add('KUBE-LOAD-BALANCER-SOURCE-CIDR', `${element},${networkText(range)}`);
    if (port.loadBalancerSourceRanges.some((range) => contains(range, this.view.nodeIP))) {
      this.sets.add('KUBE-LOAD-BALANCER-SOURCE-IP', `${element},${ip}`);
    } else this.closedToNode.push({ address: ip, port: port.port, protocol });
  }

  #addNodePort(port: ServicePort, endpoints: CategorizedEndpoints): void {
    const { nodePortAddresses } = this.view;
    if (nodePortAddresses.length === 0) return;
    const { protocol } = port.name;
    const locals = port.externalPolicyLocal ? ['', '-LOCAL'] : [''];
    for (const local of locals as ('' | '-LOCAL')[]) {
      if (protocol !== 'SCTP') this.sets.add(`KUBE-NODE-PORT${local}-${protocol}`, String(port.nodePort));
      // A bitmap knows no SCTP.
      else for (const ip of nodePortAddresses) this.sets.add(`KUBE-NODE-PORT${local}-SCTP-HASH`, `${ip},sctp:${port.nodePort}`);
    }
    for (const ip of nodePortAddresses) this.#addServer(port, ip, port.nodePort, port.externalPolicyLocal, endpoints);
  }

  /** syncEndpoint: without a local endpoint those of the cluster are used, policy or not. */
  #addServer(
    port: ServicePort,
    ip: string,
    at: number,
    onlyLocal: boolean,
    { cluster, local, hasAnyEndpoints }: CategorizedEndpoints,
  ): void {
    const endpoints = onlyLocal && local.length > 0 ? local : cluster;
    if (onlyLocal && local.length === 0 && hasAnyEndpoints) {
      if (port.internalPolicyLocal) this.withoutLocal.internal.add(serviceKey(port.name));
      if (port.externalPolicyLocal) this.withoutLocal.external.add(serviceKey(port.name));
    }
    const server: WantedServer = {
      protocol: port.name.protocol,
      address: ip,
      port: at,
      persistentSeconds: port.affinityTimeoutSeconds ?? 0,
      endpoints: endpoints.map(({ text }) => text),
    };
    this.servers.set(serverName(server), server);
  }

  #bindUnlessOwn(ip: string): void {
    if (!this.view.ownAddresses.includes(ip)) this.bound.add(ip);
  }
}

function contains(cidr: string, ip: string): boolean {
  const prefix = parsePrefix(cidr);
  return ip !== '' && prefix.ok && inPrefix(address(ip), prefix.value);
}

/** `10.1.2.3/16` → `10.1.0.0/16`; a single address without its length, as ipset prints it. */
function networkText(cidr: string): string {
  const prefix = parsePrefix(cidr);
  if (!prefix.ok || typeof prefix.value.address !== 'number') return cidr;
  const { address: at, length } = prefix.value;
  const network = formatPrefix({ address: (at & ipv4Mask(length)) >>> 0, length });
  return length === 32 ? network.slice(0, network.indexOf('/')) : network;
}
