import { sameJson, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import type { EventRecorder } from '../event-recorder.js';
import type { OwnedObjects } from '../owned-objects.js';
import { isPodFinished, isTerminating } from '../pod-state.js';
import { conditionsOf, findCondition, withCondition, type WorkloadCondition } from '../workload-condition.js';
import { deploymentCondition, deploymentStatus, isComplete, pausedCondition, rolloutStatus } from './deployment-status.js';
import {
  activeOf,
  annotationNumber,
  byAge,
  counted,
  DESIRED_REPLICAS,
  hasProgressDeadline,
  REVISION,
  sizeOf,
  specOf,
  sum,
  totalSize,
} from './fields.js';
import { proportionalSizes } from './proportional-scaling.js';
import {
  deleteOldRevisions,
  highestRevision,
  newestSize,
  newReplicaSet,
  partRevisions,
  replicaSetAnnotations,
  sizeAnnotations,
  type Revisions,
} from './replica-sets.js';
import { limitsOf } from './rolling-limits.js';

type ReplicaSet = Readonly<KubeObject>;

/** One look at a Deployment: `sync` takes the next step of its rollout, if there is one, and writes how it stands. */
export class Rollout {
  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
    private readonly pods: OwnedObjects,
    private deployment: Readonly<KubeObject>,
    private readonly replicaSets: readonly ReplicaSet[],
  ) {}

  sync(): void {
    const { sim } = this.context;
    if (isTerminating(this.deployment)) return this.#writeStatus(deploymentStatus(this.deployment, this.#revisions(), sim.nowUs));
    const paused = pausedCondition(this.deployment, sim.nowUs);
    if (paused) this.#writeCondition(paused);
    if (specOf(this.deployment).paused || this.#isScalingEvent()) return this.#syncScale();
    if (specOf(this.deployment).strategy.type === 'Recreate') this.#recreate();
    else this.#roll();
  }

  // --- scaling alone

  /** A ReplicaSet was last measured against another number of replicas. */
  #isScalingEvent(): boolean {
    const { replicas } = specOf(this.deployment);
    return activeOf(this.replicaSets).some((each) => (annotationNumber(each, DESIRED_REPLICAS) ?? replicas) !== replicas);
  }

  #syncScale(): void {
    const revisions = this.#withRevisionOfNewest(this.#revisions());
    const scaled = this.#scale(revisions);
    if (specOf(this.deployment).paused) deleteOldRevisions(this.context.api, this.deployment, scaled.old);
    this.#writeStatus(deploymentStatus(this.deployment, scaled, this.context.sim.nowUs));
  }

  #scale(revisions: Revisions): Revisions {
    const { replicas, strategy } = specOf(this.deployment);
    const { newest, old, all } = revisions;
    const active = activeOf(all);
    const only = active.length === 1 ? active[0] : active.length === 0 ? (newest ?? old.at(-1)) : undefined;
    if (only) return sizeOf(only) === replicas ? revisions : this.#resized(revisions, new Map([[only.metadata.name, replicas]]));
    if (newest && this.#isSaturated(newest))
      return this.#resized(revisions, new Map(activeOf(old).map(({ metadata }) => [metadata.name, 0])));
    if (strategy.type !== 'RollingUpdate') return revisions;
    return this.#resized(revisions, proportionalSizes(this.deployment, active));
  }

  /** The newest ReplicaSet is all there is to be (`IsSaturated`). */
  #isSaturated(newest: ReplicaSet): boolean {
    const { replicas } = specOf(this.deployment);
    const desired = annotationNumber(newest, DESIRED_REPLICAS);
    return sizeOf(newest) === replicas && desired === replicas && counted(newest, 'availableReplicas') === replicas;
  }

  // --- strategy RollingUpdate (pkg/controller/deployment/rolling.go)

  #roll(): void {
    const revisions = this.#withNewest();
    if (!revisions.newest) return;
    const changed = this.#resizeNewest(revisions, revisions.newest) ?? this.#shrinkOld(revisions, revisions.newest);
    this.#writeRolloutStatus(changed ?? this.#cleanUp(revisions));
  }

  /** `undefined`: it has the size that it may have. */
  #resizeNewest(revisions: Revisions, newest: ReplicaSet): Revisions | undefined {
    const { replicas } = specOf(this.deployment);
    const size = sizeOf(newest) > replicas ? replicas : newestSize(this.deployment, revisions.all, newest);
    return size === sizeOf(newest) ? undefined : this.#resized(revisions, new Map([[newest.metadata.name, size]]));
  }

  /** Takes away old pods, the broken ones first, as far as enough remain available. */
  #shrinkOld(revisions: Revisions, newest: ReplicaSet): Revisions | undefined {
    const { all } = revisions;
    const old = byAge(activeOf(revisions.old));
    if (totalSize(old) === 0) return undefined;
    const spec = specOf(this.deployment);
    const minAvailable = spec.replicas - limitsOf(spec).unavailable;
    const newUnavailable = sizeOf(newest) - counted(newest, 'availableReplicas');
    const most = totalSize(all) - minAvailable - newUnavailable;
    if (most <= 0) return undefined;
    const sizes = new Map<string, number>();
    const unhealthy = takeAway(old, sizes, most, (each, size) => size - counted(each, 'availableReplicas'));
    const spare = sum(all, (each) => counted(each, 'availableReplicas')) - minAvailable;
    const healthy = takeAway(old, sizes, spare, (_each, size) => size);
    return unhealthy + healthy > 0 ? this.#resized(revisions, sizes) : undefined;
  }

  // --- strategy Recreate (pkg/controller/deployment/recreate.go)

  #recreate(): void {
    const revisions = this.#withRevisionOfNewest(this.#revisions());
    const active = activeOf(revisions.old);
    if (active.length > 0)
      return this.#writeRolloutStatus(this.#resized(revisions, new Map(active.map(({ metadata }) => [metadata.name, 0]))));
    const stillRuns = revisions.old.some(({ metadata }) => this.pods.of(metadata.uid).some((pod) => !isPodFinished(pod)));
    if (stillRuns) return this.#writeRolloutStatus(revisions);
    const complete = this.#withNewest();
    if (!complete.newest) return;
    const { replicas } = specOf(this.deployment);
    const scaled = this.#resized(complete, new Map([[complete.newest.metadata.name, replicas]]));
    this.#writeRolloutStatus(this.#cleanUp(scaled));
  }

  // --- ReplicaSets and their revisions

  #revisions(): Revisions {
    return partRevisions(this.deployment, this.replicaSets);
  }

  #cleanUp(revisions: Revisions): Revisions {
    if (!isComplete(this.deployment)) return revisions;
    deleteOldRevisions(this.context.api, this.deployment, revisions.old);
    return revisions;
  }

  /** With a ReplicaSet for the present template: the one there is, or a new one (`getNewReplicaSet`). */
  #withNewest(): Revisions {
    const revisions = this.#revisions();
    return revisions.newest ? this.#withRevisionOfNewest(revisions) : this.#create(revisions);
  }

  /** The newest ReplicaSet has the highest number, whenever it was made: a rollback moves it up. */
  #withRevisionOfNewest(revisions: Revisions): Revisions {
    const { newest } = revisions;
    if (!newest) return revisions;
    const annotations = replicaSetAnnotations(this.deployment, newest, highestRevision(revisions.old) + 1);
    const { minReadySeconds = 0 } = specOf(this.deployment);
    const isSame = sameJson(annotations, newest.metadata.annotations ?? {}) && (newest.spec?.['minReadySeconds'] ?? 0) === minReadySeconds;
    const updated = isSame
      ? newest
      : this.#updateReplicaSet({ ...newest, metadata: { ...newest.metadata, annotations }, spec: { ...newest.spec, minReadySeconds } });
    this.#noteRevision(updated, 'FoundNewReplicaSet', `Found new replica set "${newest.metadata.name}"`, false);
    return replaced(revisions, newest, updated);
  }

  #create(revisions: Revisions): Revisions {
    const { api } = this.context;
    const revision = highestRevision(revisions.old) + 1;
    const size = newestSize(this.deployment, revisions.all, undefined);
    const wanted = newReplicaSet(this.deployment, revision, size, api.config.version);
    const created = api.create('replicasets', wanted, this.deployment.metadata.namespace);
    if (!created.ok) {
      const collided = created.error.reason === 'AlreadyExists';
      // Another template has the same hash: the next look counts the collision in.
      if (collided) this.#writeStatus({ ...this.deployment.status, collisionCount: (this.deployment.status?.['collisionCount'] ?? 0) + 1 });
      else this.#writeCreationFailure(created.error.message);
      return revisions;
    }
    const { name } = created.value.metadata;
    if (size > 0) this.#recordScaling('up', name, size);
    this.#noteRevision(created.value, 'NewReplicaSetCreated', `Created new replica set "${name}"`, true);
    return { ...revisions, newest: created.value, all: [...revisions.all, created.value] };
  }

  #writeCreationFailure(message: string): void {
    const failure = { type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message } as const;
    if (hasProgressDeadline(specOf(this.deployment))) this.#writeCondition(deploymentCondition(failure, this.context.sim.nowUs));
  }

  /** The Deployment carries the number of its newest ReplicaSet, and says where it found it. */
  #noteRevision(newest: ReplicaSet, reason: string, message: string, isNew: boolean): void {
    const revision = newest.metadata.annotations?.[REVISION] ?? '';
    const { metadata, status } = this.deployment;
    const says = hasProgressDeadline(specOf(this.deployment)) && (isNew || !findCondition(status, 'Progressing'));
    const condition = deploymentCondition({ type: 'Progressing', status: 'True', reason, message }, this.context.sim.nowUs);
    if (metadata.annotations?.[REVISION] === revision && !says) return;
    const annotations = { ...metadata.annotations, [REVISION]: revision };
    const conditions = says ? withCondition(conditionsOf(status), condition) : conditionsOf(status);
    this.#update({ ...this.deployment, metadata: { ...metadata, annotations }, status: { ...status, conditions } });
  }

  /** Gives ReplicaSets other sizes, by name, and notes on each what it was measured against. */
  #resized(revisions: Revisions, sizes: ReadonlyMap<string, number>): Revisions {
    let result = revisions;
    for (const replicaSet of revisions.all) {
      const before = sizeOf(replicaSet);
      const size = sizes.get(replicaSet.metadata.name);
      if (size === undefined) continue;
      const annotations = { ...replicaSet.metadata.annotations, ...sizeAnnotations(this.deployment) };
      if (size === before && sameJson(annotations, replicaSet.metadata.annotations)) continue;
      const spec = { ...replicaSet.spec, replicas: size };
      result = replaced(
        result,
        replicaSet,
        this.#updateReplicaSet({ ...replicaSet, metadata: { ...replicaSet.metadata, annotations }, spec }),
      );
      if (size !== before) this.#recordScaling(size > before ? 'up' : 'down', replicaSet.metadata.name, size, before);
    }
    return result;
  }

  #recordScaling(direction: 'up' | 'down', replicaSet: string, size: number, before?: number): void {
    const from = before === undefined ? '' : ` from ${before}`;
    const message = `Scaled ${direction} replica set ${replicaSet} to ${size}${from}`;
    this.events.record(this.deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
  }

  #updateReplicaSet(replicaSet: KubeObject): ReplicaSet {
    const updated = this.context.api.update('replicasets', replicaSet);
    return updated.ok ? updated.value : replicaSet;
  }

  // --- what the Deployment says

  #writeRolloutStatus(revisions: Revisions): void {
    this.#writeStatus(rolloutStatus(this.deployment, revisions, this.context.sim.nowUs));
  }

  #writeCondition(condition: WorkloadCondition): void {
    const { status } = this.deployment;
    this.#writeStatus({ ...status, conditions: withCondition(conditionsOf(status), condition) });
  }

  #writeStatus(status: Record<string, any>): void {
    if (!sameJson(status, this.deployment.status ?? {})) this.#update({ ...this.deployment, status });
  }

  #update(deployment: KubeObject): void {
    const updated = this.context.api.updateStatus('deployments', deployment);
    if (updated.ok) this.deployment = updated.value;
  }
}

function replaced({ newest, old, all }: Revisions, before: ReplicaSet, after: ReplicaSet): Revisions {
  const swap = (each: ReplicaSet): ReplicaSet => (each === before ? after : each);
  return { newest: newest && swap(newest), old: old.map(swap), all: all.map(swap) };
}

/** Takes at most `most` pods from ReplicaSets, oldest first, from each as many as `spare` says; returns how many. */
function takeAway(
  replicaSets: readonly ReplicaSet[],
  sizes: Map<string, number>,
  most: number,
  spare: (replicaSet: ReplicaSet, size: number) => number,
): number {
  let taken = 0;
  for (const replicaSet of replicaSets) {
    const { name } = replicaSet.metadata;
    const size = sizes.get(name) ?? sizeOf(replicaSet);
    const part = Math.max(0, Math.min(most - taken, size, spare(replicaSet, size)));
    if (part > 0) sizes.set(name, size - part);
    taken += part;
  }
  return taken;
}
