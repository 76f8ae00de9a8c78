import type { KubeObject } from '@svclab/kube-api';

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

interface SelectorTerm {
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** Why a pod does not fit a node, in the scheduler's words. */
export interface Misfit {
  readonly reason: string;
  /** Whether evicting other pods could make room. */
  readonly preemptable: boolean;
}

type Filter = (pod: Readonly<KubeObject>, node: Readonly<KubeObject>, podsOnNode: readonly Readonly<KubeObject>[]) => Misfit | undefined;

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const DEFAULT_MAX_PODS = 110;

const misfit = (reason: string, preemptable = false): Misfit => ({ reason, preemptable });

/** The default plugins of v1.31 in the order they are asked; a node tells the first that refuses (pkg/scheduler/framework/plugins). */
// Simplification: CPU and memory requests, volumes and pod affinity are not looked at.
const FILTERS: readonly Filter[] = [
  function nodeUnschedulable(pod, node) {
    const refused = node.spec?.['unschedulable'] === true && !tolerates(pod, UNSCHEDULABLE);
    return refused ? misfit('node(s) were unschedulable') : undefined;
  },
  function taintToleration(pod, node) {
    const taints = (node.spec?.['taints'] ?? []) as readonly Taint[];
    const taint = taints.find((each) => each.effect !== 'PreferNoSchedule' && !tolerates(pod, each));
    return taint && misfit(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
  },
  function nodeAffinity(pod, node) {
    return matchesNodeSelector(pod, node) ? undefined : misfit("node(s) didn't match Pod's node affinity/selector");
  },
  function nodePorts(pod, _node, podsOnNode) {
    const taken = new Set(podsOnNode.flatMap(hostPorts));
    return hostPorts(pod).some((port) => taken.has(port))
      ? misfit("node(s) didn't have free ports for the requested pod ports", true)
      : undefined;
  },
  function maxPods(_pod, node, podsOnNode) {
    const allowed = Number(node.status?.['allocatable']?.pods ?? DEFAULT_MAX_PODS);
    return podsOnNode.length >= allowed ? misfit('Too many pods', true) : undefined;
  },
];

/** The first reason why `pod` cannot go to `node`, `undefined` when it can. */
export function findMisfit(
  pod: Readonly<KubeObject>,
  node: Readonly<KubeObject>,
  podsOnNode: readonly Readonly<KubeObject>[],
): Misfit | undefined {
  for (const filter of FILTERS) {
    const found = filter(pod, node, podsOnNode);
    if (found) return found;
  }
  return undefined;
}

/** `0/4 nodes are available: …`, with what preemption could do (pkg/scheduler/framework/types.go FitError). */
export function fitErrorMessage(misfits: readonly Misfit[]): string {
  if (misfits.length === 0) return 'no nodes available to schedule pods';
  const available = `0/${misfits.length} nodes are available`;
  const helpless = misfits.map(({ preemptable }) =>
    preemptable ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling',
  );
  return `${available}: ${counted(misfits.map(({ reason }) => reason))}. preemption: ${available}: ${counted(helpless)}.`;
}

function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .toSorted()
    .join(', ');
}

function tolerates(pod: Readonly<KubeObject>, taint: Taint): boolean {
  const tolerations = (pod.spec?.['tolerations'] ?? []) as readonly Toleration[];
  return tolerations.some(({ key = '', operator = 'Equal', value = '', effect = '' }) => {
    if (effect !== '' && effect !== taint.effect) return false;
    if (key !== '' && key !== taint.key) return false;
    return operator === 'Exists' || (key !== '' && value === (taint.value ?? ''));
  });
}

function matchesNodeSelector(pod: Readonly<KubeObject>, node: Readonly<KubeObject>): boolean {
  const labels = node.metadata.labels ?? {};
  const selector = (pod.spec?.['nodeSelector'] ?? {}) as Readonly<Record<string, string>>;
  if (Object.keys(selector).some((key) => labels[key] !== selector[key])) return false;
  const required = pod.spec?.['affinity']?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms as readonly SelectorTerm[] | undefined;
  return terms === undefined || terms.some((term) => matchesTerm(term, labels));
}

function matchesTerm({ matchExpressions = [] }: SelectorTerm, labels: Readonly<Record<string, string>>): boolean {
  return matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      case 'Gt':
        return value !== undefined && Number(value) > Number(values[0]);
      case 'Lt':
        return value !== undefined && Number(value) < Number(values[0]);
      default:
        return false;
    }
  });
}

/** Host ports that a pod asks for, as `TCP/80`. */
function hostPorts(pod: Readonly<KubeObject>): string[] {
  const containers = (pod.spec?.['containers'] ?? []) as readonly { ports?: readonly { hostPort?: number; protocol?: string }[] }[];
  return containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${protocol}/${hostPort}`] : [])),
  );
}
