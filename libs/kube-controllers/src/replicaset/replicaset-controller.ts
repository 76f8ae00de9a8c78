import { formatTime, matchesLabels, sameJson, type KubeObject, type Status } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { keyOf, splitKey } from '../object-key.js';
import { controllerOf, OwnedObjects } from '../owned-objects.js';
import { podFromTemplate } from '../pod-template/pod-from-template.js';
import { availableAtUs, concernsOwner, isPodActive, isTerminating } from '../pod-state.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { conditionsOf, withCondition, withoutCondition } from '../workload-condition.js';
import { inDeletionOrder } from './deletion-order.js';
import { PodTallies } from './pod-tallies.js';

/** Pods made or deleted in one look at a ReplicaSet; the next look goes on (pkg/controller/replicaset `BurstReplicas`). */
const BURST_REPLICAS = 500;

/** Wait before what was refused is tried again. Upstream waits 5 ms at first and twice as long each time; nothing changes so soon here. */
const RETRY_US = 5_000_000;

/** Keeps as many pods of a template as asked for (pkg/controller/replicaset/replica_set.go). */
export function registerReplicaSetController(context: ControllerContext): void {
  const { sim, api } = context;
  const controller = new ReplicaSetController(context);
  const queue = new ReconcileQueue(sim, (key) => {
    if (controller.reconcile(key)) queue.add(key);
  });
  const addOwner = (pod: Readonly<KubeObject>): void => {
    const owner = controllerOf(pod);
    if (owner?.kind === 'ReplicaSet') queue.add(`${pod.metadata.namespace}/${owner.name}`);
  };
  sim.timers.on('replicaset.sync', (payload) => queue.add(payload as string));
  api.subscribe(({ type, resource, object, previous }) => {
    if (resource.plural === 'replicasets') {
      if (type !== 'DELETED' && !controller.isReporting) queue.add(keyOf(object));
    } else if (resource.plural === 'pods' && concernsOwner(object, previous)) {
      addOwner(object);
      if (previous && controllerOf(previous)?.uid !== controllerOf(object)?.uid) addOwner(previous);
      // A pod that nobody owns may be what a ReplicaSet looks for; it finds out itself.
      if (type !== 'DELETED' && !controllerOf(object) && object.metadata.labels) controller.addMatching(object, (key) => queue.add(key));
    }
  });
}

class ReplicaSetController {
  readonly #events: EventRecorder;
  readonly #pods: OwnedObjects;
  readonly #replicaSets: OwnedObjects;
  readonly #tallies: PodTallies;
  #isReporting = false;

  constructor(private readonly context: ControllerContext) {
    this.#events = new EventRecorder(context, 'replicaset-controller');
    this.#pods = new OwnedObjects(context.api, 'pods');
    this.#replicaSets = new OwnedObjects(context.api, 'replicasets');
    this.#tallies = new PodTallies(context.api);
  }

  /** Whether the write that is being made only says what the controller knows: no reason to look again. */
  get isReporting(): boolean {
    return this.#isReporting;
  }

  /** Names the ReplicaSets of the pod's namespace to `add`: each looks whether the pod is for it. */
  addMatching(pod: Readonly<KubeObject>, add: (key: string) => void): void {
    for (const replicaSet of this.context.api.list('replicasets', { namespace: pod.metadata.namespace ?? '' })) add(keyOf(replicaSet));
  }

  /** Returns whether there is more to do than one look may. */
  reconcile(key: string): boolean {
    const { api } = this.context;
    const { namespace, name } = splitKey(key);
    const replicaSet = api.get('replicasets', namespace, name);
    if (!replicaSet) return false;
    this.#pods.claim(replicaSet);
    const { uid } = replicaSet.metadata;
    const wanted = (replicaSet.spec?.['replicas'] as number | undefined) ?? 1;
    const surplus = this.#tallies.of(uid).active - wanted;
    const failure =
      isTerminating(replicaSet) || surplus === 0
        ? undefined
        : surplus < 0
          ? this.#createPods(replicaSet, Math.min(-surplus, BURST_REPLICAS))
          : this.#deletePods(replicaSet, Math.min(surplus, BURST_REPLICAS));
    this.#writeStatus(replicaSet, failure);
    return failure === undefined && !isTerminating(replicaSet) && this.#tallies.of(uid).active !== wanted;
  }

  #createPods(replicaSet: Readonly<KubeObject>, count: number): Failure | undefined {
    const { api } = this.context;
    const pod = podFromTemplate(replicaSet.spec!['template'], replicaSet);
    for (let i = 0; i < count; i++) {
      const created = api.create('pods', pod, replicaSet.metadata.namespace);
      if (!created.ok) {
        // Nothing is to be made in a namespace that goes, and nobody is told.
        if (!isNamespaceTerminating(created.error))
          this.#events.record(replicaSet, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${created.error.message}` });
        return { reason: 'FailedCreate', message: created.error.message };
      }
      this.#events.record(replicaSet, {
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Created pod: ${created.value.metadata.name}`,
      });
    }
    return undefined;
  }

  #deletePods(replicaSet: Readonly<KubeObject>, count: number): Failure | undefined {
    const { sim, api } = this.context;
    const active = this.#activePods(replicaSet);
    for (const { metadata } of inDeletionOrder(active, this.#family(replicaSet), sim.nowUs).slice(0, count)) {
      const deleted = api.delete('pods', metadata.namespace, metadata.name);
      if (!deleted.ok) return { reason: 'FailedDelete', message: deleted.error.message };
      this.#events.record(replicaSet, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${metadata.name}` });
    }
    return undefined;
  }

  #activePods({ metadata }: Readonly<KubeObject>): Readonly<KubeObject>[] {
    return this.#pods.of(metadata.uid).filter(isPodActive);
  }

  /** Active pods of all ReplicaSets that the same Deployment controls (`getIndirectlyRelatedPods`). */
  #family(replicaSet: Readonly<KubeObject>): Readonly<KubeObject>[] {
    const controller = controllerOf(replicaSet);
    const siblings = controller ? this.#replicaSets.of(controller.uid) : [replicaSet];
    return siblings.flatMap((sibling) => this.#activePods(sibling));
  }

  #writeStatus(replicaSet: Readonly<KubeObject>, failure: Failure | undefined): void {
    const { sim, api } = this.context;
    const { metadata, spec = {}, status: before = {} } = replicaSet;
    const { active, ready, labels } = this.#tallies.of(metadata.uid);
    const templateLabels = (spec['template']?.metadata?.labels ?? {}) as Record<string, string>;
    const fullyLabeled = labels.count((each) => matchesLabels(templateLabels, each));
    const { available, nextUs } = this.#availability(replicaSet, ready);
    const now = formatTime(sim.nowUs);
    const others = withoutCondition(conditionsOf(before), 'ReplicaFailure');
    const conditions = failure
      ? withCondition(conditionsOf(before), { type: 'ReplicaFailure', status: 'True', lastTransitionTime: now, ...failure })
      : others;
    const status = {
      replicas: active,
      ...(fullyLabeled > 0 && { fullyLabeledReplicas: fullyLabeled }),
      ...(ready > 0 && { readyReplicas: ready }),
      ...(available > 0 && { availableReplicas: available }),
      observedGeneration: metadata.generation,
      ...(conditions.length > 0 && { conditions }),
    };
    // After a failure it looks again at once.
    this.#isReporting = failure === undefined;
    if (!sameJson(status, before)) api.updateStatus('replicasets', { ...replicaSet, status });
    this.#isReporting = false;
    if (failure) this.#lookAgain(keyOf(replicaSet), sim.nowUs + RETRY_US, true);
    else if (nextUs !== undefined) this.#lookAgain(keyOf(replicaSet), nextUs, false);
  }

  /** How many of its pods are available, and when the next one will be. */
  #availability(replicaSet: Readonly<KubeObject>, ready: number): { readonly available: number; readonly nextUs?: number } {
    const minReadySeconds = (replicaSet.spec?.['minReadySeconds'] as number | undefined) ?? 0;
    if (minReadySeconds === 0) return { available: ready };
    const { nowUs } = this.context.sim;
    const pending = this.#activePods(replicaSet)
      .map((pod) => availableAtUs(pod, minReadySeconds))
      .filter((atUs) => atUs !== undefined && atUs > nowUs) as number[];
    return { available: ready - pending.length, ...(pending.length > 0 && { nextUs: Math.min(...pending) }) };
  }

  #lookAgain(key: string, dueUs: number, periodic: boolean): void {
    this.context.sim.timers.set(`replicaset/${key}`, { dueUs, kind: 'replicaset.sync', payload: key, periodic });
  }
}

interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

const isNamespaceTerminating = ({ details }: Status): boolean =>
  details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
