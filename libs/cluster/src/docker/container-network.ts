import type { Netstack, SocketRecord } from '@svclab/netstack';
import type { Prng, Sim, Table } from '@svclab/sim';
import { address } from '@svclab/wire';
import { FIRST_FREE_IFINDEX, globalAddress, linkLocalAddress, onNetwork, randomMac, tunnels } from '../network/links.js';
import { EMBEDDED_DNS, type ResolverPorts } from './embedded-dns.js';
import type { DockerContainer, DockerNetwork, NetworkEndpoint } from './records.js';

const HOST = 'host';

/**
 * The next interface index of the host's kernel: both ends of a container's veth are
 * made there. Docker Desktop's virtual machine has used 1 … 33 when the first node starts.
 */
const FIRST_CONTAINER_IFINDEX = 34;

/** `order` of a listener among those that `ss` prints, for the resolver between the node's own. */
export const RESOLVER_ORDER = 90;

/** How Docker wires containers: a bridge per network, a veth pair per container, its own resolver inside. */
export class ContainerNetwork {
  readonly #counters: Table<{ next: number }>;

  constructor(
    private readonly sim: Sim,
    private readonly net: Netstack,
  ) {
    this.#counters = sim.store.table('docker.counters');
  }

  /** The host's namespace. What is not for one of its bridges leaves by an uplink that swallows it. */
  installHost(): void {
    this.net.addNamespace({ name: HOST, kind: 'host', sysctls: { 'net.ipv4.ip_forward': '1' }, uplink: 'blackhole' });
    this.#counters.put('bridge-ifindex', { next: FIRST_FREE_IFINDEX });
    this.#counters.put('ifindex', { next: FIRST_CONTAINER_IFINDEX });
  }

  addBridge(network: DockerNetwork): void {
    const [v4, v6] = network.subnets;
    if (!network.bridge || !v4) return;
    const mac = `02:42:${this.#random().hex(8).match(/../g)!.join(':')}`;
    this.net.addLink({
      netns: HOST,
      name: network.bridge,
      kind: 'bridge',
      ifindex: this.#next('bridge-ifindex'),
      mac,
      mtu: network.mtu,
      up: true,
      addresses: [
        onNetwork(v4.gateway as number, v4.prefix.length),
        ...(v6 ? [globalAddress(v6.gateway, v6.prefix.length, 'nodad')] : []),
        linkLocalAddress(mac),
      ],
    });
  }

  /** Namespace, interfaces and routes of a container that starts on `network`. */
  connect(container: DockerContainer, network: DockerNetwork, endpoint: NetworkEndpoint): void {
    const { netns } = container;
    const [v4, v6] = network.subnets;
    const isNode = netns.startsWith('node/');
    this.net.addNamespace({ name: netns, kind: isNode ? 'node' : 'client', sysctls: containerSysctls(isNode) });
    for (const tunnel of tunnels(netns, this.#random())) this.net.addLink(tunnel);
    const inside = this.#next('ifindex');
    const outside = this.#next('ifindex');
    const hostMac = randomMac(this.#random());
    this.net.addVethPair(
      {
        netns,
        name: 'eth0',
        ifindex: inside,
        mac: endpoint.mac,
        mtu: network.mtu,
        addresses: [
          onNetwork(endpoint.ipv4 as number, v4!.prefix.length),
          ...(endpoint.ipv6 && v6 ? [globalAddress(endpoint.ipv6, v6.prefix.length, 'nodad')] : []),
          linkLocalAddress(endpoint.mac),
        ],
        display: { netnsid: '0' },
      },
      {
        netns: HOST,
        name: endpoint.hostLink,
        ifindex: outside,
        mac: hostMac,
        mtu: network.mtu,
        master: network.bridge!,
        addresses: [linkLocalAddress(hostMac)],
        display: { netnsid: '1' },
      },
    );
    this.net.addRoute({ netns, destination: { address: 0, length: 0 }, via: v4!.gateway, dev: 'eth0', scope: 'global' });
  }

  disconnect(container: DockerContainer): void {
    for (const network of Object.keys(container.endpoints).toSorted()) this.net.removeLink(HOST, container.endpoints[network]!.hostLink);
    this.net.removeNamespace(container.netns);
  }

  /** Docker's resolver listens on the container's own loopback, on ports the kernel chose. */
  startResolver(netns: string): ResolverPorts {
    const port = (): number => 32_768 + this.#random().below(28_232);
    const ports = { tcp: port(), udp: port() };
    for (const protocol of ['tcp', 'udp'] as const) this.net.listen(resolverSocket(netns, protocol, ports[protocol]));
    return ports;
  }

  #next(counter: string): number {
    const next = this.#counters.get(counter)!.next;
    this.#counters.put(counter, { next: next + 1 });
    return next;
  }

  #random(): Prng {
    return this.sim.random('docker');
  }
}

/** The listener belongs to the engine outside, so `ss` inside the container names no process. */
const resolverSocket = (netns: string, protocol: 'tcp' | 'udp', port: number): SocketRecord => ({
  netns,
  protocol,
  address: address(EMBEDDED_DNS),
  port,
  app: protocol === 'udp' ? 'docker-dns' : 'docker-dns-tcp',
  order: RESOLVER_ORDER,
});

/** Docker turns forwarding on for every container; the rest are the kernel's defaults that somebody reads or sets. */
const containerSysctls = (isNode: boolean): { [name: string]: string } => ({
  'net.ipv4.ip_forward': '1',
  'net.ipv4.conf.all.route_localnet': '0',
  ...(isNode
    ? {
        'net.netfilter.nf_conntrack_max': '262144',
        'net.netfilter.nf_conntrack_tcp_be_liberal': '0',
        'net.netfilter.nf_conntrack_tcp_timeout_established': '432000',
        'net.netfilter.nf_conntrack_tcp_timeout_close_wait': '60',
      }
    : {}),
});
