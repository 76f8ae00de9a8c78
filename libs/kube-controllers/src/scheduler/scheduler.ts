import { formatTime, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { onlyNode } from '../node-fit/node-affinity.js';
import { keyOf, splitKey } from '../object-key.js';
import { isPodFinished, isTerminating, podCondition, type PodCondition } from '../pod-state.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { filtersFor, findMisfit, fitErrorMessage, misfit, type Misfit } from './filters.js';
import { NodeInfos, type NodeInfo } from './node-infos.js';
import { totalScores } from './scores.js';

const NAME = 'default-scheduler';

/** Of large clusters only a part is looked at for each pod, but never fewer nodes than these (pkg/scheduler/schedule_one.go). */
const LEAST_FEASIBLE = 100;

/** Binds pods that have no node yet (pkg/scheduler). */
export function registerScheduler(context: ControllerContext): void {
  const { sim, api } = context;
  const scheduler = new Scheduler(context);
  const waiting = new Set<string>();
  for (const pod of api.list('pods')) if (needsNode(pod)) waiting.add(keyOf(pod));
  const queue = new ReconcileQueue(sim, (key) => scheduler.schedule(key));
  // A node that has changed, or a pod that went, may make room for those that found none.
  const retries = new ReconcileQueue(sim, () => {
    for (const key of waiting) queue.add(key);
  });
  api.subscribe(({ type, resource, object }) => {
    if (resource.plural === 'pods') {
      if (type !== 'DELETED' && needsNode(object)) waiting.add(keyOf(object));
      else waiting.delete(keyOf(object));
      if (type === 'ADDED' && needsNode(object)) queue.add(keyOf(object));
    }
    if (waiting.size > 0 && (resource.plural === 'nodes' || (resource.plural === 'pods' && type === 'DELETED'))) retries.add('');
  });
}

const needsNode = (pod: Readonly<KubeObject>): boolean =>
  !pod.spec?.['nodeName'] &&
  (pod.spec?.['schedulerName'] ?? NAME) === NAME &&
  !isTerminating(pod) &&
  !isPodFinished(pod) &&
  !pod.spec?.['schedulingGates']?.length;

class Scheduler {
  readonly #events: EventRecorder;
  readonly #infos: NodeInfos;

  constructor(private readonly context: ControllerContext) {
    this.#events = new EventRecorder(context, NAME);
    this.#infos = new NodeInfos(context.api);
  }

  schedule(key: string): void {
    const { api } = this.context;
    const { namespace, name } = splitKey(key);
    const pod = api.get('pods', namespace, name);
    if (!pod || !needsNode(pod)) return;
    const { feasible, misfits } = this.#findFeasible(pod);
    if (feasible.length === 0) return this.#fail(pod, fitErrorMessage(misfits));
    const chosen = this.#choose(pod, feasible).node.metadata.name;
    if (!api.bind(namespace, name, chosen).ok) return;
    this.#events.record(pod, { type: 'Normal', reason: 'Scheduled', message: `Successfully assigned ${key} to ${chosen}` });
  }

  /** Table `scheduler.cursor`: where the search among many nodes goes on, so that all have their turn. */
  get #cursors() {
    return this.context.sim.store.table<{ next: number }>('scheduler.cursor');
  }

  #findFeasible(pod: Readonly<KubeObject>): { readonly feasible: readonly NodeInfo[]; readonly misfits: readonly Misfit[] } {
    const filters = filtersFor(pod, this.#infos);
    const nodes = this.#infos.sorted;
    const only = onlyNode(pod.spec);
    const misfits: Misfit[] = [];
    const feasible: NodeInfo[] = [];
    if (only !== undefined) {
      for (const info of nodes) {
        const found =
          info.node.metadata.name === only ? findMisfit(filters, info) : misfit("node(s) didn't match Pod's node affinity/selector");
        if (found) misfits.push(found);
        else feasible.push(info);
      }
      return { feasible, misfits };
    }
    const wanted = feasibleNodesToFind(nodes.length);
    const isPart = wanted < nodes.length;
    const start = isPart ? (this.#cursors.get('next')?.next ?? 0) % nodes.length : 0;
    let looked = 0;
    for (; looked < nodes.length && feasible.length < wanted; looked++) {
      const info = nodes[(start + looked) % nodes.length]!;
      const found = findMisfit(filters, info);
      if (found) misfits.push(found);
      else feasible.push(info);
    }
    if (isPart) this.#cursors.put('next', { next: (start + looked) % nodes.length });
    return { feasible, misfits };
  }

  /** The best one; of several equal ones chance takes one. */
  #choose(pod: Readonly<KubeObject>, feasible: readonly NodeInfo[]): NodeInfo {
    if (feasible.length === 1) return feasible[0]!;
    const scores = totalScores(pod, feasible, this.#infos, this.context.api);
    const best = Math.max(...scores);
    const equals = feasible.filter((_, i) => scores[i] === best);
    return equals[this.context.sim.random('scheduler').below(equals.length)]!;
  }

  #fail(pod: Readonly<KubeObject>, message: string): void {
    const { sim, api } = this.context;
    this.#events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message });
    const condition: PodCondition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    api.updateStatus('pods', withCondition(pod, condition, formatTime(sim.nowUs)));
  }
}

/** All of up to a hundred nodes, then a share that falls from a half to a twentieth as clusters grow (`numFeasibleNodesToFind`). */
export function feasibleNodesToFind(nodes: number): number {
  if (nodes < LEAST_FEASIBLE) return nodes;
  const percentage = Math.max(5, 50 - Math.floor(nodes / 125));
  return Math.max(LEAST_FEASIBLE, Math.floor((nodes * percentage) / 100));
}

function withCondition(pod: Readonly<KubeObject>, condition: PodCondition, now: string): KubeObject {
  const before = podCondition(pod, condition.type);
  const lastTransitionTime = before?.status === condition.status ? (before.lastTransitionTime ?? now) : now;
  const others = ((pod.status?.['conditions'] ?? []) as readonly PodCondition[]).filter(({ type }) => type !== condition.type);
  return { ...pod, status: { ...pod.status, conditions: [...others, { ...condition, lastProbeTime: null, lastTransitionTime }] } };
}
