import type { NodeTools } from '@svclab/kube-proxy';
import { runTool } from './node-tools.js';

const RULES = `*mangle
:KUBE-IPTABLES-HINT - [0:0]
:KUBE-KUBELET-CANARY - [0:0]
COMMIT
*nat
:KUBE-KUBELET-CANARY - [0:0]
COMMIT
*filter
:KUBE-FIREWALL - [0:0]
:KUBE-KUBELET-CANARY - [0:0]
-I OUTPUT -j KUBE-FIREWALL
-I INPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
COMMIT
`;

/**
 * The rules a kubelet keeps on its node: a hint that tells other tools which iptables
 * variant is in use, canaries that vanish when somebody flushes the tables, and the
 * guard of 127.0.0.0/8 that `route_localnet` makes necessary (CVE-2020-8558).
 * Source: Kubernetes `pkg/kubelet/kubelet_network_linux.go`.
 */
// Simplification: the kubelet writes its rules once, by one iptables-restore; a real one looks every minute whether they are still there.
export function installKubeletRules(tools: NodeTools): void {
  runTool(tools, ['iptables-restore', '--noflush'], RULES);
}
