import type { KubeObject } from '@svclab/kube-api';
import { choosesNode, matchesRequired } from '../node-fit/node-affinity.js';
import { taintsOf, tolerates, tolerationsOf, UNSCHEDULABLE, untolerated } from '../node-fit/taints.js';
import type { NodeInfo, NodeInfos } from './node-infos.js';
import { podAffinityFilter } from './pod-affinity.js';
import { hostPorts, podRequests } from './pod-requests.js';
import { spreadFilter } from './topology-spread.js';

/** Why a pod does not fit a node, in the scheduler's words. */
export interface Misfit {
  readonly reasons: readonly string[];
  /** Whether evicting other pods could make room. */
  readonly preemptable: boolean;
}

/** A plugin's question about one node. Plugins that a pod does not concern ask none. */
export type NodeFilter = (info: NodeInfo) => Misfit | undefined;

export const misfit = (reason: string, preemptable = false): Misfit => ({ reasons: [reason], preemptable });

/** The default plugins of v1.31 in the order they are asked; a node tells the first that refuses (pkg/scheduler/framework/plugins). */
// Simplification: volumes and extended resources are not looked at, and nothing is preempted.
export function filtersFor(pod: Readonly<KubeObject>, infos: NodeInfos): readonly NodeFilter[] {
  const tolerations = tolerationsOf(pod.spec);
  const filters: (NodeFilter | undefined)[] = [
    function nodeUnschedulable({ node }) {
      return node.spec?.['unschedulable'] === true && !tolerates(tolerations, UNSCHEDULABLE)
        ? misfit('node(s) were unschedulable')
        : undefined;
    },
    function taintToleration({ node }) {
      const taint = untolerated(taintsOf(node), tolerations, ['NoSchedule', 'NoExecute']);
      return taint && misfit(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
    },
    choosesNode(pod.spec)
      ? ({ node }) => (matchesRequired(pod.spec, node) ? undefined : misfit("node(s) didn't match Pod's node affinity/selector"))
      : undefined,
    portsFilter(hostPorts(pod)),
    resourcesFilter(pod),
    spreadFilter(pod, infos),
    podAffinityFilter(pod, infos),
  ];
  return filters.filter((filter) => filter !== undefined);
}

/** The first reason why the pod cannot go to a node, `undefined` when it can. */
export function findMisfit(filters: readonly NodeFilter[], info: NodeInfo): Misfit | undefined {
  for (const filter of filters) {
    const found = filter(info);
    if (found) return found;
  }
  return undefined;
}

function portsFilter(wanted: readonly string[]): NodeFilter | undefined {
  if (wanted.length === 0) return undefined;
  return ({ ports }) =>
    wanted.some((port) => (ports.get(port) ?? 0) > 0)
      ? misfit("node(s) didn't have free ports for the requested pod ports", true)
      : undefined;
}

/** pkg/scheduler/framework/plugins/noderesources/fit.go. What could not even be had on the empty node, no preemption brings. */
function resourcesFilter(pod: Readonly<KubeObject>): NodeFilter {
  const { milliCpu, memoryBytes } = podRequests(pod);
  return ({ allocatable, requested, pods }) => {
    const reasons: string[] = [];
    if (pods.size + 1 > allocatable.pods) reasons.push('Too many pods');
    if (milliCpu > 0 && milliCpu > allocatable.milliCpu - requested.milliCpu) reasons.push('Insufficient cpu');
    if (memoryBytes > 0 && memoryBytes > allocatable.memoryBytes - requested.memoryBytes) reasons.push('Insufficient memory');
    if (reasons.length === 0) return undefined;
    return { reasons, preemptable: milliCpu <= allocatable.milliCpu && memoryBytes <= allocatable.memoryBytes };
  };
}

/** `0/4 nodes are available: …`, with what preemption could do (pkg/scheduler/framework/types.go FitError). */
export function fitErrorMessage(misfits: readonly Misfit[]): string {
  if (misfits.length === 0) return 'no nodes available to schedule pods';
  const available = `0/${misfits.length} nodes are available`;
  const helpless = misfits.map(({ preemptable }) =>
    preemptable ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling',
  );
  return `${available}: ${counted(misfits.flatMap(({ reasons }) => reasons))}. preemption: ${available}: ${counted(helpless)}.`;
}

function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .toSorted()
    .join(', ');
}
