/** As much of a Kubernetes object as the picture needs. */
export interface PicturedObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  // Specification and status keep the API's own shapes; the few members read are checked where they are read.
  readonly spec?: any;
  readonly status?: any;
  readonly endpoints?: any;
}

/** Lists as the API of a sandbox serves them. */
export interface ClusterObjects {
  readonly nodes: readonly PicturedObject[];
  readonly pods: readonly PicturedObject[];
  readonly services: readonly PicturedObject[];
  readonly endpointSlices: readonly PicturedObject[];
}

export interface PicturedPod {
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
  /** `Running`, `Pending` …; `Terminating` once its end has been asked for. */
  readonly phase: string;
  /** Services, `namespace/name`, whose slices list it as ready. */
  readonly serves: readonly string[];
}

export interface PicturedNode {
  readonly name: string;
  readonly address: string;
  readonly pods: readonly PicturedPod[];
}

export interface PicturedService {
  readonly name: string;
  readonly namespace: string;
  /** `10.200.1.206:9000`, one for each port; the address alone where it has no ports; empty when headless. */
  readonly addresses: readonly string[];
  readonly endpoints: readonly string[];
}

export interface ClusterView {
  readonly nodes: readonly PicturedNode[];
  readonly services: readonly PicturedService[];
  /** Pods that no node runs yet. */
  readonly unplaced: readonly PicturedPod[];
}

/** What comes with a cluster and is not the learner's. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['kube-system', 'kube-node-lease', 'kube-public', 'local-path-storage']);

/** The learner's part of a cluster: nodes with the pods on them, and the Services with who answers for them. */
export function clusterView({ nodes, pods, services, endpointSlices }: ClusterObjects): ClusterView {
  const own = services.filter(isOwn).map((service) => viewService(service, endpointSlices));
  const placed = pods.filter(isOwn).map((pod) => ({ node: pod.spec?.nodeName as string | undefined, view: viewPod(pod, own) }));
  return {
    services: own,
    nodes: nodes.map((node) => ({
      name: node.metadata.name,
      address: node.status?.addresses?.find((each: { type: string }) => each.type === 'InternalIP')?.address ?? '',
      pods: placed.filter((pod) => pod.node === node.metadata.name).map(({ view }) => view),
    })),
    unplaced: placed.filter((pod) => pod.node === undefined).map(({ view }) => view),
  };
}

const isOwn = ({ metadata: { name, namespace = 'default' } }: PicturedObject): boolean =>
  !SYSTEM_NAMESPACES.has(namespace) && !(namespace === 'default' && name === 'kubernetes');

function viewPod({ metadata, status }: PicturedObject, services: readonly PicturedService[]): PicturedPod {
  const address = (status?.podIP as string | undefined) ?? '';
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? 'default',
    address,
    phase: 'deletionTimestamp' in metadata ? 'Terminating' : ((status?.phase as string | undefined) ?? 'Pending'),
    serves: services.filter(({ endpoints }) => endpoints.includes(address)).map(({ namespace, name }) => `${namespace}/${name}`),
  };
}

function viewService({ metadata, spec }: PicturedObject, slices: readonly PicturedObject[]): PicturedService {
  const { name, namespace = 'default' } = metadata;
  const clusterIp = spec?.clusterIP === 'None' ? undefined : (spec?.clusterIP as string | undefined);
  const ports: readonly { port: number }[] = spec?.ports ?? [];
  const ofService = slices.filter(
    (slice) => slice.metadata.namespace === namespace && slice.metadata.labels?.['kubernetes.io/service-name'] === name,
  );
  const endpoints = ofService.flatMap((slice) =>
    (slice.endpoints ?? []).filter(isReady).flatMap((each: { addresses: string[] }) => each.addresses),
  );
  return {
    name,
    namespace,
    addresses: clusterIp === undefined ? [] : ports.length ? ports.map(({ port }) => `${clusterIp}:${port}`) : [clusterIp],
    endpoints: [...new Set<string>(endpoints)].toSorted(),
  };
}

const isReady = (endpoint: { conditions?: { ready?: boolean } }): boolean => endpoint.conditions?.ready !== false;
