import type { KubeObject } from '@svclab/kube-api';

/** A condition of a Deployment, ReplicaSet or Job; times are RFC 3339. */
export interface WorkloadCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  /** Deployments alone have it. */
  readonly lastUpdateTime?: string;
  /** Jobs alone have it. */
  readonly lastProbeTime?: string;
}

export const conditionsOf = (status: KubeObject['status']): readonly WorkloadCondition[] =>
  (status?.['conditions'] ?? []) as readonly WorkloadCondition[];

export const findCondition = (status: KubeObject['status'], type: string): WorkloadCondition | undefined =>
  conditionsOf(status).find((condition) => condition.type === type);

/**
 * The conditions with a new one in place of that of its type. One that says the same as before stays as it was;
 * one whose status is the same keeps the time of its transition.
 */
export function withCondition(conditions: readonly WorkloadCondition[], wanted: WorkloadCondition): readonly WorkloadCondition[] {
  const before = conditions.find(({ type }) => type === wanted.type);
  if (before?.status === wanted.status && before.reason === wanted.reason) return conditions;
  const lastTransitionTime = before?.status === wanted.status ? before.lastTransitionTime : wanted.lastTransitionTime;
  return [...withoutCondition(conditions, wanted.type), { ...wanted, lastTransitionTime }];
}

export const withoutCondition = (conditions: readonly WorkloadCondition[], type: string): readonly WorkloadCondition[] =>
  conditions.filter((condition) => condition.type !== type);
