import { canonicalJson } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';
import { isPodReady, isTerminating } from '../pod-state.js';
import { endpointHostname } from '../service-endpoints/service-selectors.js';

/** discovery.k8s.io/v1 Endpoint as the controller writes it. */
export interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly conditions: { readonly ready: boolean; readonly serving: boolean; readonly terminating: boolean };
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef: { readonly kind: 'Pod'; readonly namespace: string; readonly name: string; readonly uid: string };
  readonly zone?: string;
  readonly hints?: { readonly forZones: readonly { readonly name: string }[] };
}

/** One pod as an endpoint (k8s.io/endpointslice/utils.go podToEndpoint). */
export function endpointOfPod(
  pod: Readonly<KubeObject>,
  address: string,
  node: Readonly<KubeObject> | undefined,
  service: Readonly<KubeObject>,
): SliceEndpoint {
  const serving = isPodReady(pod);
  const terminating = isTerminating(pod);
  const ready = service.spec?.['publishNotReadyAddresses'] === true || (serving && !terminating);
  const hostname = endpointHostname(pod, service);
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname !== undefined && { hostname }),
    ...(pod.spec?.['nodeName'] && { nodeName: pod.spec['nodeName'] }),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid },
    ...(zone !== undefined && { zone }),
    ...(ready && service.spec?.['trafficDistribution'] === 'PreferClose' && { hints: { forZones: [{ name: zone ?? '' }] } }),
  };
}

/** What makes an endpoint the same one through changes of its conditions: it keeps its place in its slice. */
export const endpointIdentity = ({ addresses, hostname = '', targetRef }: SliceEndpoint): string =>
  canonicalJson([addresses, hostname, targetRef?.namespace ?? '', targetRef?.name ?? '']);
