import type { IpFamily } from './configuration.js';
import { IPTABLES_MODE } from './iptables/mode.js';
import type { NodeTools } from './node-tools.js';
import type { ProxyMode } from './proxier.js';

/** The modes that are built, by the name that the configuration calls them. */
const PROXY_MODES: Readonly<Record<string, ProxyMode>> = {
  iptables: IPTABLES_MODE,
};

/** `undefined` for a mode that is none. Empty text means iptables (getProxyMode of cmd/kube-proxy/app/server_linux.go). */
export const proxyMode = (name: string): ProxyMode | undefined => PROXY_MODES[name === '' ? 'iptables' : name];

export const proxyModeNames = (): string[] => Object.keys(PROXY_MODES).toSorted();

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
