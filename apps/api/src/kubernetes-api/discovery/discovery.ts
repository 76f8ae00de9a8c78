import { apiVersionOf } from '@svclab/kube-api';
import { mediaTypes } from '../media-types.js';
import { type ServedGroupVersion, servedGroupVersions, type ServedResource } from './served-resources.js';

/** A discovery document and its type, which tells clients in which form it is. */
export interface Discovery {
  readonly contentType: string;
  readonly document: object;
}

/**
 * What `/api` (the core group) and `/apis` (all others) answer: every resource at once where the client knows how to read
 * that (apidiscovery.k8s.io, since Kubernetes 1.26), else the list of groups.
 */
export function rootDiscovery(root: 'api' | 'apis', accept: string | undefined): Discovery {
  const served = servedGroupVersions.filter(({ group }) => (group === '') === (root === 'api'));
  const version = aggregatedVersion(accept);
  if (version !== undefined) return aggregated(served, version);
  return {
    contentType: 'application/json',
    document: root === 'api' ? { kind: 'APIVersions', versions: served.map((entry) => entry.version) } : groupList(served),
  };
}

/** What `/api/v1` and `/apis/<group>/<version>` answer; undefined where that is not served. */
export function groupVersionDiscovery(group: string, version: string): object | undefined {
  const served = servedGroupVersions.find((candidate) => candidate.group === group && candidate.version === version);
  if (!served) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(served),
    resources: served.resources.flatMap((resource) => apiResources(resource)),
  };
}

/** What `/apis/<group>` answers. */
export function groupDiscovery(group: string): object | undefined {
  const served = servedGroupVersions.filter((candidate) => candidate.group === group);
  return served.length > 0 && group ? { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, served) } : undefined;
}

function aggregatedVersion(accept: string | undefined): string | undefined {
  for (const { type, parameters } of mediaTypes(accept)) {
    if (type !== 'application/json') continue;
    if (!parameters.has('as')) return undefined;
    const version = parameters.get('v') ?? '';
    if (parameters.get('as') === 'APIGroupDiscoveryList' && ['v2', 'v2beta1'].includes(version)) return version;
  }
  return undefined;
}

function aggregated(served: readonly ServedGroupVersion[], version: string): Discovery {
  const groups = [...new Set(served.map(({ group }) => group))];
  return {
    contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    document: {
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${version}`,
      metadata: {},
      items: groups.map((group) => ({
        metadata: { name: group },
        versions: served.filter((entry) => entry.group === group).map((entry) => versionDiscovery(entry)),
      })),
    },
  };
}

const versionDiscovery = ({ version, resources }: ServedGroupVersion): object => ({
  version,
  freshness: 'Current',
  resources: resources.map((resource) => ({
    resource: resource.name,
    responseKind: resource.responseKind,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
    ...(resource.subresources.length > 0 && {
      subresources: resource.subresources.map(({ name, responseKind, verbs }) => ({ subresource: name, responseKind, verbs })),
    }),
  })),
});

function groupList(served: readonly ServedGroupVersion[]): object {
  const groups = [...new Set(served.map(({ group }) => group))];
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map((group) =>
      apiGroup(
        group,
        served.filter((entry) => entry.group === group),
      ),
    ),
  };
}

function apiGroup(name: string, served: readonly ServedGroupVersion[]): object {
  const versions = served.map((entry) => ({ groupVersion: apiVersionOf(entry), version: entry.version }));
  return { name, versions, preferredVersion: versions[0] };
}

function apiResources({ name, singular, namespaced, responseKind, verbs, shortNames, categories, subresources }: ServedResource): object[] {
  return [
    {
      name,
      singularName: singular,
      namespaced,
      kind: responseKind.kind,
      verbs,
      ...(shortNames.length > 0 && { shortNames }),
      ...(categories.length > 0 && { categories }),
    },
    ...subresources.map((part) => ({
      name: `${name}/${part.name}`,
      singularName: '',
      namespaced,
      ...(part.responseKind.group !== responseKind.group && { group: part.responseKind.group, version: part.responseKind.version }),
      kind: part.responseKind.kind,
      verbs: part.verbs,
    })),
  ];
}
