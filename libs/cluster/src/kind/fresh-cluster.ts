import type { ApiServer, KubeObject, Status } from '@svclab/kube-api';
import { assert, type Result } from '@svclab/sim';
import { addons, type Addon } from './objects/addons.js';
import { clusterDnsAddress, configMaps, NAMESPACES } from './objects/config-maps.js';
import { controlPlanePods } from './objects/control-plane.js';
import { nodeObject, type NodeIdentity } from './objects/node-object.js';
import type { ClusterRecord, NodeRecord } from './records.js';

/** Writes into the API what kubeadm, kind and the first controllers write when a cluster comes up. */
export class FreshCluster {
  readonly #addons: readonly Addon[];
  readonly #owners = new Map<string, Readonly<KubeObject>>();
  #controlPlane = '';

  constructor(
    private readonly api: ApiServer,
    private readonly cluster: ClusterRecord,
  ) {
    this.#addons = addons(cluster);
  }

  /** The API server with its own objects: namespaces and Service `kubernetes`. */
  startApiServer(ipv4: string): void {
    const { serviceSubnet, podSubnet, featureGates, version } = this.cluster;
    this.api.configure({ serviceCidr: serviceSubnet, podCidr: podSubnet, featureGates: { ...featureGates }, version });
    for (const name of NAMESPACES) if (name !== 'local-path-storage') this.#createNamespace(name);
    this.api.bootstrapKubernetesService([ipv4]);
  }

  registerNode(node: NodeRecord, identity: Omit<NodeIdentity, 'now'>): void {
    this.#create('nodes', nodeObject(node, { ...identity, now: this.api.now() }));
  }

  /** Static pods, then kubeadm's add-ons: kube-proxy and coredns. */
  installAddons(controlPlane: string, ipv4: string): void {
    this.#controlPlane = controlPlane;
  }

  installCni(): void {}

  installStorage(): void {}

  createDaemonPods(node: string): void {}

  #createNamespace(name: string): void {
    this.#create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  #create(resource: string, object: object, namespace?: string): Readonly<KubeObject> {
    return expectOk(this.api.create(resource, object, namespace));
  }
}

/** The API server accepts what a fresh cluster consists of, or we wrote it wrongly. */
function expectOk<T>(result: Result<T, Status>): T {
  assert(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}
