import { err, ok, type Result } from '@svclab/sim';
import { address } from '@svclab/wire';
import { redirectEmbeddedDns } from '../docker/embedded-dns.js';
import { ipv4On } from '../docker/docker.js';
import { installKubeletRules } from '../node/kubelet-iptables.js';
import { NODE_SERVICES } from '../workloads/images.js';
import type { Listener } from '../workloads/program.js';
import { FreshCluster } from './fresh-cluster.js';
import type { KindConfig } from './kind-config.js';
import type { KindHost } from './kind-host.js';
import { KUBERNETES_VERSION, NODE_IMAGE } from './objects/images.js';
import type { ClusterRecord, NodeRecord } from './records.js';

/** How the races of a real creation end. Each lists every node once. */
export interface RaceOutcome {
  /** Containers as Docker created them, oldest first: `docker ps` shows the reverse. */
  readonly createOrder: readonly string[];
  /** Containers as they got their addresses: the first has 172.18.0.2. */
  readonly startOrder: readonly string[];
  /** Nodes as they joined, the control plane first: the first has the first /24 of the pod subnet. */
  readonly joinOrder: readonly string[];
}

export interface CreateOptions {
  readonly name: string;
  readonly config: KindConfig;
  readonly race?: Partial<RaceOutcome>;
}

/** One line of `kind create cluster`, and what happens meanwhile. */
export interface CreateStep {
  readonly title: string;
  readonly emoji: string;
  /** Virtual time that it takes. */
  readonly durationUs: number;
  run(): void;
}

/** The network that all kind nodes share; its IPv6 prefix derives from its name. Source: kind `pkg/cluster/internal/providers/docker/network.go`. */
const KIND_NETWORK = {
  name: 'kind',
  enableIpv6: true,
  mtu: 65535,
  subnets: [
    { prefix: { address: address('172.18.0.0'), length: 16 }, gateway: address('172.18.0.1') },
    { prefix: { address: address('fc00:f853:ccd:e793::'), length: 64 }, gateway: address('fc00:f853:ccd:e793::1') },
  ],
  options: { 'com.docker.network.bridge.enable_ip_masquerade': 'true', 'com.docker.network.driver.mtu': '65535' },
};

/** `host.docker.internal` on Docker Desktop: where kind lets its nodes find Docker's resolver. */
export const DOCKER_HOST = '192.168.65.254';

const SECOND_US = 1_000_000;

/** The steps of creating a cluster, to be run in order. Refused before anything happened if it cannot be. */
export function planCluster(host: KindHost, options: CreateOptions): Result<CreateStep[], string> {
  const { name, config } = options;
  if (!/^[a-z0-9.-]+$/.test(name)) return err(`'${name}' is not a valid cluster name, cluster names must match \`^[a-z0-9.-]+$\``);
  if (host.cluster(name)) return err(`node(s) already exist for a cluster with the name "${name}"`);
  if (host.clusters().length > 0) return err(`a second cluster beside "${host.clusters()[0]!.name}" is not simulated yet`);
  const nodes = nodesOf(name, config);
  const race = raceOutcome(nodes, options.race ?? {});
  if (!race.ok) return race;
  return ok(new ClusterCreation(host, options, nodes, race.value).steps());
}

/** `myk8s-control-plane`, `myk8s-worker`, `myk8s-worker2`: from the second of a role on with its number. */
function nodesOf(cluster: string, config: KindConfig): NodeRecord[] {
  const seen = { 'control-plane': 0, worker: 0 };
  return config.nodes.map(({ role, labels }) => {
    const number = ++seen[role];
    return { name: `${cluster}-${role}${number > 1 ? number : ''}`, cluster, role, labels };
  });
}

// Simplification: who wins the races of a creation is not drawn: a cluster with three workers comes out like the lab's second one, others in the order of their configuration.
function raceOutcome(nodes: readonly NodeRecord[], wanted: Partial<RaceOutcome>): Result<RaceOutcome, string> {
  const names = nodes.map(({ name }) => name);
  const pick = (...order: number[]): string[] => (names.length === 4 ? order.map((i) => names[i]!) : names);
  const race = { createOrder: pick(0, 3, 1, 2), startOrder: pick(0, 1, 3, 2), joinOrder: pick(0, 1, 3, 2), ...wanted };
  for (const order of Object.values(race)) {
    if (order.toSorted().join() !== names.toSorted().join()) return err(`an order must name each of ${names.join(', ')} once`);
  }
  return ok(race);
}

class ClusterCreation {
  readonly #cluster: ClusterRecord;
  readonly #fresh: FreshCluster;

  constructor(
    private readonly host: KindHost,
    private readonly options: CreateOptions,
    private readonly nodes: readonly NodeRecord[],
    private readonly race: RaceOutcome,
  ) {
    const { name, config } = options;
    this.#cluster = {
      name,
      version: KUBERNETES_VERSION,
      createdUs: host.sim.nowUs,
      podSubnet: config.podSubnet,
      serviceSubnet: config.serviceSubnet,
      kubeProxyMode: config.kubeProxyMode,
      featureGates: config.featureGates,
      runtimeConfig: config.runtimeConfig,
      apiServerHostPort: 49_152 + host.sim.random('docker').below(16_384),
    };
    this.#fresh = new FreshCluster(host.sim, host.api, this.#cluster);
  }

  steps(): CreateStep[] {
    const workers = this.race.joinOrder.filter((name) => this.#node(name).role === 'worker');
    const first = this.race.joinOrder[0]!;
    const boxes = this.nodes.map(() => '📦').join(' ');
    return [
      step(`Ensuring node image (${NODE_IMAGE})`, '🖼', 1),
      step('Preparing nodes', `${boxes} `, 3, () => this.#startContainers()),
      step('Writing configuration', '📜', 1),
      step('Starting control-plane', '🕹️', 13, () => this.#startControlPlane(first)),
      step('Installing CNI', '🔌', 2, () => this.#fresh.installCni()),
      step('Installing StorageClass', '💾', 3, () => {
        this.#fresh.installStorage();
      }),
      ...(workers.length ? [step('Joining worker nodes', '🚜', 8, () => this.#joinWorkers(workers))] : []),
    ];
  }

  #startContainers(): void {
    const { docker, sim } = this.host;
    if (!docker.findNetwork(KIND_NETWORK.name)) docker.createNetwork(KIND_NETWORK);
    for (const name of this.race.createOrder) {
      const node = this.#node(name);
      const { config } = this.options;
      const created = docker.create({
        name,
        image: NODE_IMAGE,
        command: ['/usr/local/bin/entrypoint', '/sbin/init'],
        hostname: name,
        network: KIND_NETWORK.name,
        labels: { 'io.x-k8s.kind.cluster': node.cluster, 'io.x-k8s.kind.role': node.role },
        ports: node.role === 'control-plane' ? [...config.nodes.find(({ role }) => role === node.role)!.ports, this.#apiPort()] : [],
        role: 'node',
      });
      if (!created.ok) throw new Error(created.error);
      sim.advance(40_000);
    }
    sim.advance(SECOND_US);
    for (const name of this.race.startOrder) this.#startContainer(name);
    for (const node of this.nodes) this.host.nodes.put(node.name, node);
    this.host.clusterTable.put(this.#cluster.name, this.#cluster);
  }

  #apiPort() {
    return { hostAddress: '127.0.0.1', hostPort: this.#cluster.apiServerHostPort, containerPort: 6443, protocol: 'tcp' } as const;
  }

  #startContainer(name: string): void {
    const { docker, kernel } = this.host;
    const started = docker.start(name, KIND_NETWORK.name);
    if (!started.ok) throw new Error(started.error);
    redirectEmbeddedDns(this.host.toolsOf(name), DOCKER_HOST);
    kernel.boot(name);
    this.#startService(name, NODE_SERVICES.containerd);
  }

  /** kubeadm init: twelve seconds until the API server answers. */
  #startControlPlane(node: string): void {
    this.host.sim.advance(12 * SECOND_US);
    const ipv4 = this.#ipv4(node);
    this.#fresh.startApiServer(ipv4);
    this.#join(node);
    this.#fresh.installControlPlane(node, ipv4);
  }

  #joinWorkers(workers: readonly string[]): void {
    this.host.sim.advance(5 * SECOND_US);
    for (const name of workers) this.#join(name);
  }

  /** The kubelet of a node starts and registers it. */
  #join(name: string): void {
    const { sim } = this.host;
    this.#startService(name, NODE_SERVICES.kubelet);
    installKubeletRules(this.host.toolsOf(name));
    const random = sim.random('kubelet');
    this.#fresh.registerNode(this.#node(name), {
      ipv4: this.#ipv4(name),
      alone: this.nodes.length === 1,
      ids: { machineID: random.hex(32), systemUUID: uuid(random.hex(32)), bootID: uuid(random.hex(32)) },
    });
    // The node-IPAM controller gives the pod subnet before the next node asks.
    sim.drainWork();
  }

  #startService(node: string, listeners: readonly Listener[]): void {
    const pid = this.host.kernel.nextPid(node);
    for (const listener of listeners) this.host.pods.openListener(`node/${node}`, listener, pid);
  }

  #ipv4(name: string): string {
    return ipv4On(this.host.docker.find(name)!, KIND_NETWORK.name);
  }

  #node(name: string): NodeRecord {
    return this.nodes.find((node) => node.name === name)!;
  }
}

const step = (title: string, emoji: string, seconds: number, run: () => void = () => {}): CreateStep => ({
  title,
  emoji,
  durationUs: seconds * SECOND_US,
  run,
});

const uuid = (hex: string): string => [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
