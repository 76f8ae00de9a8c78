import { base32Hash } from '../base32-hash.js';
import { formatServicePortName, type ServicePortName } from '../service-port.js';

/** The chains of one service port; all four share one hash (pkg/proxy/iptables/proxier.go). */
export interface ServiceChains {
  /** KUBE-SVC-: balances over cluster endpoints. */
  readonly clusterPolicy: string;
  /** KUBE-SVL-: balances over endpoints of this node. */
  readonly localPolicy: string;
  /** KUBE-EXT-: entry for external destinations. */
  readonly external: string;
  /** KUBE-FW-: filters by loadBalancerSourceRanges. */
  readonly firewall: string;
}

export function serviceChains(name: ServicePortName): ServiceChains {
  const hash = hash16(formatServicePortName(name) + name.protocol.toLowerCase());
  return {
    clusterPolicy: `KUBE-SVC-${hash}`,
    localPolicy: `KUBE-SVL-${hash}`,
    external: `KUBE-EXT-${hash}`,
    firewall: `KUBE-FW-${hash}`,
  };
}

/** The chain of one endpoint of a service port, given its `ip:port` text. */
export const endpointChain = (name: ServicePortName, endpoint: string): string =>
  `KUBE-SEP-${hash16(formatServicePortName(name) + name.protocol.toLowerCase() + endpoint)}`;

/** Whether a nat chain belongs to some service port, so that it goes when no service port uses it. */
export const isServiceChain = (chain: string): boolean => /^KUBE-(SVC|SVL|SEP|FW|EXT)-/.test(chain);

const hash16 = (text: string): string => base32Hash(text, 16);
