import type { Netstack } from '@svclab/netstack';
import { assert, err, ok, type Prng, type Result, type Sim, type Table } from '@svclab/sim';
import { address, dockerMac, formatAddress, inPrefix, parseIpv4, type Address, type Prefix } from '@svclab/wire';
import { NODE_IMAGE } from '../kind/objects/images.js';
import { nodeTools } from '../node/node-tools.js';
import { canonicalReference } from '../workloads/images.js';
import { ContainerNetwork } from './container-network.js';
import { installEmbeddedDns } from './embedded-dns.js';
import { isRunning, type DockerContainer, type DockerNetwork, type NetworkEndpoint, type PortMapping } from './records.js';

/** What `docker run` asks for. */
export interface ContainerRequest {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly hostname?: string;
  readonly network: string;
  /** `--ip`; otherwise the lowest free address. */
  readonly ipv4?: string;
  readonly autoRemove?: boolean;
  readonly labels?: { readonly [key: string]: string };
  readonly ports?: readonly PortMapping[];
  /** A kind node, or an outside client: names the network namespace and the shell location. */
  readonly role: 'node' | 'client';
}

/** The Docker engine of the lab host: containers, networks, addresses. All its state is in tables. */
export class Docker {
  readonly #containers: Table<DockerContainer>;
  readonly #networks: Table<DockerNetwork>;
  readonly #images: Table<{ readonly pulledUs: number }>;
  readonly #network: ContainerNetwork;

  constructor(
    private readonly sim: Sim,
    private readonly net: Netstack,
  ) {
    this.#containers = sim.store.table('docker.containers');
    this.#networks = sim.store.table('docker.networks');
    this.#images = sim.store.table('docker.images');
    this.#network = new ContainerNetwork(sim, net);
  }

  /** Newest first, as `docker ps` lists them. */
  containers(options: { all?: boolean } = {}): DockerContainer[] {
    return [...this.#containers.values()]
      .filter((container) => options.all || isRunning(container))
      .toSorted((a, b) => b.createdUs - a.createdUs || (a.id < b.id ? -1 : 1));
  }

  /** By name or by the beginning of the id. */
  find(reference: string): DockerContainer | undefined {
    const named = this.#containers.get(reference.replace(/^\//, ''));
    if (named || !/^[0-9a-f]+$/.test(reference)) return named;
    const matching = [...this.#containers.values()].filter(({ id }) => id.startsWith(reference));
    return matching.length === 1 ? matching[0] : undefined;
  }

  at(netns: string): DockerContainer | undefined {
    for (const container of this.#containers.values()) if (container.netns === netns) return container;
    return undefined;
  }

  /** In order of their names, as `docker network ls` lists them. */
  networks(): DockerNetwork[] {
    return [...this.#networks.values()];
  }

  findNetwork(reference: string): DockerNetwork | undefined {
    const named = this.#networks.get(reference);
    if (named || !/^[0-9a-f]{3,}$/.test(reference)) return named;
    return [...this.#networks.values()].find(({ id }) => id.startsWith(reference));
  }

  containersOn(network: string): DockerContainer[] {
    return [...this.#containers.values()].filter((container) => isRunning(container) && network in container.endpoints);
  }

  /** References of the images on the host, in their order, as the runtime writes them: `docker.io/kindest/node:v1.31.0`. */
  images(): readonly string[] {
    return this.#images.keys();
  }

  hasImage(reference: string): boolean {
    return this.#images.has(canonicalReference(reference));
  }

  addImage(reference: string): void {
    this.#images.put(canonicalReference(reference), { pulledUs: this.sim.nowUs });
  }

  /** A fresh engine: the three networks that always exist, and the host's own namespace. */
  install(): void {
    this.#network.installHost();
    for (const image of PRESENT_IMAGES) this.addImage(image);
    const blank = { createdUs: this.sim.nowUs, enableIpv6: false, options: {}, labels: {}, subnets: [], mtu: 0, bridge: null };
    const id = (): string => this.#random().hex(64);
    this.#networks.put('host', { ...blank, id: id(), name: 'host', driver: 'host' });
    this.#networks.put('none', { ...blank, id: id(), name: 'none', driver: 'null' });
    this.createNetwork({
      name: 'bridge',
      bridge: 'docker0',
      subnets: [{ prefix: prefix('172.17.0.0', 16), gateway: address('172.17.0.1') }],
      options: { 'com.docker.network.bridge.name': 'docker0', 'com.docker.network.driver.mtu': '65535' },
      mtu: 65535,
    });
  }

  createNetwork(
    request: Pick<DockerNetwork, 'name' | 'subnets' | 'options' | 'mtu'> & { bridge?: string; enableIpv6?: boolean },
  ): DockerNetwork {
    const id = this.#random().hex(64);
    const network: DockerNetwork = {
      id,
      name: request.name,
      driver: 'bridge',
      createdUs: this.sim.nowUs,
      enableIpv6: request.enableIpv6 ?? false,
      subnets: request.subnets,
      options: request.options,
      labels: {},
      bridge: request.bridge ?? `br-${id.slice(0, 12)}`,
      mtu: request.mtu,
    };
    this.#networks.put(network.name, network);
    this.#network.addBridge(network);
    return network;
  }

  /** Creates a container without starting it. The error is the daemon's, without its prefix. */
  create(request: ContainerRequest): Result<DockerContainer, string> {
    const taken = this.#containers.get(request.name);
    if (taken) {
      return err(
        `Conflict. The container name "/${request.name}" is already in use by container "${taken.id}". ` +
          'You have to remove (or rename) that container to be able to reuse that name.',
      );
    }
    if (!this.#networks.has(request.network)) return err(`network ${request.network} not found`);
    const id = this.#random().hex(64);
    const container: DockerContainer = {
      id,
      name: request.name,
      image: request.image,
      command: request.command,
      hostname: request.hostname ?? id.slice(0, 12),
      createdUs: this.sim.nowUs,
      startedUs: null,
      exitCode: null,
      finishedUs: null,
      autoRemove: request.autoRemove ?? false,
      pid: 0,
      labels: request.labels ?? {},
      ports: request.ports ?? [],
      netns: `${request.role}/${request.name}`,
      endpoints: {},
    };
    this.#containers.put(container.name, container);
    return ok(container);
  }

  /** Gives the container its namespace, address and resolver, and starts it. */
  start(name: string, networkName: string, requestedIpv4?: string): Result<DockerContainer, string> {
    const container = this.#containers.get(name);
    assert(container, `no container ${name}`);
    const network = this.#networks.get(networkName);
    if (!network) return err(`network ${networkName} not found`);
    const chosen = this.#chooseAddresses(network, requestedIpv4);
    if (!chosen.ok) return chosen;
    const endpoint: NetworkEndpoint = {
      endpointId: this.#random().hex(64),
      ...chosen.value,
      mac: dockerMac(chosen.value.ipv4 as number),
      hostLink: `veth${this.#random().hex(7)}`,
    };
    this.#network.connect(container, network, endpoint);
    installEmbeddedDns(nodeTools(this.net, container.netns), this.#network.startResolver(container.netns));
    const started: DockerContainer = {
      ...container,
      startedUs: this.sim.nowUs,
      exitCode: null,
      pid: 1000 + this.#random().below(30_000),
      endpoints: { [networkName]: endpoint },
    };
    this.#containers.put(name, started);
    return ok(started);
  }

  /** Ends the container; one that was run with `--rm` goes away. */
  stop(name: string, exitCode = 137): void {
    const container = this.#containers.get(name);
    if (!container || !isRunning(container)) return;
    this.#network.disconnect(container);
    if (container.autoRemove) this.#containers.delete(name);
    else this.#containers.put(name, { ...container, exitCode, finishedUs: this.sim.nowUs, endpoints: {} });
  }

  remove(name: string): void {
    this.stop(name);
    this.#containers.delete(name);
  }

  #chooseAddresses(network: DockerNetwork, requestedIpv4: string | undefined): Result<{ ipv4: Address; ipv6: Address | null }, string> {
    const endpoints = this.containersOn(network.name).map((container) => container.endpoints[network.name]!);
    const [v4, v6] = network.subnets;
    if (!v4) return err(`network ${network.name} has no addresses`);
    const taken = new Set([v4.gateway, ...endpoints.map(({ ipv4 }) => ipv4)]);
    let ipv4: number;
    if (requestedIpv4 === undefined) {
      ipv4 = lowestFree(v4.prefix.address as number, taken);
    } else {
      const parsed = parseIpv4(requestedIpv4);
      if (parsed === undefined) return err(`invalid IPv4 address: ${requestedIpv4}`);
      if (!inPrefix(parsed, v4.prefix)) return err(`invalid address ${requestedIpv4}: It does not belong to any of this network's subnets`);
      if (taken.has(parsed)) return err('Address already in use');
      ipv4 = parsed;
    }
    if (!v6) return ok({ ipv4, ipv6: null });
    const [a, b, c, d] = v6.prefix.address as readonly [number, number, number, number];
    const takenLow = new Set(
      [v6.gateway, ...endpoints.map(({ ipv6 }) => ipv6)].map((ipv6) => (ipv6 as readonly number[] | null)?.[3] ?? d),
    );
    return ok({ ipv4, ipv6: [a, b, c, lowestFree(d, takenLow)] });
  }

  #random(): Prng {
    return this.sim.random('docker');
  }
}

/** What the lab's author had used before. */
const PRESENT_IMAGES = [NODE_IMAGE, 'nicolaka/netshoot'];

const prefix = (network: string, length: number): Prefix => ({ address: address(network), length });

function lowestFree(base: number, taken: ReadonlySet<Address>): number {
  let candidate = base + 1;
  while (taken.has(candidate)) candidate++;
  return candidate;
}

/** `172.18.0.2` of the container on one network; empty as in `docker inspect` when it has none. */
export const ipv4On = (container: DockerContainer, network: string): string => {
  const endpoint = container.endpoints[network];
  return endpoint ? formatAddress(endpoint.ipv4) : '';
};
