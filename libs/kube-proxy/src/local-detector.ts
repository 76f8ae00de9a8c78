import type { KubeObject } from '@svclab/kube-api';
import { familyOf, type ProxyOptions } from './configuration.js';

/** How packets of a node's own pods are told from others (pkg/proxy/util/localdetector.go). */
export interface LocalTraffic {
  /** `source`: by address, in this CIDR. `interface`: by the interface they come in on. `interfaces`: by its prefix. */
  readonly by: 'source' | 'interface' | 'interfaces';
  /** `10.10.0.0/16`, `cni0` or the prefix `veth`. */
  readonly value: string;
}

/** `undefined` when nothing tells them: then no packet counts as local. */
export function localTraffic(options: ProxyOptions, node: Readonly<KubeObject> | undefined): LocalTraffic | undefined {
  const { detectLocalMode, clusterCidr, bridgeInterface, interfaceNamePrefix, family } = options;
  const podCidrs: readonly string[] = node?.spec?.['podCIDRs'] ?? [];
  const found: LocalTraffic = {
    ClusterCIDR: { by: 'source', value: clusterCidr } as const,
    NodeCIDR: { by: 'source', value: podCidrs.find((cidr) => familyOf(cidr) === family) ?? '' } as const,
    BridgeInterface: { by: 'interface', value: bridgeInterface } as const,
    InterfaceNamePrefix: { by: 'interfaces', value: interfaceNamePrefix } as const,
  }[detectLocalMode];
  return found.value === '' ? undefined : found;
}
