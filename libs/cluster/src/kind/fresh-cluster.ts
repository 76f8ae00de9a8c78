import { formatTime, type ApiServer, type KubeObject, type Status } from '@svclab/kube-api';
import { assert, type Result, type Sim } from '@svclab/sim';
import { addons, type Addon } from './objects/addons.js';
import { clusterDnsAddress, configMaps, NAMESPACES } from './objects/config-maps.js';
import { controlPlanePods } from './objects/control-plane.js';
import { nodeObject, type NodeIdentity } from './objects/node-object.js';
import { daemonSet, deployment } from './objects/workloads.js';
import type { ClusterRecord, NodeRecord } from './records.js';

/** The longest that a kubelet takes from seeing a pod to having its sandbox. */
const SANDBOX_TIME_US = 1_200_000;
const STORAGE_NAMESPACE = 'local-path-storage';

/** Writes into the API what kubeadm, kind and the first controllers write when a cluster comes up. */
export class FreshCluster {
  readonly #addons: readonly Addon[];

  constructor(
    private readonly sim: Sim,
    private readonly api: ApiServer,
    private readonly cluster: ClusterRecord,
  ) {
    this.#addons = addons(cluster);
  }

  /** The API server with its own objects: namespaces and Service `kubernetes`. */
  startApiServer(ipv4: string): void {
    const { serviceSubnet, podSubnet, featureGates, version } = this.cluster;
    this.api.configure({ serviceCidr: serviceSubnet, podCidr: podSubnet, featureGates, version });
    for (const name of NAMESPACES) if (name !== STORAGE_NAMESPACE) this.#createNamespace(name);
    this.api.bootstrapKubernetesService({ addresses: [ipv4], port: 6443 });
  }

  registerNode(node: NodeRecord, identity: Omit<NodeIdentity, 'now'>): void {
    this.#create('nodes', nodeObject(node, { ...identity, now: formatTime(this.sim.nowUs) }));
  }

  /** The static pods, and what kubeadm installs: its ConfigMaps, kube-proxy and Service kube-dns. Its coredns comes with the storage. */
  installControlPlane(node: string, ipv4: string): void {
    for (const pod of controlPlanePods(this.cluster, node, ipv4)) this.#create('pods', pod, 'kube-system');
    this.#createConfigMaps((namespace) => namespace !== STORAGE_NAMESPACE);
    this.#create('services', kubeDnsService(clusterDnsAddress(this.cluster.serviceSubnet)), 'kube-system');
    this.#createOwner(this.#addon('kube-proxy'));
  }

  /** kindnetd, on all nodes there are and will be. */
  installCni(): void {
    this.#createOwner(this.#addon('kindnet'));
  }

  /** The storage provisioner and coredns, whose pods start together now that there is a network, on the only node that they tolerate. */
  // Simplification: kubeadm makes the Deployment of coredns some seconds earlier; its pods wait for the network, and who comes first is a race.
  installStorage(): void {
    this.#createNamespace(STORAGE_NAMESPACE);
    this.#createConfigMaps((namespace) => namespace === STORAGE_NAMESPACE);
    this.#create('storageclasses', STORAGE_CLASS);
    for (const addon of this.#addons.filter(({ kind }) => kind === 'Deployment')) {
      this.#createOwner(addon);
      // Time enough for the kubelet to give its pods their addresses, so that those of one workload follow each other.
      this.sim.advance(SANDBOX_TIME_US);
    }
  }

  #createOwner(addon: Addon): void {
    const { namespace, podSpec } = addon;
    const name = podSpec.serviceAccountName;
    this.#create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }, namespace);
    if (addon.kind === 'DaemonSet') this.#create('daemonsets', daemonSet(addon), namespace);
    else this.#create('deployments', deployment(addon), namespace);
  }

  #createConfigMaps(wanted: (namespace: string) => boolean): void {
    for (const { namespace, name, labels, annotations, data } of configMaps(this.cluster)) {
      if (!wanted(namespace)) continue;
      this.#create(
        'configmaps',
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels, annotations }, data },
        namespace,
      );
    }
  }

  #createNamespace(name: string): void {
    this.#create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  #addon(name: string): Addon {
    return this.#addons.find((addon) => addon.name === name)!;
  }

  #create(resource: string, object: object, namespace?: string): Readonly<KubeObject> {
    return expectOk(this.api.create(resource, object, namespace));
  }
}

/** Source: Kubernetes `cmd/kubeadm/app/phases/addons/dns/manifests.go`, `CoreDNSService`. */
const kubeDnsService = (clusterIP: string): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kube-dns',
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
  },
  spec: {
    clusterIP,
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
      { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
    ],
    selector: { 'k8s-app': 'kube-dns' },
  },
});

const STORAGE_CLASS = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'rancher.io/local-path',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** The API server accepts what a fresh cluster consists of, or we wrote it wrongly. */
function expectOk<T>(result: Result<T, Status>): T {
  assert(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}
