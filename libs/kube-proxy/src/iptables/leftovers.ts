import type { IpFamily } from '../configuration.js';
import type { NodeTools } from '../node-tools.js';
import { jumpRule, SERVICE_JUMPS } from './base-chains.js';
import { isServiceChain } from './chain-names.js';
import { Iptables } from './iptables.js';

/** Chains of nat that go besides those of Services. KUBE-MARK-MASQ stays: it used to be the kubelet's. */
const NAT_LEFTOVERS = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING'];

/** KUBE-PROXY-FIREWALL is not among them, up to v1.33 at least: it stays behind, out of use. */
const FILTER_LEFTOVERS = ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-FORWARD', 'KUBE-NODEPORTS'];

/**
 * Unlinks kube-proxy's chains and removes them (CleanupLeftovers of pkg/proxy/iptables/proxier.go). What is
 * not there is left out. The kubelet's KUBE-FIREWALL and the canaries stay.
 */
export function cleanUpIptables(tools: NodeTools, family: IpFamily): void {
  const iptables = new Iptables(tools, family);
  for (const jump of SERVICE_JUMPS) iptables.deleteRule(jump.table, jump.source, jumpRule(jump));
  removeChains(iptables, 'nat', (chain) => NAT_LEFTOVERS.includes(chain) || isServiceChain(chain));
  removeChains(iptables, 'filter', (chain) => FILTER_LEFTOVERS.includes(chain));
}

function removeChains(iptables: Iptables, table: string, isOurs: (chain: string) => boolean): void {
  const chains = iptables.chains(table).filter(isOurs).toSorted();
  if (chains.length === 0) return;
  const flushed = chains.map((chain) => `:${chain} - [0:0]`);
  const deleted = chains.map((chain) => `-X ${chain}`);
  iptables.restore([`*${table}`, ...flushed, ...deleted, 'COMMIT', ''].join('\n'));
}
