import type { NodeTools } from '@svclab/kube-proxy';
import { runTool } from '../node/node-tools.js';

const CHAIN = 'KIND-MASQ-AGENT';

// prettier-ignore
const JUMP = [
  'POSTROUTING', '-m', 'addrtype', '!', '--dst-type', 'LOCAL', '-m', 'comment', '--comment',
  `kind-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom ${CHAIN} chain`, '-j', CHAIN,
];

/**
 * Masquerades what pods send out of the cluster; pod to pod keeps its source.
 * Source: kind `images/kindnetd/cmd/kindnetd/masq.go`, `SyncRules`.
 */
export function syncMasqueradeRules(tools: NodeTools, podSubnets: readonly string[]): void {
  const exempt = podSubnets.map(
    (subnet) => `-A ${CHAIN} -d ${subnet} -m comment --comment "kind-masq-agent: local traffic is not subject to MASQUERADE" -j RETURN\n`,
  );
  const text = `*nat
:${CHAIN} - [0:0]
${exempt.join('')}-A ${CHAIN} -m comment --comment "kind-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)" -j MASQUERADE
COMMIT
`;
  runTool(tools, ['iptables-restore', '-w', '5', '--noflush'], text);
  const isThere = tools.run(['iptables', '-w', '5', '-t', 'nat', '-C', ...JUMP]).exitCode === 0;
  if (!isThere) runTool(tools, ['iptables', '-w', '5', '-t', 'nat', '-A', ...JUMP]);
}
