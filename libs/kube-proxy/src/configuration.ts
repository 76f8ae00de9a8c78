import { parsePrefix } from '@svclab/wire';
import { parseGoDurationMs } from './go-duration.js';

export type IpFamily = 'IPv4' | 'IPv6';

/**
 * kubeproxy.config.k8s.io/v1alpha1 KubeProxyConfiguration, the members that act here: the ConfigMap's
 * `config.conf` as an object. Durations are Go text (`1s`). Absent members have the defaults of
 * pkg/proxy/apis/config/v1alpha1/defaults.go.
 */
export interface KubeProxyConfiguration {
  readonly mode?: string;
  readonly clusterCIDR?: string;
  readonly detectLocalMode?: string;
  readonly detectLocal?: { readonly bridgeInterface?: string; readonly interfaceNamePrefix?: string };
  readonly nodePortAddresses?: readonly string[] | null;
  readonly iptables?: {
    readonly masqueradeAll?: boolean;
    readonly masqueradeBit?: number | null;
    readonly localhostNodePorts?: boolean | null;
    readonly minSyncPeriod?: string;
    readonly syncPeriod?: string;
  };
  readonly conntrack?: {
    readonly tcpEstablishedTimeout?: string | null;
    readonly tcpCloseWaitTimeout?: string | null;
    readonly tcpBeLiberal?: boolean;
  };
}

/** The configuration with defaults filled in and text parsed: what one iptables proxier of one family works with. */
export interface IptablesOptions {
  readonly family: IpFamily;
  readonly detectLocalMode: 'ClusterCIDR' | 'NodeCIDR' | 'BridgeInterface' | 'InterfaceNamePrefix';
  /** First CIDR of the family; '' when none is configured. */
  readonly clusterCidr: string;
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  readonly masqueradeAll: boolean;
  /** As written in rules: `0x00004000`. */
  readonly masqueradeMark: string;
  readonly localhostNodePorts: boolean;
  /** Empty means all addresses of the node. */
  readonly nodePortAddresses: readonly string[];
  readonly minSyncPeriodMs: number;
  readonly syncPeriodMs: number;
  readonly tcpEstablishedTimeoutSeconds: number;
  readonly tcpCloseWaitTimeoutSeconds: number;
  readonly tcpBeLiberal: boolean;
}

const LOCAL_MODES = ['ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'] as const;

export function iptablesOptions(config: KubeProxyConfiguration, family: IpFamily): IptablesOptions {
  const nodePortAddresses = (config.nodePortAddresses ?? []).filter((entry) => entry === 'primary' || familyOf(entry) === family);
  const detectLocalMode = LOCAL_MODES.find((mode) => mode === config.detectLocalMode) ?? 'ClusterCIDR';
  const iptables = config.iptables ?? {};
  return {
    family,
    detectLocalMode,
    clusterCidr: (config.clusterCIDR ?? '').split(',').find((cidr) => cidr !== '' && familyOf(cidr) === family) ?? '',
    bridgeInterface: config.detectLocal?.bridgeInterface ?? '',
    interfaceNamePrefix: config.detectLocal?.interfaceNamePrefix ?? '',
    masqueradeAll: iptables.masqueradeAll ?? false,
    masqueradeMark: `0x${(1 << (iptables.masqueradeBit ?? 14)).toString(16).padStart(8, '0')}`,
    localhostNodePorts: family === 'IPv4' && (iptables.localhostNodePorts ?? true) && coversLoopback(nodePortAddresses),
    nodePortAddresses: nodePortAddresses.some(isZeroCidr) ? [] : nodePortAddresses,
    minSyncPeriodMs: durationMs(iptables.minSyncPeriod, 1_000),
    syncPeriodMs: durationMs(iptables.syncPeriod, 30_000),
    tcpEstablishedTimeoutSeconds: durationMs(config.conntrack?.tcpEstablishedTimeout, 86_400_000) / 1_000,
    tcpCloseWaitTimeoutSeconds: durationMs(config.conntrack?.tcpCloseWaitTimeout, 3_600_000) / 1_000,
    tcpBeLiberal: config.conntrack?.tcpBeLiberal ?? false,
  };
}

export const familyOf = (addressOrCidr: string): IpFamily => (addressOrCidr.includes(':') ? 'IPv6' : 'IPv4');

const isZeroCidr = (cidr: string): boolean => cidr === '0.0.0.0/0' || cidr === '::/0';

function coversLoopback(nodePortAddresses: readonly string[]): boolean {
  if (nodePortAddresses.length === 0) return true;
  return nodePortAddresses.some((cidr) => {
    const prefix = parsePrefix(cidr);
    return isZeroCidr(cidr) || (prefix.ok && typeof prefix.value.address === 'number' && prefix.value.address >>> 24 === 127);
  });
}

/** Absent and zero both mean the default, as in v1alpha1 defaulting of the sync periods. */
function durationMs(text: string | null | undefined, defaultMs: number): number {
  return (text ? parseGoDurationMs(text) : undefined) || defaultMs;
}
