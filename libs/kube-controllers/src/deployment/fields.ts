import type { KubeObject, LabelSelector } from '@svclab/kube-api';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** spec of a Deployment as the API server stores it, defaults filled in. */
export interface DeploymentSpec {
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: { readonly metadata?: { readonly labels?: Record<string, string> }; readonly spec?: object };
  readonly strategy: { readonly type: 'RollingUpdate' | 'Recreate'; readonly rollingUpdate?: RollingUpdate };
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly progressDeadlineSeconds?: number;
  readonly paused?: boolean;
}

export interface RollingUpdate {
  readonly maxSurge?: number | string;
  readonly maxUnavailable?: number | string;
}

export const specOf = (deployment: Readonly<KubeObject>): DeploymentSpec => deployment.spec as DeploymentSpec;

/** A Deployment that sets its deadline to the largest number has none (`HasProgressDeadline`). */
export const hasProgressDeadline = ({ progressDeadlineSeconds }: DeploymentSpec): boolean =>
  progressDeadlineSeconds !== undefined && progressDeadlineSeconds !== 2_147_483_647;

/** `spec.replicas` of a ReplicaSet. */
export const sizeOf = (replicaSet: Readonly<KubeObject>): number => (replicaSet.spec?.['replicas'] as number | undefined) ?? 0;

type Count = 'replicas' | 'readyReplicas' | 'availableReplicas' | 'updatedReplicas' | 'unavailableReplicas';

/** A number of an object's status, 0 when it is not there. */
export const counted = (object: Readonly<KubeObject> | undefined, count: Count): number =>
  (object?.status?.[count] as number | undefined) ?? 0;

export const sum = (objects: readonly Readonly<KubeObject>[], number: (object: Readonly<KubeObject>) => number): number =>
  objects.reduce((total, object) => total + number(object), 0);

export const totalSize = (replicaSets: readonly Readonly<KubeObject>[]): number => sum(replicaSets, sizeOf);

/** ReplicaSets that ask for pods (`FilterActiveReplicaSets`). */
export const activeOf = (replicaSets: readonly Readonly<KubeObject>[]): readonly Readonly<KubeObject>[] =>
  replicaSets.filter((replicaSet) => sizeOf(replicaSet) > 0);

/** Oldest first; those of one second by name (`ReplicaSetsByCreationTimestamp`). */
export const byAge = (replicaSets: readonly Readonly<KubeObject>[]): readonly Readonly<KubeObject>[] =>
  replicaSets.toSorted((a, b) => (ageKey(a) < ageKey(b) ? -1 : 1));

const ageKey = ({ metadata }: Readonly<KubeObject>): string => `${metadata.creationTimestamp} ${metadata.name}`;

export const revisionOf = (object: Readonly<KubeObject>): number => Number(object.metadata.annotations?.[REVISION] ?? 0) || 0;

export const annotationNumber = (object: Readonly<KubeObject>, annotation: string): number | undefined => {
  const text = object.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
};
