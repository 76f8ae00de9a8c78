import { matchesSelector, type KubeObject, type LabelSelector } from '@svclab/kube-api';
import { misfit, type NodeFilter } from './filters.js';
import type { NodeInfo, NodeInfos } from './node-infos.js';

/** v1 PodAffinityTerm. */
interface Term {
  readonly labelSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly topologyKey: string;
}

interface Affinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly Term[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly { readonly weight: number; readonly podAffinityTerm: Term }[];
}

type Pod = Readonly<KubeObject>;

const affinityOf = (pod: Pod, kind: 'podAffinity' | 'podAntiAffinity'): Affinity => (pod.spec?.['affinity']?.[kind] ?? {}) as Affinity;
const requiredOf = (pod: Pod, kind: 'podAffinity' | 'podAntiAffinity'): readonly Term[] =>
  affinityOf(pod, kind).requiredDuringSchedulingIgnoredDuringExecution ?? [];

/** Whether a term that `owner` has speaks of `pod`. */
// Simplification: namespaceSelector and matchLabelKeys of a term are not looked at.
function speaksOf({ labelSelector, namespaces }: Term, owner: Pod, pod: Pod): boolean {
  const places = namespaces?.length ? namespaces : [owner.metadata.namespace ?? ''];
  return places.includes(pod.metadata.namespace ?? '') && matchesSelector(labelSelector, pod.metadata.labels);
}

const placeOf = (info: NodeInfo, { topologyKey }: Term): string | undefined => info.node.metadata.labels?.[topologyKey];

/** Values of the term's key on whose nodes a pod runs that it speaks of. */
function placesOf(term: Term, owner: Pod, infos: NodeInfos): Set<string> {
  const places = new Set<string>();
  for (const info of infos.sorted) {
    const place = placeOf(info, term);
    if (place === undefined || places.has(place)) continue;
    for (const pod of info.pods.values()) {
      if (!speaksOf(term, owner, pod)) continue;
      places.add(place);
      break;
    }
  }
  return places;
}

/** Required affinity and anti-affinity, the pod's own and that of the pods that are there (interpodaffinity/filtering.go). */
export function podAffinityFilter(pod: Pod, infos: NodeInfos): NodeFilter | undefined {
  const wanted = requiredOf(pod, 'podAffinity').map((term) => ({ term, places: placesOf(term, pod, infos) }));
  const avoided = requiredOf(pod, 'podAntiAffinity').map((term) => ({ term, places: placesOf(term, pod, infos) }));
  const guarded = guardedPlaces(pod, infos);
  if (wanted.length + avoided.length + guarded.length === 0) return undefined;
  // The first pod of a group that wants to be together would wait for itself.
  const isFirst = wanted.every(({ term, places }) => places.size === 0 && speaksOf(term, pod, pod));
  return (info) => {
    for (const { term, places } of wanted) {
      const place = placeOf(info, term);
      if (place === undefined || (!places.has(place) && !isFirst)) return misfit("node(s) didn't match pod affinity rules");
    }
    if (avoided.some(({ term, places }) => places.has(placeOf(info, term) ?? '')))
      return misfit("node(s) didn't match pod anti-affinity rules", true);
    if (guarded.some(({ term, place }) => placeOf(info, term) === place))
      return misfit("node(s) didn't satisfy existing pods anti-affinity rules", true);
    return undefined;
  };
}

/** Where pods run that will not have this one beside them. */
function guardedPlaces(pod: Pod, infos: NodeInfos): { readonly term: Term; readonly place: string }[] {
  const guarded: { term: Term; place: string }[] = [];
  for (const other of infos.guarded.values()) {
    const info = infos.get(other.spec!['nodeName'] as string);
    if (!info) continue;
    for (const term of requiredOf(other, 'podAntiAffinity')) {
      const place = placeOf(info, term);
      if (place !== undefined && speaksOf(term, other, pod)) guarded.push({ term, place });
    }
  }
  return guarded;
}

/** Weights of the preferred terms that each node would meet; `undefined` when the pod has none (interpodaffinity/scoring.go). */
// Simplification: only the pod's own preferences count, not those of the pods that are there.
export function affinityScores(pod: Pod, feasible: readonly NodeInfo[], infos: NodeInfos): readonly number[] | undefined {
  const terms = (['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) =>
    (affinityOf(pod, kind).preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      weight: kind === 'podAffinity' ? weight : -weight,
      term: podAffinityTerm,
    })),
  );
  if (terms.length === 0) return undefined;
  const counts = terms.map(({ term }) => {
    const byPlace = new Map<string, number>();
    for (const info of infos.sorted) {
      const place = placeOf(info, term);
      if (place === undefined) continue;
      let count = 0;
      for (const other of info.pods.values()) if (speaksOf(term, pod, other)) count++;
      byPlace.set(place, (byPlace.get(place) ?? 0) + count);
    }
    return byPlace;
  });
  const raw = feasible.map((info) =>
    terms.reduce((sum, { weight, term }, i) => sum + weight * (counts[i]!.get(placeOf(info, term) ?? '') ?? 0), 0),
  );
  const [most, least] = [Math.max(...raw), Math.min(...raw)];
  return raw.map((score) => (most === least ? 0 : Math.floor((100 * (score - least)) / (most - least))));
}
