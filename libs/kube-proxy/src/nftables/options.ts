import {
  durationMs,
  isZeroCidr,
  masqueradeMark,
  proxyOptions,
  type IpFamily,
  type KubeProxyConfiguration,
  type ProxyOptions,
} from '../configuration.js';

/** What an nftables proxier works with. */
export interface NftablesOptions extends ProxyOptions {
  readonly masqueradeAll: boolean;
  /** As written in rules: `0x00004000`. */
  readonly masqueradeMark: string;
  /** Node ports are served on every address of the node that is not a loopback one. */
  readonly servesAllAddresses: boolean;
  readonly minSyncPeriodMs: number;
  readonly syncPeriodMs: number;
}

/** Node ports are served on the node's primary address alone unless the configuration says otherwise (NewProxyServer). */
const DEFAULT_NODE_PORT_ADDRESSES = ['primary'];

export function nftablesOptions(config: KubeProxyConfiguration, family: IpFamily): NftablesOptions {
  const common = proxyOptions(config, family);
  const { nftables = {} } = config;
  const nodePortAddresses = (config.nodePortAddresses ?? []).length > 0 ? common.nodePortAddresses : DEFAULT_NODE_PORT_ADDRESSES;
  return {
    ...common,
    nodePortAddresses,
    servesAllAddresses: nodePortAddresses.length === 0 || nodePortAddresses.some(isZeroCidr),
    masqueradeAll: nftables.masqueradeAll ?? false,
    masqueradeMark: masqueradeMark(nftables.masqueradeBit),
    minSyncPeriodMs: durationMs(nftables.minSyncPeriod, 1_000),
    syncPeriodMs: durationMs(nftables.syncPeriod, 30_000),
  };
}

/** Words of rules that differ between the families. */
export interface FamilyWords {
  readonly table: string;
  /** `ip`, `ip6`: before `saddr` and `daddr`. */
  readonly ip: string;
  readonly addressType: string;
  readonly notLoopback: string;
}

export const FAMILY_WORDS: Readonly<Record<IpFamily, FamilyWords>> = {
  IPv4: { table: 'ip kube-proxy', ip: 'ip', addressType: 'ipv4_addr', notLoopback: 'ip daddr != 127.0.0.0/8' },
  IPv6: { table: 'ip6 kube-proxy', ip: 'ip6', addressType: 'ipv6_addr', notLoopback: 'ip6 daddr != ::1' },
};
