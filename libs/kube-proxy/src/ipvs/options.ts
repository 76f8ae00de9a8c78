import {
  durationMs,
  masqueradeMark,
  proxyOptions,
  type IpFamily,
  type KubeProxyConfiguration,
  type ProxyOptions,
} from '../configuration.js';

/** What an IPVS proxier works with: the configuration's member `ipvs`, and of `iptables` how it masquerades. */
export interface IpvsOptions extends ProxyOptions {
  readonly scheduler: string;
  /** Virtual services in these networks are somebody else's: they stay. */
  readonly excludeCidrs: readonly string[];
  readonly strictArp: boolean;
  /** Seconds; 0 leaves the kernel's own. */
  readonly timeouts: { readonly tcp: number; readonly tcpFin: number; readonly udp: number };
  readonly masqueradeAll: boolean;
  /** As written in rules: `0x00004000`. */
  readonly masqueradeMark: string;
  readonly minSyncPeriodMs: number;
  readonly syncPeriodMs: number;
}

const DEFAULT_SCHEDULER = 'rr';

export function ipvsOptions(config: KubeProxyConfiguration, family: IpFamily): IpvsOptions {
  const { scheduler, excludeCIDRs, strictARP, minSyncPeriod, syncPeriod, tcpTimeout, tcpFinTimeout, udpTimeout } = config.ipvs ?? {};
  const seconds = (text: string | undefined): number => durationMs(text, 0) / 1_000;
  return {
    ...proxyOptions(config, family),
    scheduler: scheduler || DEFAULT_SCHEDULER,
    excludeCidrs: excludeCIDRs ?? [],
    strictArp: strictARP ?? false,
    timeouts: { tcp: seconds(tcpTimeout), tcpFin: seconds(tcpFinTimeout), udp: seconds(udpTimeout) },
    masqueradeAll: config.iptables?.masqueradeAll ?? false,
    masqueradeMark: masqueradeMark(config.iptables?.masqueradeBit),
    // Unlike the others, this mode has no least time between syncs unless one is configured.
    minSyncPeriodMs: durationMs(minSyncPeriod, 0),
    syncPeriodMs: durationMs(syncPeriod, 30_000),
  };
}
