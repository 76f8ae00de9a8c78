import { parseTime, sameJson, type KubeObject } from '@svclab/kube-api';

export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastProbeTime?: string | null;
  readonly lastTransitionTime?: string | null;
}

export const podCondition = (pod: Readonly<KubeObject>, type: string): PodCondition | undefined =>
  (pod.status?.['conditions'] as PodCondition[] | undefined)?.find((condition) => condition.type === type);

export const isPodReady = (pod: Readonly<KubeObject>): boolean => podCondition(pod, 'Ready')?.status === 'True';

/** Succeeded or Failed: its containers will not run again. */
export const isPodFinished = (pod: Readonly<KubeObject>): boolean =>
  pod.status?.['phase'] === 'Succeeded' || pod.status?.['phase'] === 'Failed';

export const isTerminating = (object: Readonly<KubeObject>): boolean => object.metadata.deletionTimestamp !== undefined;

/** Addresses of a pod; empty until its sandbox runs. */
export const podIPs = (pod: Readonly<KubeObject>): string[] =>
  ((pod.status?.['podIPs'] as { ip: string }[] | undefined) ?? []).map(({ ip }) => ip);

/** Neither finished nor on its way out (pkg/controller/controller_utils.go `IsPodActive`). */
export const isPodActive = (pod: Readonly<KubeObject>): boolean => !isPodFinished(pod) && !isTerminating(pod);

/** Whether a change of a pod is one on which its controller acts; most of what a kubelet writes is none. */
export function concernsOwner(pod: Readonly<KubeObject>, previous: Readonly<KubeObject> | undefined): boolean {
  // A deletion comes with the object as it was, twice.
  if (!previous || previous === pod) return true;
  const [is, was] = [pod, previous].map(({ metadata, spec, status }) => [
    metadata.deletionTimestamp,
    metadata.labels,
    metadata.ownerReferences,
    spec?.['nodeName'],
    status?.['phase'],
  ]);
  return isPodReady(pod) !== isPodReady(previous) || !sameJson(is, was);
}

/** When a ready pod counts as available: `minReadySeconds` after it became ready; `undefined` while it is not ready. */
export function availableAtUs(pod: Readonly<KubeObject>, minReadySeconds: number): number | undefined {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return (minReadySeconds === 0 ? 0 : (parseTime(ready.lastTransitionTime ?? '') ?? 0)) + minReadySeconds * 1_000_000;
}

export function isPodAvailable(pod: Readonly<KubeObject>, minReadySeconds: number, nowUs: number): boolean {
  const atUs = availableAtUs(pod, minReadySeconds);
  return atUs !== undefined && atUs <= nowUs;
}
