import type { IpFamily } from './configuration.js';
import { IPTABLES_MODE } from './iptables/mode.js';
import { IPVS_MODE } from './ipvs/mode.js';
import { NFTABLES_MODE } from './nftables/mode.js';
import type { NodeTools } from './node-tools.js';
import type { ProxyMode } from './proxier.js';

export type ProxyModeName = 'iptables' | 'ipvs' | 'nftables';

/** The modes that are built, by the name that the configuration calls them. */
const PROXY_MODES: Readonly<Partial<Record<ProxyModeName, ProxyMode>>> = {
  iptables: IPTABLES_MODE,
  ipvs: IPVS_MODE,
  nftables: NFTABLES_MODE,
};

export const proxyModeNames = (): ProxyModeName[] => (Object.keys(PROXY_MODES) as ProxyModeName[]).toSorted();

export const isProxyMode = (name: string): name is ProxyModeName => name in PROXY_MODES;

/** Empty text means iptables (getDefaultProxyMode of cmd/kube-proxy/app/server_linux.go). */
export const proxyModeName = (mode: string | undefined): string => mode || 'iptables';

export const findProxyMode = (name: string): ProxyMode | undefined => (isProxyMode(name) ? PROXY_MODES[name] : undefined);

/** iptables and ipvs share chains and sets, and leave each other's alone. */
const isIptablesBased = (name: string): boolean => name !== 'nftables';

/**
 * What kube-proxy removes before it starts in a mode: the rules of the other kind, platformCleanup of
 * cmd/kube-proxy/app/server_linux.go. From iptables to ipvs and back nothing is removed (v1.31).
 */
export function cleanUpOtherModes(name: string, tools: NodeTools, family: IpFamily): void {
  for (const other of proxyModeNames()) {
    if (isIptablesBased(other) !== isIptablesBased(name)) PROXY_MODES[other]!.cleanUpLeftovers(tools, family);
  }
}
