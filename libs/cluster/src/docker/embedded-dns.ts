import type { NodeTools } from '@svclab/kube-proxy';
import { runTool } from '../node/node-tools.js';

/** Where Docker's resolver is reached inside a container. */
export const EMBEDDED_DNS = '127.0.0.11';

/** Ports on which Docker's resolver really listens in one container: random, new at each start. */
export interface ResolverPorts {
  readonly tcp: number;
  readonly udp: number;
}

/**
 * Lets the container reach Docker's resolver at port 53 though it listens elsewhere.
 * Source: moby `libnetwork/resolver_unix.go`, `setupIPTable`.
 */
export function installEmbeddedDns(tools: NodeTools, ports: ResolverPorts): void {
  const redirections = (['tcp', 'udp'] as const).map(
    (protocol) => `-A DOCKER_OUTPUT -d ${EMBEDDED_DNS} -p ${protocol} --dport 53 -j DNAT --to-destination ${EMBEDDED_DNS}:${ports[protocol]}
-A DOCKER_POSTROUTING -s ${EMBEDDED_DNS} -p ${protocol} --sport ${ports[protocol]} -j SNAT --to-source :53
`,
  );
  const text = `*nat
:DOCKER_OUTPUT - [0:0]
:DOCKER_POSTROUTING - [0:0]
-I OUTPUT -d ${EMBEDDED_DNS} -j DOCKER_OUTPUT
-I POSTROUTING -d ${EMBEDDED_DNS} -j DOCKER_POSTROUTING
${redirections.join('')}COMMIT
`;
  runTool(tools, ['iptables-restore', '--noflush'], text);
}

/**
 * Moves the resolver to an address that pods can reach too: theirs is another loopback.
 * Source: kind `images/base/files/usr/local/bin/entrypoint`, `enable_network_magic`.
 */
export function redirectEmbeddedDns(tools: NodeTools, dockerHost: string): void {
  const saved = runTool(tools, ['iptables-save']);
  const rewritten = saved
    .replaceAll(/-d 127\.0\.0\.11(\/32)?/g, `-d ${dockerHost}$1`)
    .replaceAll(/^-A OUTPUT (.*) -j DOCKER_OUTPUT$/gm, '$&\n-A PREROUTING $1 -j DOCKER_OUTPUT')
    .replaceAll(/--to-source :53/g, `--to-source ${dockerHost}:53`);
  runTool(tools, ['iptables-restore'], rewritten);
}
