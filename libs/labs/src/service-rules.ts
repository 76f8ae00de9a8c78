import type { ClusterView } from './cluster-view.js';

/** What a node's rules do with new connections to a Service's port. */
export interface ServiceRules {
  readonly chain: string;
  /** `10.10.1.2:80`, in the order of the chain. */
  readonly destinations: readonly string[];
  /** For how long the chain sends a known client where it went before; undefined without affinity. */
  readonly affinitySeconds?: number;
}

/**
 * Follows KUBE-SERVICES → KUBE-SVC-… → KUBE-SEP-… as a packet would. Undefined when nothing leads to the Service.
 * Source: pkg/proxy/iptables/proxier.go.
 */
export function serviceRules(cluster: ClusterView, node: string, address: string, port: number): ServiceRules | undefined {
  const entry = cluster
    .natRules(node, 'KUBE-SERVICES')
    .find(({ text, target }) => text.includes(`-d ${address}/32 `) && text.includes(`--dport ${port} `) && target.startsWith('KUBE-SVC-'));
  if (!entry) return undefined;
  const rules = cluster.natRules(node, entry.target);
  // With affinity each endpoint has two rules: one for clients that it knows, one for chance.
  const endpoints = new Set(rules.map(({ target }) => target).filter((target) => target.startsWith('KUBE-SEP-')));
  const seconds = rules.map(({ text }) => /--rcheck --seconds (\d+)/.exec(text)?.[1]).find((found) => found !== undefined);
  return {
    chain: entry.target,
    destinations: [...endpoints].flatMap((chain) => {
      const dnat = cluster.natRules(node, chain).find(({ target }) => target === 'DNAT');
      return /--to-destination (\S+)/.exec(dnat?.text ?? '')?.[1] ?? [];
    }),
    ...(seconds === undefined ? {} : { affinitySeconds: Number(seconds) }),
  };
}
