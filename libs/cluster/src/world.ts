import { ApiServer } from '@svclab/kube-api';
import { registerControllers, registerLoadBalancerController } from '@svclab/kube-controllers';
import { isProxyMode, KubeProxy, proxyModeNames, type NodeTools } from '@svclab/kube-proxy';
import { Netstack } from '@svclab/netstack';
import { err, ok, type Result, type SettleReport, type Sim } from '@svclab/sim';
import { parseAddress, type Address } from '@svclab/wire';
import { Containers, type ContainerView } from './containers.js';
import { clusterDns, registerDnsServers } from './dns/dns-servers.js';
import { StubResolver, type Lookup, type ResolverPlace } from './dns/stub-resolver.js';
import { Docker } from './docker/docker.js';
import { Files } from './files/files.js';
import { planCluster, type RaceOutcome } from './kind/create-cluster.js';
import { LAB_KIND_CONFIG, parseKindConfig } from './kind/kind-config.js';
import { KindHost } from './kind/kind-host.js';
import { HostLocal } from './kindnet/host-local.js';
import { Kindnet } from './kindnet/kindnet.js';
import { Ptp } from './kindnet/ptp.js';
import { loadBalancerNetwork } from './network/load-balancer-network.js';
import { healthCheckSockets, registerKubeProxyServers } from './node/kube-proxy-servers.js';
import { NodeDaemons } from './node/node-daemons.js';
import { NodeKernel } from './node/node-kernel.js';
import { nodeTools } from './node/node-tools.js';
import { switchProxyMode } from './node/switch-proxy-mode.js';
import { ContainerRuntime } from './workloads/container-runtime.js';
import { registerPrograms } from './workloads/servers.js';

/** How a sandbox begins. */
export interface BootstrapOptions {
  /** `kind`: the lab's cluster is up. `empty`: the lab host alone. */
  readonly profile: 'kind' | 'empty';
  /** Default: the name in the configuration, else `myk8s` in profile kind. */
  readonly clusterName?: string;
  /** Text of a kind configuration file; default: the lab's. */
  readonly kindConfig?: string;
  /** How kube-proxy works; default: as the kind configuration says, else iptables. */
  readonly proxyMode?: string;
  /** Other ends of the races of a creation than those of the lab's second cluster. */
  readonly race?: Partial<RaceOutcome>;
}

/** How long before the learner comes the cluster was asked for: as in the lab's captures, the control plane is 45 s old then. */
const CREATED_BEFORE_US = 62_000_000;

/** One sandbox's simulated world: engines wired over the tables of one {@link Sim}, whatever they hold. */
export class World {
  readonly api: ApiServer;
  readonly net: Netstack;
  readonly docker: Docker;
  readonly files: Files;
  readonly kind: KindHost;
  readonly kubeProxy: KubeProxy;
  readonly pods: ContainerRuntime;
  readonly #containers: Containers;
  readonly #resolver: StubResolver;

  constructor(readonly sim: Sim) {
    this.api = new ApiServer(sim);
    this.net = new Netstack(sim);
    this.docker = new Docker(sim, this.net);
    const toolsOf = (node: string): NodeTools => nodeTools(this.net, `node/${node}`);
    const kernel = new NodeKernel(sim);
    const ipam = new HostLocal(sim);
    this.kubeProxy = new KubeProxy(sim, this.api, toolsOf, healthCheckSockets(this.net));
    this.net.netfilter.causeOf = (rule) => this.kubeProxy.provenance(rule);
    const kindnet = new Kindnet(sim, this.api, this.net, toolsOf);
    const ptp = new Ptp(sim, this.net, ipam, kernel);
    this.files = new Files(sim, (location) => this.#containers.standingFiles(location));
    const coreDns = clusterDns(this);
    const daemons = new NodeDaemons(this.api, this.kubeProxy, kindnet, coreDns);
    this.pods = new ContainerRuntime(sim, this.api, this.net, ptp, kernel, daemons, (location) => this.files.at(location));
    this.#containers = new Containers(this.api, this.net, this.docker, this.pods, () => this.kind.clusters()[0]);
    this.#resolver = new StubResolver(sim, this.net);
    const { api, docker, files, kubeProxy, pods } = this;
    this.kind = new KindHost({ sim, api, docker, files, kernel, ipam, kindnet, kubeProxy, pods, toolsOf });
    registerControllers({ sim, api, runtime: pods });
    registerLoadBalancerController({ sim, api, network: loadBalancerNetwork(docker, this.net) });
    registerPrograms(
      sim,
      this.net,
      (netns) => this.#containers.hostnameIn(netns),
      (netns, app, text) => this.pods.appendLog(netns, app, text),
    );
    registerDnsServers(coreDns, this);
    registerKubeProxyServers(sim, this.net, kubeProxy);
  }

  /** Fills the tables of a new sandbox; inside its first entry. The error is about the configuration, for its author. */
  bootstrap(options: BootstrapOptions): Result<void, string> {
    const { sim } = this;
    if (options.profile === 'empty') {
      this.docker.install();
      return ok(undefined);
    }
    const parsed = options.kindConfig === undefined ? ok(LAB_KIND_CONFIG) : parseKindConfig(options.kindConfig);
    if (!parsed.ok) return parsed;
    const { proxyMode } = options;
    if (proxyMode !== undefined && !isProxyMode(proxyMode)) return err(`proxy mode ${proxyMode} is not simulated`);
    const config = { ...parsed.value, ...(proxyMode === undefined ? {} : { kubeProxyMode: proxyMode }) };
    const startUs = sim.nowUs;
    sim.initialise({ seed: sim.seed, startUs: startUs - CREATED_BEFORE_US });
    this.docker.install();
    const name = options.clusterName ?? config.name ?? LAB_KIND_CONFIG.name!;
    const planned = planCluster(this.kind, { name, config, ...(options.race ? { race: options.race } : {}) });
    if (!planned.ok) return err(planned.error);
    for (const step of planned.value) {
      const endUs = sim.nowUs + step.durationUs;
      step.run();
      sim.advanceTo(endUs);
    }
    sim.advanceTo(startUs);
    return ok(undefined);
  }

  /** Lets the controllers work and time pass until only periodic timers remain. */
  settle(): SettleReport {
    return this.sim.settle();
  }

  /** The modes that kube-proxy knows, in order of their names. */
  proxyModes(): readonly string[] {
    return proxyModeNames();
  }

  /** Lets every node of the cluster run in another proxy mode, with nothing left of the one before. */
  switchProxyMode(mode: string): Result<void, string> {
    const nodes = this.kind.clusters().flatMap(({ name }) => this.kind.nodeNames(name));
    const switched = switchProxyMode({ api: this.api, kubeProxy: this.kubeProxy, nodes, toolsOf: (node) => this.kind.toolsOf(node) }, mode);
    if (switched.ok) this.settle();
    return switched;
  }

  /** What runs at a location of the shell: `node/…`, `pod/<namespace>/<name>`, `client/…`. */
  container(location: string): ContainerView | undefined {
    return this.#containers.find(location);
  }

  /** The network namespace of a location that exists; pods in their node's network have the node's. */
  netnsOf(location: string): string {
    return this.container(location)?.netns ?? location;
  }

  /** The first address of a name as a program at that place looks it up. It may ask servers: packets are sent and time passes. */
  resolve(location: string, name: string): Address | undefined {
    const literal = parseAddress(name);
    if (literal !== undefined) return literal;
    const lookup = this.lookUp(location, name);
    return lookup.ok ? lookup.addresses[0] : undefined;
  }

  /** All that a lookup of a name's addresses tells a program at that place; see {@link resolve}. */
  lookUp(location: string, name: string): Lookup {
    return this.#resolver.lookUp(this.#resolverPlace(location), name);
  }

  #resolverPlace(location: string): ResolverPlace {
    const view = this.container(location);
    const files = this.files.at(location);
    return { netns: view?.netns ?? location, libc: view?.userland === 'debian' ? 'glibc' : 'musl', readFile: (path) => files.read(path) };
  }

  /** How many there are now of what time takes away: connections that are tracked, and clients in the lists of `recent`. */
  expiring(): { conntrack: number; recent: number } {
    const { netfilter } = this.net;
    let conntrack = 0;
    let recent = 0;
    for (const { name } of this.net.namespaces()) {
      conntrack += netfilter.connections(name).length;
      for (const list of netfilter.recentFiles(name)) recent += netfilter.recentFile(name, list)!.split('\n').length - 1;
    }
    return { conntrack, recent };
  }
}
