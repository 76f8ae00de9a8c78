import { formatTime, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { keyOf, splitKey } from '../object-key.js';
import { isPodFinished, isTerminating, podCondition, type PodCondition } from '../pod-state.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { findMisfit, fitErrorMessage, type Misfit } from './filters.js';

const NAME = 'default-scheduler';

/** Binds pods that have no node yet (pkg/scheduler). */
export function registerScheduler(context: ControllerContext): void {
  const { sim, api } = context;
  const events = new EventRecorder(context, NAME);
  const queue = new ReconcileQueue(sim, (key) => schedule(context, events, key));
  // A node that has changed, or a pod that went, may make room for those that found none.
  const retries = new ReconcileQueue(sim, () => {
    for (const pod of api.list('pods')) if (needsNode(pod)) queue.add(keyOf(pod));
  });
  api.subscribe(({ type, resource, object }) => {
    if (resource.plural === 'pods' && type === 'ADDED' && needsNode(object)) queue.add(keyOf(object));
    else if (resource.plural === 'nodes' || (resource.plural === 'pods' && type === 'DELETED')) retries.add('');
  });
}

const needsNode = (pod: Readonly<KubeObject>): boolean =>
  !pod.spec?.['nodeName'] && (pod.spec?.['schedulerName'] ?? NAME) === NAME && !isTerminating(pod) && !isPodFinished(pod);

function schedule({ sim, api }: ControllerContext, events: EventRecorder, key: string): void {
  const { namespace, name } = splitKey(key);
  const pod = api.get('pods', namespace, name);
  if (!pod || !needsNode(pod)) return;
  const podsByNode = groupByNode(api.list('pods'));
  const nodes = api.list('nodes');
  const misfits: Misfit[] = [];
  const feasible: Readonly<KubeObject>[] = [];
  for (const node of nodes) {
    const found = findMisfit(pod, node, podsByNode.get(node.metadata.name) ?? []);
    if (found) misfits.push(found);
    else feasible.push(node);
  }
  if (feasible.length === 0) {
    const message = fitErrorMessage(misfits);
    events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message });
    const condition: PodCondition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    api.updateStatus('pods', withCondition(pod, condition, formatTime(sim.nowUs)));
    return;
  }
  // Simplification: of the nodes that fit, one with the fewest pods is taken; a real scheduler weighs seven scores.
  const load = (node: Readonly<KubeObject>): number => podsByNode.get(node.metadata.name)?.length ?? 0;
  const least = Math.min(...feasible.map(load));
  const best = feasible.filter((node) => load(node) === least);
  const chosen = best[sim.random('scheduler').below(best.length)]!.metadata.name;
  if (api.bind(namespace, name, chosen).ok)
    events.record(pod, { type: 'Normal', reason: 'Scheduled', message: `Successfully assigned ${key} to ${chosen}` });
}

function withCondition(pod: Readonly<KubeObject>, condition: PodCondition, now: string): KubeObject {
  const before = podCondition(pod, condition.type);
  const lastTransitionTime = before?.status === condition.status ? (before.lastTransitionTime ?? now) : now;
  const others = ((pod.status?.['conditions'] ?? []) as readonly PodCondition[]).filter(({ type }) => type !== condition.type);
  return { ...pod, status: { ...pod.status, conditions: [...others, { ...condition, lastProbeTime: null, lastTransitionTime }] } };
}

function groupByNode(pods: readonly Readonly<KubeObject>[]): Map<string, Readonly<KubeObject>[]> {
  const groups = new Map<string, Readonly<KubeObject>[]>();
  for (const pod of pods) {
    const node = pod.spec?.['nodeName'] as string | undefined;
    if (!node || isPodFinished(pod)) continue;
    const group = groups.get(node);
    if (group) group.push(pod);
    else groups.set(node, [pod]);
  }
  return groups;
}
