import { canonicalJson } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';
import { isPodFinished, isPodReady, isTerminating, podIPs } from '../pod-state.js';
import { inSubsetOrder, md5Hex, sortedBy, type NumberedPort } from '../service-endpoints/port-order.js';
import { endpointHostname } from '../service-endpoints/service-selectors.js';
import { portsOnPod } from '../service-endpoints/target-port.js';

interface EndpointAddress {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef: { readonly kind: 'Pod'; readonly namespace: string; readonly name: string; readonly uid: string };
}

/** v1 EndpointSubset. */
export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[];
  readonly notReadyAddresses?: readonly EndpointAddress[];
  readonly ports?: readonly Record<string, string | number>[];
}

interface Placed {
  readonly address: EndpointAddress;
  readonly ready: boolean;
}

/**
 * The subsets of an Endpoints object: ports that lead to the very same addresses share one, addresses are in
 * the order of their text (pkg/api/v1/endpoints/util.go RepackSubsets).
 */
export function subsetsOf(service: Readonly<KubeObject>, pods: readonly Readonly<KubeObject>[]): EndpointSubset[] {
  const byPort = new Map<string, { port: NumberedPort | undefined; placed: Placed[] }>();
  for (const pod of pods) {
    const placed = place(service, pod);
    if (!placed) continue;
    const hasNoPorts = (service.spec?.['ports'] ?? []).length === 0;
    const ports: (NumberedPort | undefined)[] = hasNoPorts ? [undefined] : portsOnPod(service, pod);
    for (const port of ports) {
      const key = canonicalJson(port ?? null);
      const entry = byPort.get(key) ?? { port, placed: [] };
      byPort.set(key, entry);
      entry.placed.push(placed);
    }
  }
  const byAddresses = new Map<string, { ports: NumberedPort[]; placed: Placed[] }>();
  for (const { port, placed } of byPort.values()) {
    const ordered = sortedBy(placed, ({ address }) => `${address.ip} ${address.targetRef.uid}`);
    const key = canonicalJson(ordered);
    const entry = byAddresses.get(key) ?? { ports: [], placed: ordered };
    byAddresses.set(key, entry);
    if (port) entry.ports.push(port);
  }
  const subsets = [...byAddresses.values()].map(({ ports, placed }) => subset(ports, placed));
  // Simplification: several subsets are ordered by a hash of their JSON, where Go hashes its own dump of them.
  return sortedBy(subsets, (each) => md5Hex(canonicalJson(each)));
}

function subset(ports: readonly NumberedPort[], placed: readonly Placed[]): EndpointSubset {
  const ready = placed.filter((each) => each.ready).map(({ address }) => address);
  const notReady = placed.filter((each) => !each.ready).map(({ address }) => address);
  return {
    ...(ready.length > 0 && { addresses: ready }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady }),
    ...(ports.length > 0 && {
      ports: inSubsetOrder(ports).map(({ name, protocol, port, appProtocol }) => ({
        ...(name !== '' && { name }),
        port,
        protocol,
        ...(appProtocol !== undefined && { appProtocol }),
      })),
    }),
  };
}

function place(service: Readonly<KubeObject>, pod: Readonly<KubeObject>): Placed | undefined {
  const publishNotReady = service.spec?.['publishNotReadyAddresses'] === true;
  const wantsIpv6 = service.spec?.['ipFamilies']?.[0] === 'IPv6';
  const ip = podIPs(pod).find((text) => text.includes(':') === wantsIpv6);
  if (ip === undefined || isPodFinished(pod) || (isTerminating(pod) && !publishNotReady)) return undefined;
  const hostname = endpointHostname(pod, service);
  return {
    ready: publishNotReady || isPodReady(pod),
    address: {
      ip,
      ...(hostname !== undefined && { hostname }),
      ...(pod.spec?.['nodeName'] && { nodeName: pod.spec['nodeName'] }),
      targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid },
    },
  };
}
