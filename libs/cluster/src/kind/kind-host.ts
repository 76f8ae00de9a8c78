import type { ApiServer } from '@svclab/kube-api';
import type { KubeProxy, NodeTools } from '@svclab/kube-proxy';
import type { Sim, Table, Timer } from '@svclab/sim';
import type { Docker } from '../docker/docker.js';
import type { Files } from '../files/files.js';
import type { HostLocal } from '../kindnet/host-local.js';
import type { Kindnet } from '../kindnet/kindnet.js';
import type { NodeKernel } from '../node/node-kernel.js';
import type { ContainerRuntime } from '../workloads/container-runtime.js';
import type { ClusterRecord, NodeRecord } from './records.js';

/** The engines that a kind cluster is made of. */
export interface KindEngines {
  readonly sim: Sim;
  readonly api: ApiServer;
  readonly docker: Docker;
  readonly files: Files;
  readonly kernel: NodeKernel;
  readonly ipam: HostLocal;
  readonly kindnet: Kindnet;
  readonly kubeProxy: KubeProxy;
  readonly pods: ContainerRuntime;
  /** Command-line tools on a node, by its name. */
  toolsOf(node: string): NodeTools;
}

/** kind on the lab host: which clusters there are, and how one goes away. */
export class KindHost {
  readonly clusterTable: Table<ClusterRecord>;
  readonly nodes: Table<NodeRecord>;
  readonly sim: Sim;
  readonly api: ApiServer;
  readonly docker: Docker;
  readonly kernel: NodeKernel;
  readonly pods: ContainerRuntime;

  constructor(private readonly engines: KindEngines) {
    ({ sim: this.sim, api: this.api, docker: this.docker, kernel: this.kernel, pods: this.pods } = engines);
    this.clusterTable = engines.sim.store.table('cluster.clusters');
    this.nodes = engines.sim.store.table('cluster.nodes');
  }

  /** By name. */
  clusters(): ClusterRecord[] {
    return [...this.clusterTable.values()];
  }

  cluster(name: string): ClusterRecord | undefined {
    return this.clusterTable.get(name);
  }

  node(name: string): NodeRecord | undefined {
    return this.nodes.get(name);
  }

  /** Names as `kind get nodes` lists them: newest container first. */
  nodeNames(cluster: string): string[] {
    return this.docker
      .containers({ all: true })
      .filter(({ name }) => this.nodes.get(name)?.cluster === cluster)
      .map(({ name }) => name);
  }

  toolsOf(node: string): NodeTools {
    return this.engines.toolsOf(node);
  }

  /** Removes a cluster with its containers; returns the names of the nodes it had. */
  delete(name: string): string[] {
    const { sim, kubeProxy, kindnet, ipam, files } = this.engines;
    const nodes = this.nodeNames(name);
    if (!this.clusterTable.has(name)) return nodes;
    for (const node of nodes) {
      kubeProxy.stop(node);
      kindnet.stop(node);
      this.pods.forgetNode(node);
      this.docker.remove(node);
      this.kernel.halt(node);
      ipam.forget(node);
      files.forget(`node/${node}`);
      this.nodes.delete(node);
    }
    this.#forgetCluster();
    this.pods.logs.forgetAll();
    this.clusterTable.delete(name);
    // The API server is gone: what its controllers would still do has nobody to do it.
    sim.discardWork();
    return nodes;
  }

  /** etcd went with its container, and with their processes what the components knew and had planned. */
  #forgetCluster(): void {
    const { store, timers } = this.sim;
    for (const name of store.tableNames()) {
      if (!CLUSTER_ROOMS.has(name.slice(0, name.indexOf('.')))) continue;
      const table = store.table(name);
      for (const key of table.keys()) table.delete(key);
    }
    for (const [name, { kind }] of store.table<Timer>('sim.timers').entries()) {
      if (CLUSTER_ROOMS.has(kind.slice(0, kind.indexOf('.')))) timers.cancel(name);
    }
  }
}

/** First words of the tables, and of the kinds of timers, of what runs in a cluster. */
const CLUSTER_ROOMS: ReadonlySet<string> = new Set([
  'coredns',
  'daemonset',
  'deployment',
  'endpoints',
  'endpointslice',
  'job',
  'kindnet',
  'kube',
  'kube-proxy',
  'kubelet',
  'load-balancer',
  'node-lifecycle',
  'nodeipam',
  'podgc',
  'proxy',
  'replicaset',
  'scheduler',
]);
