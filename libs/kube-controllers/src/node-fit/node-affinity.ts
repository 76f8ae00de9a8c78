import type { KubeObject } from '@svclab/kube-api';

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** v1 NodeSelectorTerm: all of its requirements must hold; a term without any matches nothing. */
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

export interface PreferredTerm {
  readonly weight: number;
  readonly preference: NodeSelectorTerm;
}

interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] };
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly PreferredTerm[];
}

const affinityOf = (podSpec: KubeObject['spec']): NodeAffinity | undefined =>
  podSpec?.['affinity']?.nodeAffinity as NodeAffinity | undefined;

const requiredTerms = (podSpec: KubeObject['spec']): readonly NodeSelectorTerm[] | undefined =>
  affinityOf(podSpec)?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;

export const preferredTerms = (podSpec: KubeObject['spec']): readonly PreferredTerm[] =>
  affinityOf(podSpec)?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** Whether a pod is at all particular about its node. */
export const choosesNode = (podSpec: KubeObject['spec']): boolean =>
  requiredTerms(podSpec) !== undefined || Object.keys((podSpec?.['nodeSelector'] ?? {}) as object).length > 0;

/** nodeSelector and required node affinity (component-helpers `GetRequiredNodeAffinity`). */
export function matchesRequired(podSpec: KubeObject['spec'], node: Readonly<KubeObject>): boolean {
  const labels = node.metadata.labels ?? {};
  const selector = (podSpec?.['nodeSelector'] ?? {}) as Readonly<Record<string, string>>;
  if (Object.keys(selector).some((key) => labels[key] !== selector[key])) return false;
  const terms = requiredTerms(podSpec);
  return terms === undefined || terms.some((term) => matchesTerm(term, node));
}

/** The one node that every term names, as pods of DaemonSets do; `undefined` when there may be others. */
export function onlyNode(podSpec: KubeObject['spec']): string | undefined {
  const terms = requiredTerms(podSpec);
  if (terms?.length !== 1) return undefined;
  const named = terms[0]!.matchFields?.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  return named?.values?.length === 1 ? named.values[0] : undefined;
}

export function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { metadata }: Readonly<KubeObject>): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((requirement) => holds(requirement, metadata.labels?.[requirement.key])) &&
    matchFields.every((requirement) => holds(requirement, requirement.key === 'metadata.name' ? metadata.name : undefined))
  );
}

function holds({ operator, values = [] }: Requirement, value: string | undefined): boolean {
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
}
