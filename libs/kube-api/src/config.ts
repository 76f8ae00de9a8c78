import type { Sim, Table } from '@svclab/sim';

/** Flags of the simulated kube-apiserver, and what else belongs to the whole cluster. */
export interface ClusterConfig {
  /** `--service-cluster-ip-range`: `10.200.1.0/24`. */
  readonly serviceCidr: string;
  /** `--cluster-cidr` of the controller manager: `10.10.0.0/16`. */
  readonly podCidr: string;
  /** `--service-node-port-range`: `30000-32767`. */
  readonly nodePortRange: string;
  readonly featureGates: Readonly<Record<string, boolean>>;
  /** `v1.31.0` */
  readonly version: string;
}

/** kubeadm's and kind's defaults. */
export const defaultConfig: ClusterConfig = {
  serviceCidr: '10.96.0.0/16',
  podCidr: '10.244.0.0/16',
  nodePortRange: '30000-32767',
  featureGates: {},
  version: 'v1.31.0',
};

/** The configuration of the cluster, kept in table `kube.config`. */
export class ConfigStore {
  readonly #table: Table<ClusterConfig>;

  constructor(sim: Sim) {
    this.#table = sim.store.table('kube.config');
  }

  get current(): ClusterConfig {
    return this.#table.get('config') ?? defaultConfig;
  }

  configure(changes: Partial<ClusterConfig>): void {
    this.#table.put('config', { ...this.current, ...changes });
  }
}
