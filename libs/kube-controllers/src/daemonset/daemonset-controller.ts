import { parseTime, sameJson, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { keyOf, splitKey } from '../object-key.js';
import { controllerOf, OwnedObjects } from '../owned-objects.js';
import { podFromTemplate } from '../pod-template/pod-from-template.js';
import { concernsOwner, isPodAvailable, isPodReady, isTerminating } from '../pod-state.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { ControllerRevisions, REVISION_HASH } from './controller-revisions.js';
import { boundTo, nodeOfDaemon, nodeWants } from './daemon-nodes.js';
import { planUpdate, type DaemonNode } from './update-plan.js';

/** Keeps one pod on every node that is to have one (pkg/controller/daemon/daemon_controller.go). */
export function registerDaemonSetController(context: ControllerContext): void {
  const { sim, api } = context;
  const controller = new DaemonSetController(context);
  const queue = new ReconcileQueue(sim, (key) => controller.reconcile(key));
  const addAll = (): void => {
    for (const daemonSet of api.list('daemonsets')) queue.add(keyOf(daemonSet));
  };
  sim.timers.on('daemonset.sync', (payload) => queue.add(payload as string));
  api.subscribe(({ type, resource, object, previous }) => {
    if (resource.plural === 'daemonsets') {
      if (type !== 'DELETED' && !isOwnStatus(object, previous)) queue.add(keyOf(object));
    } else if (resource.plural === 'nodes') {
      if (type !== 'MODIFIED' || !sameJson(placing(object), placing(previous!))) addAll();
    } else if (resource.plural === 'pods' && concernsOwner(object, previous)) {
      const owner = controllerOf(object) ?? (previous && controllerOf(previous));
      if (owner?.kind === 'DaemonSet') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }
  });
}

/** What of a node decides which daemons it has. */
const placing = ({ metadata, spec }: Readonly<KubeObject>): unknown => [metadata.labels ?? {}, spec?.['taints'] ?? []];

/** What the controller itself writes asks nothing of it. */
const isOwnStatus = (object: Readonly<KubeObject>, previous: Readonly<KubeObject> | undefined): boolean =>
  previous !== undefined && object.metadata.generation === previous.metadata.generation && !isTerminating(object);

/** A node with the pods that a DaemonSet has on it. */
interface NodeLook {
  readonly node: string;
  readonly wants: { readonly runs: boolean; readonly stays: boolean };
  readonly pods: readonly Readonly<KubeObject>[];
}

/** How long a pod that has failed stays. Upstream waits one second at first and twice as long each time. */
const FAILED_POD_BACK_OFF_US = 5_000_000;

class DaemonSetController {
  readonly #events: EventRecorder;
  readonly #pods: OwnedObjects;
  readonly #revisions: ControllerRevisions;

  constructor(private readonly context: ControllerContext) {
    this.#events = new EventRecorder(context, 'daemonset-controller');
    this.#pods = new OwnedObjects(context.api, 'pods');
    this.#revisions = new ControllerRevisions(context.api, new OwnedObjects(context.api, 'controllerrevisions'));
  }

  reconcile(key: string): void {
    const { api } = this.context;
    const { namespace, name } = splitKey(key);
    const daemonSet = api.get('daemonsets', namespace, name);
    if (!daemonSet || isTerminating(daemonSet)) return;
    const hash = this.#revisions.note(daemonSet);
    let nodes = this.#nodes(daemonSet);
    if (this.#manage(daemonSet, nodes, hash)) nodes = this.#nodes(daemonSet);
    if (this.#update(daemonSet, nodes, hash)) nodes = this.#nodes(daemonSet);
    const pods = this.#pods.of(daemonSet.metadata.uid);
    this.#revisions.cleanUp(daemonSet, new Set([hash, ...pods.map(({ metadata }) => metadata.labels?.[REVISION_HASH])]));
    this.#writeStatus(daemonSet, nodes, hash);
  }

  /** A pod where one is missing, none where there is to be none; whether something was to be done. */
  #manage(daemonSet: Readonly<KubeObject>, nodes: readonly NodeLook[], hash: string): boolean {
    let changed = false;
    const surges = Number(daemonSet.spec?.['updateStrategy']?.rollingUpdate?.maxSurge ?? 0) > 0;
    for (const { node, wants, pods } of nodes) {
      const failed = pods.filter((pod) => pod.status?.['phase'] === 'Failed' && !isTerminating(pod));
      for (const pod of failed) {
        // A pod that its node refuses at once would otherwise be made and unmade for ever in one moment.
        if (!this.#hasWaited(daemonSet, pod)) continue;
        const message = `Found failed daemon pod ${keyOf(pod)} on node ${node}, will try to kill it`;
        this.#events.record(daemonSet, { type: 'Warning', reason: 'FailedDaemonPod', message });
        this.#delete(daemonSet, pod);
      }
      const kept = pods.filter((pod) => !failed.includes(pod));
      const isMissing = wants.runs && pods.length === 0;
      if (isMissing) this.#create(daemonSet, node, hash);
      // Of two the older stays; an update that surges has two for a while.
      const surplus = isMissing ? [] : !wants.stays ? kept : surges ? [] : kept.toSorted((a, b) => (age(a) < age(b) ? -1 : 1)).slice(1);
      for (const pod of surplus) this.#delete(daemonSet, pod);
      changed ||= isMissing || failed.length > 0 || surplus.length > 0;
    }
    return changed;
  }

  #hasWaited(daemonSet: Readonly<KubeObject>, failed: Readonly<KubeObject>): boolean {
    const { sim } = this.context;
    const dueUs = (parseTime(failed.metadata.creationTimestamp) ?? 0) + FAILED_POD_BACK_OFF_US;
    if (dueUs <= sim.nowUs) return true;
    const key = keyOf(daemonSet);
    sim.timers.set(`daemonset/${key}/failed`, { dueUs, kind: 'daemonset.sync', payload: key, periodic: true });
    return false;
  }

  /** Strategy RollingUpdate: replaces pods of earlier templates, some at a time; whether it did. */
  #update(daemonSet: Readonly<KubeObject>, looks: readonly NodeLook[], hash: string): boolean {
    if (daemonSet.spec?.['updateStrategy']?.type !== 'RollingUpdate') return false;
    const nodes = looks.map(({ node, wants, pods }): DaemonNode => {
      const current = pods.filter((pod) => !isTerminating(pod));
      const isNew = (pod: Readonly<KubeObject>): boolean => pod.metadata.labels?.[REVISION_HASH] === hash;
      return { node, wants: wants.runs, old: current.find((pod) => !isNew(pod)), new: current.find(isNew) };
    });
    const plan = planUpdate(daemonSet, nodes, (pod) => this.#isAvailable(daemonSet, pod));
    for (const node of plan.create) this.#create(daemonSet, node, hash);
    for (const pod of plan.delete) this.#delete(daemonSet, pod);
    return plan.create.length + plan.delete.length > 0;
  }

  /** Every node that is there, with the pods that this DaemonSet has on it; pods on nodes that have gone are the pod garbage collector's. */
  #nodes(daemonSet: Readonly<KubeObject>): readonly NodeLook[] {
    const byNode = new Map<string, Readonly<KubeObject>[]>();
    for (const pod of this.#pods.claim(daemonSet)) {
      const node = nodeOfDaemon(pod);
      byNode.set(node, [...(byNode.get(node) ?? []), pod]);
    }
    const podSpec = daemonSet.spec!['template'].spec as NonNullable<KubeObject['spec']>;
    return this.context.api.list('nodes').map((node) => ({
      node: node.metadata.name,
      wants: nodeWants(podSpec, node),
      pods: byNode.get(node.metadata.name) ?? [],
    }));
  }

  #create(daemonSet: Readonly<KubeObject>, node: string, hash: string): void {
    const { api } = this.context;
    const template = daemonSet.spec!['template'];
    const generation = daemonSet.metadata.annotations?.['deprecated.daemonset.template.generation'];
    const pod = podFromTemplate(template, daemonSet, {
      labels: { [REVISION_HASH]: hash, ...(generation && { 'pod-template-generation': generation }) },
      spec: boundTo(template.spec, node),
    });
    const created = api.create('pods', pod, daemonSet.metadata.namespace);
    if (created.ok) this.#say(daemonSet, 'SuccessfulCreate', `Created pod: ${created.value.metadata.name}`);
    else this.#events.record(daemonSet, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${created.error.message}` });
  }

  #delete(daemonSet: Readonly<KubeObject>, pod: Readonly<KubeObject>): void {
    if (isTerminating(pod)) return;
    this.context.api.delete('pods', pod.metadata.namespace, pod.metadata.name);
    this.#say(daemonSet, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  #say(daemonSet: Readonly<KubeObject>, reason: string, message: string): void {
    this.#events.record(daemonSet, { type: 'Normal', reason, message });
  }

  #isAvailable(daemonSet: Readonly<KubeObject>, pod: Readonly<KubeObject>): boolean {
    return isPodAvailable(pod, (daemonSet.spec?.['minReadySeconds'] as number | undefined) ?? 0, this.context.sim.nowUs);
  }

  #writeStatus(daemonSet: Readonly<KubeObject>, nodes: readonly NodeLook[], hash: string): void {
    const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, available: 0 };
    for (const { wants, pods } of nodes) {
      if (!wants.runs) {
        if (pods.length > 0) count.misscheduled++;
        continue;
      }
      count.desired++;
      const [oldest] = pods.toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
      if (!oldest) continue;
      count.current++;
      if (isPodReady(oldest)) count.ready++;
      if (this.#isAvailable(daemonSet, oldest)) count.available++;
      if (pods.some(({ metadata }) => metadata.labels?.[REVISION_HASH] === hash)) count.updated++;
    }
    const unavailable = count.desired - count.available;
    const status = {
      currentNumberScheduled: count.current,
      desiredNumberScheduled: count.desired,
      ...(count.available > 0 && { numberAvailable: count.available }),
      numberMisscheduled: count.misscheduled,
      numberReady: count.ready,
      ...(unavailable > 0 && { numberUnavailable: unavailable }),
      observedGeneration: daemonSet.metadata.generation,
      ...(count.updated > 0 && { updatedNumberScheduled: count.updated }),
    };
    if (!sameJson(status, daemonSet.status ?? {})) this.context.api.updateStatus('daemonsets', { ...daemonSet, status });
    this.#lookAgainWhenAvailable(daemonSet, count);
  }

  #lookAgainWhenAvailable(daemonSet: Readonly<KubeObject>, { ready, available }: { ready: number; available: number }): void {
    const seconds = (daemonSet.spec?.['minReadySeconds'] as number | undefined) ?? 0;
    if (seconds === 0 || ready === available) return;
    const { sim } = this.context;
    const key = keyOf(daemonSet);
    sim.timers.set(`daemonset/${key}`, { dueUs: sim.nowUs + seconds * 1_000_000, kind: 'daemonset.sync', payload: key });
  }
}

const age = ({ metadata }: Readonly<KubeObject>): string => `${metadata.creationTimestamp} ${metadata.name}`;
