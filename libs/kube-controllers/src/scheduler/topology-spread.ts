import { canonicalJson } from '@svclab/sim';
import { matchesLabels, matchesSelector, type ApiServer, type KubeObject, type LabelSelector } from '@svclab/kube-api';
import { matchesRequired } from '../node-fit/node-affinity.js';
import { controllerOf } from '../owned-objects.js';
import { isTerminating } from '../pod-state.js';
import { misfit, type NodeFilter } from './filters.js';
import { naturalLog } from './natural-log.js';
import type { NodeInfo, NodeInfos, PodGroup } from './node-infos.js';

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

/** Pods of a namespace that stay and that `matches` takes; `text` says what it takes. */
const groupOf = (namespace: string | undefined, matches: Matches, text: string): PodGroup => ({
  key: `${namespace}/${text}`,
  has: (pod) => pod.metadata.namespace === namespace && !isTerminating(pod) && matches(pod),
});

const selectedBy = ({ labelSelector }: Constraint, { metadata: { namespace } }: Readonly<KubeObject>): PodGroup =>
  groupOf(namespace, (other) => matchesSelector(labelSelector, other.metadata.labels), canonicalJson(labelSelector ?? null));

/** Constraints that must hold: no value of a key may be ahead of the least one by more than maxSkew (podtopologyspread/filtering.go). */
export function spreadFilter(pod: Readonly<KubeObject>, infos: NodeInfos): NodeFilter | undefined {
  const constraints = ownConstraints(pod, 'DoNotSchedule');
  if (constraints.length === 0) return undefined;
  const eligible = infos.sorted.filter((info) => matchesRequired(pod.spec, info.node));
  const checks = constraints.map((constraint) => {
    const group = selectedBy(constraint, pod);
    const counts = new Map<string, number>();
    for (const info of eligible) {
      const value = labelOf(info, constraint.topologyKey);
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + info.countOf(group));
    }
    const self = matchesSelector(constraint.labelSelector, pod.metadata.labels) ? 1 : 0;
    return { constraint, counts, least: Math.min(...counts.values()), self };
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
  const defaults = own.length === 0 && !pod.spec?.['topologySpreadConstraints']?.length ? defaultGroup(pod, api) : undefined;
  if (own.length === 0 && !defaults) return undefined;
  const constraints = own.length > 0 ? own : DEFAULT_CONSTRAINTS;
  // The pod's own constraints must find all their keys on a node, or it is not scored; the defaults take what is there.
  const isScored = (info: NodeInfo): boolean => own.every(({ topologyKey }) => labelOf(info, topologyKey) !== undefined);
  const scored = feasible.filter(isScored);
  const costs = scored.map(() => 0);
  for (const constraint of constraints) addCosts(costs, constraint, scored, infos, defaults ?? selectedBy(constraint, pod));
  const normalized = normalize(costs.map(Math.round));
  if (scored.length === feasible.length) return normalized;
  const byNode = new Map(scored.map((info, i) => [info, normalized[i]!]));
  return feasible.map((info) => byNode.get(info) ?? 0);
}

/** The dearest node gets what the cheapest costs of a hundred, the cheapest a hundred. */
function normalize(costs: readonly number[]): readonly number[] {
  let [most, least] = [0, Infinity];
  for (const cost of costs) {
    if (cost > most) most = cost;
    if (cost < least) least = cost;
  }
  return costs.map((cost) => (most === 0 ? 100 : Math.floor((100 * (most + least - cost)) / most)));
}

/** A node costs the pods that share its value of the key, weighed by how many values there are. */
function addCosts(
  costs: number[],
  { topologyKey, maxSkew }: Constraint,
  scored: readonly NodeInfo[],
  infos: NodeInfos,
  group: PodGroup,
): void {
  if (topologyKey === HOSTNAME) {
    const weight = naturalLog(scored.length + 2);
    for (let i = 0; i < scored.length; i++) costs[i]! += scored[i]!.countOf(group) * weight + (maxSkew - 1);
    return;
  }
  const counts = new Map<string, number>();
  for (const info of scored) {
    const value = labelOf(info, topologyKey);
    if (value !== undefined) counts.set(value, 0);
  }
  if (counts.size === 0) return;
  for (const info of infos.sorted) {
    const value = labelOf(info, topologyKey);
    if (value !== undefined && counts.has(value)) counts.set(value, counts.get(value)! + info.countOf(group));
  }
  const weight = naturalLog(counts.size + 2);
  scored.forEach((info, i) => {
    const value = labelOf(info, topologyKey);
    if (value !== undefined) costs[i]! += counts.get(value)! * weight + (maxSkew - 1);
  });
}

/** What the defaults count: pods of the same Services and of the same ReplicaSet; `undefined` for a pod that belongs to nothing. */
function defaultGroup(pod: Readonly<KubeObject>, api: ApiServer): PodGroup | undefined {
  const labels: Record<string, string> = {};
  for (const service of api.list('services', { namespace: pod.metadata.namespace ?? '' })) {
    const selector = service.spec?.['selector'] as Record<string, string> | undefined;
    if (selector && Object.keys(selector).length > 0 && matchesLabels(selector, pod.metadata.labels)) Object.assign(labels, selector);
  }
  const owner = controllerOf(pod);
  const replicaSet = owner?.kind === 'ReplicaSet' ? api.get('replicasets', pod.metadata.namespace, owner.name) : undefined;
  const selector = replicaSet?.spec?.['selector'] as LabelSelector | undefined;
  if (Object.keys(labels).length === 0 && !selector) return undefined;
  const matches: Matches = ({ metadata }) =>
    matchesLabels(labels, metadata.labels) && (!selector || matchesSelector(selector, metadata.labels));
  return groupOf(pod.metadata.namespace, matches, canonicalJson([labels, selector ?? null]));
}
