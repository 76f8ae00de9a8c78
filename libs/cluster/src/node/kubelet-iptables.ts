import type { NodeTools } from '@svclab/kube-proxy';
import { runTool } from './node-tools.js';

/**
 * The rules a kubelet keeps on its node: a hint that tells other tools which iptables
 * variant is in use, canaries that vanish when somebody flushes the tables, and the
 * guard of 127.0.0.0/8 that `route_localnet` makes necessary (CVE-2020-8558).
 * Source: Kubernetes `pkg/kubelet/kubelet_network_linux.go`.
 */
export function installKubeletRules(tools: NodeTools): void {
  const iptables = (...args: string[]): string => runTool(tools, ['iptables', '-w', '5', ...args]);
  iptables('-t', 'mangle', '-N', 'KUBE-IPTABLES-HINT');
  for (const table of ['mangle', 'nat', 'filter']) iptables('-t', table, '-N', 'KUBE-KUBELET-CANARY');
  iptables('-t', 'filter', '-N', 'KUBE-FIREWALL');
  for (const chain of ['OUTPUT', 'INPUT']) iptables('-t', 'filter', '-I', chain, '-j', 'KUBE-FIREWALL');
  // prettier-ignore
  iptables(
    '-t', 'filter', '-A', 'KUBE-FIREWALL', '!', '-s', '127.0.0.0/8', '-d', '127.0.0.0/8',
    '-m', 'comment', '--comment', 'block incoming localnet connections',
    '-m', 'conntrack', '!', '--ctstate', 'RELATED,ESTABLISHED,DNAT', '-j', 'DROP',
  );
}
