import type { ApiServer, KubeObject } from '@svclab/kube-api';
import { matchesTerm, preferredTerms } from '../node-fit/node-affinity.js';
import { taintsOf, tolerates, tolerationsOf, type Taint } from '../node-fit/taints.js';
import type { NodeInfo, NodeInfos } from './node-infos.js';
import { affinityScores } from './pod-affinity.js';
import { podRequests } from './pod-requests.js';
import { spreadScores } from './topology-spread.js';

/** Weights of the default plugins of v1.31 (pkg/scheduler/apis/config/v1/default_plugins.go). */
const WEIGHTS = {
  taintToleration: 3,
  nodeAffinity: 2,
  podTopologySpread: 2,
  interPodAffinity: 2,
  nodeResourcesFit: 1,
  balancedAllocation: 1,
  imageLocality: 1,
} as const;

/** The weighted sum of all plugins for each node that fits, in their order. Plugins that tell no node from another are left out. */
export function totalScores(pod: Readonly<KubeObject>, feasible: readonly NodeInfo[], infos: NodeInfos, api: ApiServer): readonly number[] {
  const totals = feasible.map(() => 0);
  const add = (weight: number, scores: readonly number[] | undefined): void =>
    scores?.forEach((score, i) => (totals[i]! += weight * score));
  add(WEIGHTS.taintToleration, taintScores(pod, feasible));
  add(WEIGHTS.nodeAffinity, nodeAffinityScores(pod, feasible));
  add(WEIGHTS.podTopologySpread, spreadScores(pod, feasible, infos, api));
  add(WEIGHTS.interPodAffinity, affinityScores(pod, feasible, infos));
  add(WEIGHTS.nodeResourcesFit, leastAllocatedScores(pod, feasible));
  add(WEIGHTS.balancedAllocation, balancedScores(pod, feasible));
  add(WEIGHTS.imageLocality, imageScores(pod, feasible, infos));
  return totals;
}

/** Fewer taints PreferNoSchedule that the pod does not tolerate are better. */
function taintScores(pod: Readonly<KubeObject>, feasible: readonly NodeInfo[]): readonly number[] | undefined {
  const tolerations = tolerationsOf(pod.spec);
  const isAvoided = (taint: Taint): boolean => taint.effect === 'PreferNoSchedule' && !tolerates(tolerations, taint);
  const counts = feasible.map(({ node }) => {
    const taints = taintsOf(node);
    return taints.length === 0 ? 0 : taints.filter(isAvoided).length;
  });
  const most = Math.max(...counts);
  return most === 0 ? undefined : counts.map((count) => 100 - Math.floor((100 * count) / most));
}

function nodeAffinityScores(pod: Readonly<KubeObject>, feasible: readonly NodeInfo[]): readonly number[] | undefined {
  const terms = preferredTerms(pod.spec);
  if (terms.length === 0) return undefined;
  const sums = feasible.map(({ node }) =>
    terms.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0),
  );
  const most = Math.max(...sums);
  return most === 0 ? undefined : sums.map((sum) => Math.floor((100 * sum) / most));
}

/** The mean of what is left of CPU and memory (noderesources/least_allocated.go). */
function leastAllocatedScores(pod: Readonly<KubeObject>, feasible: readonly NodeInfo[]): readonly number[] {
  const asked = podRequests(pod, true);
  return feasible.map(({ allocatable, scored }) => {
    const cpu = leftOver(allocatable.milliCpu, scored.milliCpu + asked.milliCpu);
    const memory = leftOver(allocatable.memoryBytes, scored.memoryBytes + asked.memoryBytes);
    return cpu === undefined || memory === undefined ? (cpu ?? memory ?? 0) : Math.floor((cpu + memory) / 2);
  });
}

const leftOver = (capacity: number, used: number): number | undefined =>
  capacity === Infinity || capacity === 0 ? undefined : used > capacity ? 0 : Math.floor(((capacity - used) * 100) / capacity);

/** CPU and memory used in like measure are better (noderesources/balanced_allocation.go). */
function balancedScores(pod: Readonly<KubeObject>, feasible: readonly NodeInfo[]): readonly number[] {
  const asked = podRequests(pod);
  return feasible.map(({ allocatable, requested }) => {
    const cpu = Math.min(1, (requested.milliCpu + asked.milliCpu) / allocatable.milliCpu);
    const memory = Math.min(1, (requested.memoryBytes + asked.memoryBytes) / allocatable.memoryBytes);
    return Math.floor((1 - Math.abs(cpu - memory) / 2) * 100);
  });
}

const MIB = 1024 * 1024;
const LEAST_IMAGE_BYTES = 23 * MIB;
const MOST_IMAGE_BYTES = 1_000 * MIB;

/** Nodes that have the pod's images need not pull them; images that few nodes have count less (imagelocality). */
function imageScores(pod: Readonly<KubeObject>, feasible: readonly NodeInfo[], infos: NodeInfos): readonly number[] | undefined {
  const names = ((pod.spec?.['containers'] ?? []) as readonly { image?: string }[]).map(({ image = '' }) => image);
  const images = names.map((name) => ({ name, share: infos.shareWithImage(name) }));
  if (images.every(({ share }) => share === 0)) return undefined;
  const most = MOST_IMAGE_BYTES * images.length;
  return feasible.map((info) => {
    const sum = images.reduce((total, { name, share }) => total + Math.floor((info.images.get(name) ?? 0) * share), 0);
    const clamped = Math.min(Math.max(sum, LEAST_IMAGE_BYTES), most);
    return Math.floor((100 * (clamped - LEAST_IMAGE_BYTES)) / (most - LEAST_IMAGE_BYTES));
  });
}
