import type { KubeObject } from '@svclab/kube-api';

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
