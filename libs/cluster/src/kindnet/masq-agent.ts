import type { NodeTools } from '@svclab/kube-proxy';
import { runTool } from '../node/node-tools.js';

const CHAIN = 'KIND-MASQ-AGENT';

/**
 * Masquerades what pods send out of the cluster; pod to pod keeps its source.
 * Source: kind `images/kindnetd/cmd/kindnetd/masq.go`, `SyncRules`.
 */
export function syncMasqueradeRules(tools: NodeTools, podSubnets: readonly string[]): void {
  runTool(tools, ['iptables', '-w', '5', '-t', 'nat', '-N', CHAIN]);
  // prettier-ignore
  runTool(tools, [
    'iptables', '-w', '5', '-t', 'nat', '-A', 'POSTROUTING', '-m', 'addrtype', '!', '--dst-type', 'LOCAL',
    '-m', 'comment', '--comment',
    `kind-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom ${CHAIN} chain`,
    '-j', CHAIN,
  ]);
  const exempt = podSubnets.map(
    (subnet) => `-A ${CHAIN} -d ${subnet} -m comment --comment "kind-masq-agent: local traffic is not subject to MASQUERADE" -j RETURN\n`,
  );
  const rest = `-A ${CHAIN} -m comment --comment "kind-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)" -j MASQUERADE\n`;
  runTool(tools, ['iptables-restore', '-w', '5', '--noflush'], `*nat\n:${CHAIN} - [0:0]\n${exempt.join('')}${rest}COMMIT\n`);
}
