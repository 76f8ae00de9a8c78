import { formatTime, parseTime, type KubeObject } from '@svclab/kube-api';
import { conditionsOf, findCondition, withCondition, withoutCondition, type WorkloadCondition } from '../workload-condition.js';
import { counted, hasProgressDeadline, specOf, sum, totalSize } from './fields.js';
import type { Revisions } from './replica-sets.js';
import { limitsOf } from './rolling-limits.js';

const AVAILABLE = 'NewReplicaSetAvailable';
const TIMED_OUT = 'ProgressDeadlineExceeded';

export type ConditionText = Pick<WorkloadCondition, 'type' | 'status' | 'reason' | 'message'>;

export function deploymentCondition(text: ConditionText, nowUs: number): WorkloadCondition {
  const now = formatTime(nowUs);
  return { ...text, lastTransitionTime: now, lastUpdateTime: now };
}

/** What a Deployment says of its ReplicaSets, without how the rollout goes (pkg/controller/deployment/sync.go `calculateStatus`). */
export function deploymentStatus(deployment: Readonly<KubeObject>, { all, newest }: Revisions, nowUs: number): Record<string, any> {
  const spec = specOf(deployment);
  const before = deployment.status;
  const available = sum(all, (each) => counted(each, 'availableReplicas'));
  const unavailable = Math.max(0, totalSize(all) - available);
  const counts = {
    replicas: sum(all, (each) => counted(each, 'replicas')),
    updatedReplicas: counted(newest, 'replicas'),
    readyReplicas: sum(all, (each) => counted(each, 'readyReplicas')),
    availableReplicas: available,
    unavailableReplicas: unavailable,
  };
  const isAvailable = available >= spec.replicas - limitsOf(spec).unavailable;
  const condition: ConditionText = isAvailable
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
  return {
    observedGeneration: deployment.metadata.generation,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    conditions: withCondition(conditionsOf(before), deploymentCondition(condition, nowUs)),
    ...(before?.['collisionCount'] !== undefined && { collisionCount: before['collisionCount'] }),
  };
}

/** The same with how the rollout goes (pkg/controller/deployment/progress.go `syncRolloutStatus`). */
export function rolloutStatus(deployment: Readonly<KubeObject>, revisions: Revisions, nowUs: number): Record<string, any> {
  const status = deploymentStatus(deployment, revisions, nowUs);
  let conditions = withProgress(deployment, revisions, status, nowUs);
  const failure = [revisions.newest, ...revisions.old].map((each) => findCondition(each?.status, 'ReplicaFailure')).find(Boolean);
  conditions = failure
    ? withCondition(conditions, { ...failure, lastUpdateTime: failure.lastTransitionTime })
    : withoutCondition(conditions, 'ReplicaFailure');
  return { ...status, conditions };
}

function withProgress(
  deployment: Readonly<KubeObject>,
  { newest }: Revisions,
  status: Record<string, any>,
  nowUs: number,
): readonly WorkloadCondition[] {
  const conditions = status['conditions'] as readonly WorkloadCondition[];
  if (!hasProgressDeadline(specOf(deployment))) return withoutCondition(conditions, 'Progressing');
  const current = findCondition(deployment.status, 'Progressing');
  const subject = newest ? `ReplicaSet "${newest.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const progressing = (state: 'True' | 'False', reason: string, message: string): WorkloadCondition =>
    deploymentCondition({ type: 'Progressing', status: state, reason, message: `${subject} ${message}` }, nowUs);
  const after = { ...deployment, status };
  if (counted(after, 'replicas') === counted(after, 'updatedReplicas') && current?.reason === AVAILABLE) return conditions;
  if (isComplete(after)) return withCondition(conditions, progressing('True', AVAILABLE, 'has successfully progressed.'));
  if (hasProgressed(deployment, after)) {
    const condition = progressing('True', 'ReplicaSetUpdated', 'is progressing.');
    // Each step of progress is a new condition, so that its time of update tells when the last one was.
    const lastTransitionTime = current?.status === 'True' ? current.lastTransitionTime : condition.lastTransitionTime;
    return withCondition(withoutCondition(conditions, 'Progressing'), { ...condition, lastTransitionTime });
  }
  const dueUs = progressDeadlineUs(after);
  if (dueUs !== undefined && dueUs < nowUs) return withCondition(conditions, progressing('False', TIMED_OUT, 'has timed out progressing.'));
  return conditions;
}

/** All pods are of the newest template and available, and nothing else is left (`DeploymentComplete`). */
export function isComplete(deployment: Readonly<KubeObject>): boolean {
  const { replicas } = specOf(deployment);
  const settled = (['updatedReplicas', 'replicas', 'availableReplicas'] as const).every((count) => counted(deployment, count) === replicas);
  return settled && (deployment.status?.['observedGeneration'] ?? 0) >= (deployment.metadata.generation ?? 0);
}

/** `DeploymentProgressing`. */
function hasProgressed(before: Readonly<KubeObject>, after: Readonly<KubeObject>): boolean {
  const old = (each: Readonly<KubeObject>): number => counted(each, 'replicas') - counted(each, 'updatedReplicas');
  return (
    counted(after, 'updatedReplicas') > counted(before, 'updatedReplicas') ||
    old(after) < old(before) ||
    counted(after, 'readyReplicas') > counted(before, 'readyReplicas') ||
    counted(after, 'availableReplicas') > counted(before, 'availableReplicas')
  );
}

/** When a rollout that makes no progress is said to have failed; `undefined` when it is over, or has been said to. */
export function progressDeadlineUs(deployment: Readonly<KubeObject>): number | undefined {
  const spec = specOf(deployment);
  const condition = findCondition(deployment.status, 'Progressing');
  if (!hasProgressDeadline(spec) || !condition || condition.reason === AVAILABLE || condition.reason === TIMED_OUT) return undefined;
  return (parseTime(condition.lastUpdateTime ?? '') ?? 0) + (spec.progressDeadlineSeconds ?? 0) * 1_000_000;
}

/** A pause, or its end, stops the clock of the deadline (`checkPausedConditions`). `undefined`: nothing to say. */
export function pausedCondition(deployment: Readonly<KubeObject>, nowUs: number): WorkloadCondition | undefined {
  const spec = specOf(deployment);
  const current = findCondition(deployment.status, 'Progressing');
  if (!hasProgressDeadline(spec) || current?.reason === TIMED_OUT) return undefined;
  const isSaid = current?.reason === 'DeploymentPaused';
  if ((spec.paused ?? false) === isSaid) return undefined;
  return deploymentCondition(
    isSaid
      ? { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' }
      : { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' },
    nowUs,
  );
}
