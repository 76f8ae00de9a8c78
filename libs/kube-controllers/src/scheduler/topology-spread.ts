import { matchesLabels, matchesSelector, type ApiServer, type KubeObject, type LabelSelector } from '@svclab/kube-api';
import { matchesRequired } from '../node-fit/node-affinity.js';
import { controllerOf } from '../owned-objects.js';
import { isTerminating } from '../pod-state.js';
import { misfit, type NodeFilter } from './filters.js';
import { naturalLog } from './natural-log.js';
import type { NodeInfo, NodeInfos } from './node-infos.js';

const HOSTNAME = 'kubernetes.io/hostname';

/** v1 TopologySpreadConstraint. */
interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  readonly labelSelector?: LabelSelector;
}

/** What spreads the pods of Services and ReplicaSets that say nothing themselves (the plugin's system defaults). */
const DEFAULT_CONSTRAINTS: readonly Constraint[] = [
  { maxSkew: 3, topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway' },
  { maxSkew: 5, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
];

type Matches = (pod: Readonly<KubeObject>) => boolean;

const ownConstraints = (pod: Readonly<KubeObject>, when: Constraint['whenUnsatisfiable']): readonly Constraint[] =>
  ((pod.spec?.['topologySpreadConstraints'] ?? []) as readonly Constraint[]).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when);

const labelOf = ({ node }: NodeInfo, key: string): string | undefined =>
  node.metadata.labels?.[key] ?? (key === HOSTNAME ? node.metadata.name : undefined);

function countOn({ pods }: NodeInfo, namespace: string | undefined, matches: Matches): number {
  let count = 0;
  for (const pod of pods.values()) if (pod.metadata.namespace === namespace && !isTerminating(pod) && matches(pod)) count++;
  return count;
}

/** Constraints that must hold: no value of a key may be ahead of the least one by more than maxSkew (podtopologyspread/filtering.go). */
export function spreadFilter(pod: Readonly<KubeObject>, infos: NodeInfos): NodeFilter | undefined {
  const constraints = ownConstraints(pod, 'DoNotSchedule');
  if (constraints.length === 0) return undefined;
  const eligible = infos.sorted.filter((info) => matchesRequired(pod.spec, info.node));
  const checks = constraints.map((constraint) => {
    const matches: Matches = (other) => matchesSelector(constraint.labelSelector, other.metadata.labels);
    const counts = new Map<string, number>();
    for (const info of eligible) {
      const value = labelOf(info, constraint.topologyKey);
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + countOn(info, pod.metadata.namespace, matches));
    }
    return { constraint, counts, least: Math.min(...counts.values()), self: matches(pod) ? 1 : 0 };
  });
  return (info) => {
    for (const { constraint, counts, least, self } of checks) {
      const value = labelOf(info, constraint.topologyKey);
      if (value === undefined) return misfit("node(s) didn't match pod topology spread constraints (missing required label)");
      if ((counts.get(value) ?? 0) + self - least > constraint.maxSkew)
        return misfit("node(s) didn't match pod topology spread constraints", true);
    }
    return undefined;
  };
}

/**
 * How well pods would be spread: 0 to 100 for each node that fits, `undefined` when nothing asks for it
 * (podtopologyspread/scoring.go).
 */
export function spreadScores(
  pod: Readonly<KubeObject>,
  feasible: readonly NodeInfo[],
  infos: NodeInfos,
  api: ApiServer,
): readonly number[] | undefined {
  const own = ownConstraints(pod, 'ScheduleAnyway');
  const defaults = own.length === 0 && !pod.spec?.['topologySpreadConstraints']?.length ? defaultMatcher(pod, api) : undefined;
  if (own.length === 0 && !defaults) return undefined;
  const constraints = own.length > 0 ? own : DEFAULT_CONSTRAINTS;
  // Own constraints must find all their keys on a node, or it is not scored; the defaults take what is there.
  const isScored = (info: NodeInfo): boolean =>
    own.length === 0 || own.every(({ topologyKey }) => labelOf(info, topologyKey) !== undefined);
  const scored = feasible.filter(isScored);
  const raw = new Map<NodeInfo, number>(scored.map((info) => [info, 0]));
  for (const constraint of constraints) {
    const matches: Matches = defaults ?? ((other) => matchesSelector(constraint.labelSelector, other.metadata.labels));
    addCost(raw, constraint, scored, infos, (info) => countOn(info, pod.metadata.namespace, matches));
  }
  const rounded = scored.map((info) => Math.round(raw.get(info)!));
  const [most, least] = [Math.max(0, ...rounded), Math.min(...rounded)];
  return feasible.map((info) => {
    if (!raw.has(info)) return 0;
    return most === 0 ? 100 : Math.floor((100 * (most + least - Math.round(raw.get(info)!))) / most);
  });
}

/** A node costs the pods that share its value of the key, weighed by how many values there are. */
function addCost(
  raw: Map<NodeInfo, number>,
  { topologyKey, maxSkew }: Constraint,
  scored: readonly NodeInfo[],
  infos: NodeInfos,
  countOf: (info: NodeInfo) => number,
): void {
  const values = new Set(scored.map((info) => labelOf(info, topologyKey)).filter((value) => value !== undefined));
  if (values.size === 0) return;
  const isHostname = topologyKey === HOSTNAME;
  const weight = naturalLog((isHostname ? scored.length : values.size) + 2);
  const counts = new Map<string, number>();
  if (!isHostname) {
    for (const info of infos.sorted) {
      const value = labelOf(info, topologyKey);
      if (value !== undefined && values.has(value)) counts.set(value, (counts.get(value) ?? 0) + countOf(info));
    }
  }
  for (const info of scored) {
    const value = labelOf(info, topologyKey);
    if (value === undefined) continue;
    const count = isHostname ? countOf(info) : counts.get(value)!;
    raw.set(info, raw.get(info)! + count * weight + (maxSkew - 1));
  }
}

/** What the defaults count: pods of the same Services and of the same ReplicaSet; `undefined` for a pod that belongs to nothing. */
function defaultMatcher(pod: Readonly<KubeObject>, api: ApiServer): Matches | undefined {
  const labels: Record<string, string> = {};
  for (const service of api.list('services', { namespace: pod.metadata.namespace ?? '' })) {
    const selector = service.spec?.['selector'] as Record<string, string> | undefined;
    if (selector && Object.keys(selector).length > 0 && matchesLabels(selector, pod.metadata.labels)) Object.assign(labels, selector);
  }
  const owner = controllerOf(pod);
  const replicaSet = owner?.kind === 'ReplicaSet' ? api.get('replicasets', pod.metadata.namespace, owner.name) : undefined;
  const selector = replicaSet?.spec?.['selector'] as LabelSelector | undefined;
  if (Object.keys(labels).length === 0 && !selector) return undefined;
  return (other) => matchesLabels(labels, other.metadata.labels) && (!selector || matchesSelector(selector, other.metadata.labels));
}
