import type { ApiServer } from '@svclab/kube-api';
import type { KubeProxy, NodeTools } from '@svclab/kube-proxy';
import { ok, type Result } from '@svclab/sim';
import { kubeProxyConfiguration, setProxyMode } from './kube-proxy-configuration.js';

/** What {@link switchProxyMode} needs of a cluster. */
export interface ModeSwitch {
  readonly api: ApiServer;
  readonly kubeProxy: KubeProxy;
  readonly nodes: readonly string[];
  toolsOf(node: string): NodeTools;
}

/** Chains that `kube-proxy --cleanup` leaves behind, empty or out of use. */
const REMNANTS = /^KUBE-(?!KUBELET-CANARY$|IPTABLES-HINT$|FIREWALL$)/;
const TABLES = ['filter', 'nat', 'mangle'];

/**
 * Lets a whole cluster run in another mode, as if its nodes had never known one before: for comparisons, where
 * leftovers of the mode before would count. A learner's way is the ConfigMap and a restart of the pods.
 */
export function switchProxyMode({ api, kubeProxy, nodes, toolsOf }: ModeSwitch, mode: string): Result<void, string> {
  const written = setProxyMode(api, mode);
  if (!written.ok) return written;
  const configuration = kubeProxyConfiguration(api);
  if (!configuration.ok) return configuration;
  for (const node of nodes) {
    kubeProxy.stop(node);
    kubeProxy.cleanUp(node);
    removeRemnants(toolsOf(node));
    const started = kubeProxy.start(node, configuration.value);
    if (!started.ok) return started;
  }
  return ok(undefined);
}

function removeRemnants(tools: NodeTools): void {
  for (const table of TABLES) {
    const { stdout } = tools.run(['iptables-save', '-t', table]);
    const chains = [...stdout.matchAll(/^:(\S+)/gm)].map(([, chain]) => chain!).filter((chain) => REMNANTS.test(chain));
    for (const chain of chains) tools.run(['iptables', '-t', table, '-F', chain]);
    for (const chain of chains) tools.run(['iptables', '-t', table, '-X', chain]);
  }
}
