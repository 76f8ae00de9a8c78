import { parseTime, type KubeObject } from '@svclab/kube-api';
import { isPodReady, podCondition } from '../pod-state.js';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

interface Candidate {
  readonly pod: Readonly<KubeObject>;
  /** How many active pods of the same family its node has. */
  readonly companions: number;
}

/**
 * The pods of a ReplicaSet in the order in which scaling down takes them (pkg/controller/controller_utils.go
 * `ActivePodsWithRanks`). `family`: all active pods of the ReplicaSets with the same controller, by which nodes with many are found.
 */
export function inDeletionOrder(
  pods: readonly Readonly<KubeObject>[],
  family: readonly Readonly<KubeObject>[],
  nowUs: number,
): Readonly<KubeObject>[] {
  const perNode = new Map<string, number>();
  for (const pod of family) perNode.set(nodeOf(pod), (perNode.get(nodeOf(pod)) ?? 0) + 1);
  const candidates = pods.map((pod): Candidate => ({ pod, companions: perNode.get(nodeOf(pod)) ?? 0 }));
  return candidates.toSorted((a, b) => compare(a, b, nowUs)).map(({ pod }) => pod);
}

/** Negative: `a` goes first. */
function compare(a: Candidate, b: Candidate, nowUs: number): number {
  const byState =
    Number(nodeOf(a.pod) !== '') - Number(nodeOf(b.pod) !== '') ||
    phaseRank(a.pod) - phaseRank(b.pod) ||
    Number(isPodReady(a.pod)) - Number(isPodReady(b.pod)) ||
    deletionCost(a.pod) - deletionCost(b.pod) ||
    b.companions - a.companions;
  if (byState !== 0) return byState;
  return (
    compareTimes(readySince(a.pod), readySince(b.pod), nowUs) ||
    restarts(b.pod) - restarts(a.pod) ||
    compareTimes(parseTime(a.pod.metadata.creationTimestamp), parseTime(b.pod.metadata.creationTimestamp), nowUs) ||
    (a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1)
  );
}

const nodeOf = (pod: Readonly<KubeObject>): string => (pod.spec?.['nodeName'] as string | undefined) ?? '';
const phaseRank = (pod: Readonly<KubeObject>): number => PHASE_RANK[pod.status?.['phase'] as string] ?? 1;
const deletionCost = (pod: Readonly<KubeObject>): number => Number(pod.metadata.annotations?.[DELETION_COST] ?? 0) || 0;

/** `undefined` for a pod that is not ready: those are equals. */
function readySince(pod: Readonly<KubeObject>): number | undefined {
  const ready = podCondition(pod, 'Ready');
  return ready?.status === 'True' ? parseTime(ready.lastTransitionTime ?? '') : undefined;
}

function restarts(pod: Readonly<KubeObject>): number {
  const statuses = (pod.status?.['containerStatuses'] ?? []) as readonly { restartCount?: number }[];
  return Math.max(0, ...statuses.map(({ restartCount }) => restartCount ?? 0));
}

/** The younger first, but ages of one power of two (of nanoseconds) are equal, so that chance has its part (`LogarithmicScaleDown`). */
function compareTimes(aUs: number | undefined, bUs: number | undefined, nowUs: number): number {
  if (aUs === undefined || bUs === undefined) return 0;
  return logarithmicAge(nowUs - aUs) - logarithmicAge(nowUs - bUs);
}

/** floor(log2) of an age in nanoseconds; −1 for none. */
function logarithmicAge(ageUs: number): number {
  let rank = -1;
  for (let nanoseconds = ageUs * 1_000; nanoseconds >= 1; nanoseconds /= 2) rank++;
  return rank;
}
