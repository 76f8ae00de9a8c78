import type { KubeObject } from '@svclab/kube-api';
import { matchesRequired } from '../node-fit/node-affinity.js';
import { taintsOf, tolerationsOf, untolerated } from '../node-fit/taints.js';

/** Why a kubelet refuses a pod that is bound to its node; `undefined` when it takes it (pkg/kubelet/lifecycle/predicate.go). */
// Simplification: a kubelet does not count CPU, memory and host ports of a pod that was bound past the scheduler.
export function rejectionOf(
  pod: Readonly<KubeObject>,
  node: Readonly<KubeObject>,
): { readonly reason: string; readonly message: string } | undefined {
  if (!matchesRequired(pod.spec, node))
    return { reason: 'NodeAffinity', message: "NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" };
  const taint = untolerated(taintsOf(node), tolerationsOf(pod.spec), ['NoExecute']);
  // Static pods bear everything.
  if (!taint || pod.metadata.annotations?.['kubernetes.io/config.source']) return undefined;
  return {
    reason: 'TaintToleration',
    message: `TaintToleration failed: node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`,
  };
}
