import { canonicalJson } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';
import { isPodFinished, podIPs } from '../pod-state.js';
import { inSliceOrder, type NumberedPort } from '../service-endpoints/port-order.js';
import { isHeadless } from '../service-endpoints/service-selectors.js';
import { portsOnPod } from '../service-endpoints/target-port.js';
import { endpointOfPod, type SliceEndpoint } from './endpoint.js';
import { packEndpoints } from './packing.js';

export const MANAGED_BY = 'endpointslice-controller.k8s.io';
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
/** kube-controller-manager --max-endpoints-per-slice. */
const MAX_ENDPOINTS_PER_SLICE = 100;

export type AddressType = 'IPv4' | 'IPv6';

/** A slice to be written; `existing` when it replaces one. */
export interface PlannedSlice {
  readonly existing?: Readonly<KubeObject>;
  readonly addressType: AddressType;
  readonly ports: readonly NumberedPort[];
  readonly endpoints: readonly SliceEndpoint[];
}

export interface SlicePlan {
  readonly write: readonly PlannedSlice[];
  readonly remove: readonly Readonly<KubeObject>[];
}

interface PortGroup {
  readonly ports: readonly NumberedPort[];
  readonly wanted: SliceEndpoint[];
  readonly existing: Readonly<KubeObject>[];
}

/**
 * Decides what the EndpointSlices of a Service in one family should become
 * (k8s.io/endpointslice/reconciler.go reconcileByAddressType and finalize).
 */
export function planSlices(
  service: Readonly<KubeObject>,
  pods: readonly Readonly<KubeObject>[],
  existing: readonly Readonly<KubeObject>[],
  addressType: AddressType,
  nodeNamed: (name: string) => Readonly<KubeObject> | undefined,
): SlicePlan {
  const groups = groupByPorts(service, pods, existing, addressType, nodeNamed);
  const labels = canonicalJson(sliceLabels(service));
  const write: PlannedSlice[] = [];
  const create: PlannedSlice[] = [];
  const remove: Readonly<KubeObject>[] = [];
  for (const key of [...groups.keys()].toSorted()) {
    const { ports, wanted, existing } = groups.get(key)!;
    const byName = new Map(existing.map((slice) => [slice.metadata.name, slice]));
    const packed = existing.map((slice) => ({
      name: slice.metadata.name,
      endpoints: (slice['endpoints'] ?? []) as SliceEndpoint[],
      labelsChanged: canonicalJson(slice.metadata.labels ?? {}) !== labels,
    }));
    const packing = packEndpoints(packed, wanted, MAX_ENDPOINTS_PER_SLICE);
    create.push(...packing.create.map((endpoints) => ({ addressType, ports, endpoints })));
    for (const [name, endpoints] of packing.update) write.push({ existing: byName.get(name)!, addressType, ports, endpoints });
    remove.push(...packing.remove.map((name) => byName.get(name)!));
  }
  if (create.length === 0 && remove.length === existing.length) keepPlaceholder(addressType, labels, create, remove);
  return { write: [...write, ...renamed(create, remove)], remove };
}

/** The labels of every slice of a Service. */
export const sliceLabels = (service: Readonly<KubeObject>): Record<string, string> => ({
  ...service.metadata.labels,
  [SERVICE_NAME_LABEL]: service.metadata.name,
  [MANAGED_BY_LABEL]: MANAGED_BY,
  ...(isHeadless(service) && { 'service.kubernetes.io/headless': '' }),
});

/** Pods on which named ports resolve to different numbers cannot share a slice. */
function groupByPorts(
  service: Readonly<KubeObject>,
  pods: readonly Readonly<KubeObject>[],
  existing: readonly Readonly<KubeObject>[],
  addressType: AddressType,
  nodeNamed: (name: string) => Readonly<KubeObject> | undefined,
): Map<string, PortGroup> {
  const groups = new Map<string, PortGroup>();
  const groupOf = (ports: readonly NumberedPort[]): PortGroup => {
    const ordered = inSliceOrder(ports);
    const key = canonicalJson(ordered);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { ports: ordered, wanted: [], existing: [] }));
    return group;
  };
  for (const slice of existing) groupOf(portsOfSlice(slice)).existing.push(slice);
  for (const pod of pods) {
    const address = podIPs(pod).find((ip) => ip.includes(':') === (addressType === 'IPv6'));
    const node = nodeNamed(pod.spec?.['nodeName'] ?? '');
    if (address === undefined || isPodFinished(pod) || (!node && service.spec?.['publishNotReadyAddresses'] !== true)) continue;
    groupOf(portsOnPod(service, pod)).wanted.push(endpointOfPod(pod, address, node, service));
  }
  return groups;
}

function portsOfSlice(slice: Readonly<KubeObject>): NumberedPort[] {
  const ports = (slice['ports'] ?? []) as readonly { name?: string; protocol?: string; port?: number; appProtocol?: string }[];
  return ports.map(({ name = '', protocol = 'TCP', port = 0, appProtocol }) => ({
    name,
    protocol,
    port,
    ...(appProtocol !== undefined && { appProtocol }),
  }));
}

/** A Service without endpoints still has one slice, empty and without ports, so that watchers know it was looked at. */
function keepPlaceholder(addressType: AddressType, labels: string, create: PlannedSlice[], remove: Readonly<KubeObject>[]): void {
  const [only] = remove;
  const isPlaceholder =
    remove.length === 1 &&
    isEmptyList(only!['endpoints']) &&
    isEmptyList(only!['ports']) &&
    canonicalJson(only!.metadata.labels ?? {}) === labels;
  if (isPlaceholder) remove.length = 0;
  else create.push({ addressType, ports: [], endpoints: [] });
}

const isEmptyList = (list: readonly unknown[] | null | undefined): boolean => !list || list.length === 0;

/** A slice to be made takes the name of one to be deleted: the write is an update, and names live on. */
function renamed(create: readonly PlannedSlice[], remove: Readonly<KubeObject>[]): PlannedSlice[] {
  const left = [...create];
  const updates = remove.splice(0, left.length).map((existing) => ({ ...left.pop()!, existing }));
  return [...updates, ...left];
}
