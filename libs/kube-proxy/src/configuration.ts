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
  readonly ipvs?: {
    readonly scheduler?: string;
    readonly excludeCIDRs?: readonly string[] | null;
    readonly strictARP?: boolean;
    readonly minSyncPeriod?: string;
    readonly syncPeriod?: string;
    readonly tcpTimeout?: string;
    readonly tcpFinTimeout?: string;
    readonly udpTimeout?: string;
  };
  readonly nftables?: {
    readonly masqueradeAll?: boolean;
    readonly masqueradeBit?: number | null;
    readonly minSyncPeriod?: string;
    readonly syncPeriod?: string;
  };
  readonly featureGates?: { readonly [gate: string]: boolean };
  readonly logging?: { readonly verbosity?: number };
  readonly conntrack?: {
    readonly maxPerCore?: number | null;
    readonly min?: number | null;
    readonly udpTimeout?: string;
    readonly udpStreamTimeout?: string;
    readonly tcpEstablishedTimeout?: string | null;
    readonly tcpCloseWaitTimeout?: string | null;
    readonly tcpBeLiberal?: boolean;
  };
}

/** The configuration with defaults filled in and text parsed: the part that all modes share, for one family. */
export interface ProxyOptions {
  readonly family: IpFamily;
  readonly detectLocalMode: 'ClusterCIDR' | 'NodeCIDR' | 'BridgeInterface' | 'InterfaceNamePrefix';
  /** First CIDR of the family; '' when none is configured. */
  readonly clusterCidr: string;
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  /** Entries of the family, and `primary`; empty when none is configured. */
  readonly nodePortAddresses: readonly string[];
  readonly tcpEstablishedTimeoutSeconds: number;
  readonly tcpCloseWaitTimeoutSeconds: number;
  readonly tcpBeLiberal: boolean;
}

/** What an iptables proxier works with besides. */
export interface IptablesOptions extends ProxyOptions {
  readonly masqueradeAll: boolean;
  /** As written in rules: `0x00004000`. */
  readonly masqueradeMark: string;
  readonly localhostNodePorts: boolean;
  /** Empty means all addresses of the node. */
  readonly nodePortAddresses: readonly string[];
  readonly minSyncPeriodMs: number;
  readonly syncPeriodMs: number;
}

const LOCAL_MODES = ['ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'] as const;

export function proxyOptions(config: KubeProxyConfiguration, family: IpFamily): ProxyOptions {
  return {
    family,
    detectLocalMode: LOCAL_MODES.find((mode) => mode === config.detectLocalMode) ?? 'ClusterCIDR',
    clusterCidr: (config.clusterCIDR ?? '').split(',').find((cidr) => cidr !== '' && familyOf(cidr) === family) ?? '',
    bridgeInterface: config.detectLocal?.bridgeInterface ?? '',
    interfaceNamePrefix: config.detectLocal?.interfaceNamePrefix ?? '',
    nodePortAddresses: (config.nodePortAddresses ?? []).filter((entry) => entry === 'primary' || familyOf(entry) === family),
    tcpEstablishedTimeoutSeconds: durationMs(config.conntrack?.tcpEstablishedTimeout, 86_400_000) / 1_000,
    tcpCloseWaitTimeoutSeconds: durationMs(config.conntrack?.tcpCloseWaitTimeout, 3_600_000) / 1_000,
    tcpBeLiberal: config.conntrack?.tcpBeLiberal ?? false,
  };
}

export function iptablesOptions(config: KubeProxyConfiguration, family: IpFamily): IptablesOptions {
  const common = proxyOptions(config, family);
  const { nodePortAddresses } = common;
  const iptables = config.iptables ?? {};
  return {
    ...common,
    masqueradeAll: iptables.masqueradeAll ?? false,
    masqueradeMark: masqueradeMark(iptables.masqueradeBit),
    localhostNodePorts: family === 'IPv4' && (iptables.localhostNodePorts ?? true) && coversLoopback(nodePortAddresses),
    nodePortAddresses: nodePortAddresses.some(isZeroCidr) ? [] : nodePortAddresses,
    minSyncPeriodMs: durationMs(iptables.minSyncPeriod, 1_000),
    syncPeriodMs: durationMs(iptables.syncPeriod, 30_000),
  };
}

/** Bit 14 unless another one is configured: `0x00004000`. */
export const masqueradeMark = (bit: number | null | undefined): string => `0x${((1 << (bit ?? 14)) >>> 0).toString(16).padStart(8, '0')}`;

export const familyOf = (addressOrCidr: string): IpFamily => (addressOrCidr.includes(':') ? 'IPv6' : 'IPv4');

export const isZeroCidr = (cidr: string): boolean => cidr === '0.0.0.0/0' || cidr === '::/0';

function coversLoopback(nodePortAddresses: readonly string[]): boolean {
  if (nodePortAddresses.length === 0) return true;
  return nodePortAddresses.some((cidr) => {
    const prefix = parsePrefix(cidr);
    return isZeroCidr(cidr) || (prefix.ok && typeof prefix.value.address === 'number' && prefix.value.address >>> 24 === 127);
  });
}

/** Absent and zero both mean the default, as in v1alpha1 defaulting of the sync periods. */
export function durationMs(text: string | null | undefined, defaultMs: number): number {
  return (text ? parseGoDurationMs(text) : undefined) || defaultMs;
}
