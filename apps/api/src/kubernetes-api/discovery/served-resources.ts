import { apiVersionOf, hasStatus, type ResourceInfo, scaleOf } from '@svclab/kube-api';
import { registry } from '../request-info.js';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** One entry of the discovery documents. */
export interface ServedResource {
  readonly name: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly responseKind: GroupVersionKind;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly ServedSubresource[];
}

export interface ServedSubresource {
  readonly name: string;
  readonly responseKind: GroupVersionKind;
  readonly verbs: readonly string[];
}

/** Groups and versions in order of preference. */
export interface ServedGroupVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ServedResource[];
}

const OBJECT_VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const PART_VERBS = ['get', 'patch', 'update'];

const POD_SUBRESOURCES: readonly (readonly [name: string, kind: GroupVersionKind, verbs: readonly string[]])[] = [
  ['binding', { group: '', version: 'v1', kind: 'Binding' }, ['create']],
  ['ephemeralcontainers', { group: '', version: 'v1', kind: 'Pod' }, PART_VERBS],
  ['eviction', { group: 'policy', version: 'v1', kind: 'Eviction' }, ['create']],
  ['exec', { group: '', version: 'v1', kind: 'PodExecOptions' }, ['create', 'get']],
  ['log', { group: '', version: 'v1', kind: 'Pod' }, ['get']],
];

/** Resources that are questions: they can be created, and the answer is all there is of them. */
const REVIEWS: readonly (readonly [group: string, plural: string, kind: string])[] = [
  ['authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview'],
  ['authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'],
  ['authorization.k8s.io', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'],
];

function groupVersions(): ServedGroupVersion[] {
  const served = new Map<string, { group: string; version: string; resources: ServedResource[] }>();
  const add = (group: string, version: string, resource: ServedResource): void => {
    const key = apiVersionOf({ group, version });
    const entry = served.get(key) ?? { group, version, resources: [] };
    served.set(key, entry);
    entry.resources.push(resource);
  };
  for (const resource of registry.all) add(resource.group, resource.version, servedObjects(resource));
  for (const [group, plural, kind] of REVIEWS) add(group, 'v1', servedReview(group, plural, kind));
  return [...served.values()];
}

function servedObjects(resource: ResourceInfo): ServedResource {
  const { group, version, kind, plural, singular, namespaced, shortNames, categories } = resource;
  const responseKind = { group, version, kind };
  return {
    name: plural,
    singular,
    namespaced,
    responseKind,
    verbs: OBJECT_VERBS,
    shortNames,
    categories,
    subresources: subresourcesOf(kind, responseKind),
  };
}

function subresourcesOf(kind: string, own: GroupVersionKind): ServedSubresource[] {
  const isScalable = scaleOf({ apiVersion: '', kind, metadata: { name: '', uid: '', resourceVersion: '', creationTimestamp: '' } }).ok;
  return [
    ...(kind === 'Pod' ? POD_SUBRESOURCES.map(([name, responseKind, verbs]) => ({ name, responseKind, verbs })) : []),
    ...(isScalable ? [{ name: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: PART_VERBS }] : []),
    ...(hasStatus(kind) ? [{ name: 'status', responseKind: own, verbs: PART_VERBS }] : []),
  ];
}

const servedReview = (group: string, plural: string, kind: string): ServedResource => ({
  name: plural,
  singular: kind.toLowerCase(),
  namespaced: false,
  responseKind: { group, version: 'v1', kind },
  verbs: ['create'],
  shortNames: [],
  categories: [],
  subresources: [],
});

/** Everything that is served. */
export const servedGroupVersions: readonly ServedGroupVersion[] = groupVersions();
