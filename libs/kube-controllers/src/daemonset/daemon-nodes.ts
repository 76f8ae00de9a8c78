import type { KubeObject } from '@svclab/kube-api';
import { matchesRequired, onlyNode } from '../node-fit/node-affinity.js';
import { taintsOf, tolerationsOf, untolerated, type Toleration } from '../node-fit/taints.js';

/** What every daemon bears, whatever its template says (pkg/controller/daemon/util `AddOrUpdateDaemonPodTolerations`). */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const HOST_NETWORK_TOLERATION: Toleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

type PodSpec = NonNullable<KubeObject['spec']>;

/** A template's tolerations with those of all daemons. */
export function daemonTolerations(podSpec: PodSpec): readonly Toleration[] {
  const added = podSpec['hostNetwork'] ? [...DAEMON_TOLERATIONS, HOST_NETWORK_TOLERATION] : DAEMON_TOLERATIONS;
  const own = tolerationsOf(podSpec).filter(
    ({ key, operator, effect }) => !added.some((each) => each.key === key && each.operator === operator && each.effect === effect),
  );
  return [...own, ...added];
}

/** Whether a node gets a pod, and whether one that is there may stay (pkg/controller/daemon `NodeShouldRunDaemonPod`). */
export function nodeWants(podSpec: PodSpec, node: Readonly<KubeObject>): { readonly runs: boolean; readonly stays: boolean } {
  const isNamed = !podSpec['nodeName'] || podSpec['nodeName'] === node.metadata.name;
  if (!isNamed || !matchesRequired(podSpec, node)) return { runs: false, stays: false };
  const tolerations = daemonTolerations(podSpec);
  const taints = taintsOf(node);
  if (!untolerated(taints, tolerations, ['NoSchedule', 'NoExecute'])) return { runs: true, stays: true };
  return { runs: false, stays: !untolerated(taints, tolerations, ['NoExecute']) };
}

/** What binds a daemon's pod to its node: the scheduler takes it there, and asks as for any other pod whether there is room. */
export function boundTo(podSpec: PodSpec, node: string): PodSpec {
  const affinity = (podSpec['affinity'] ?? {}) as Record<string, any>;
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  const required = { nodeSelectorTerms: [term] };
  return {
    affinity: { ...affinity, nodeAffinity: { ...affinity['nodeAffinity'], requiredDuringSchedulingIgnoredDuringExecution: required } },
    tolerations: daemonTolerations(podSpec),
  };
}

/** The node of a daemon's pod, also before the scheduler has seen it. */
export const nodeOfDaemon = (pod: Readonly<KubeObject>): string =>
  (pod.spec?.['nodeName'] as string | undefined) ?? onlyNode(pod.spec) ?? '';
