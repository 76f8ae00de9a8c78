import type { ResourceInfo } from './types.js';

type Row = readonly [plural: string, singular: string, kind: string, shortNames: string, namespaced: boolean, categories?: string];

/** Every resource served, by group and version: the order of `kubectl api-resources`. */
const served: readonly (readonly [group: string, version: string, rows: readonly Row[]])[] = [
  [
    '',
    'v1',
    [
      ['configmaps', 'configmap', 'ConfigMap', 'cm', true],
      ['endpoints', 'endpoints', 'Endpoints', 'ep', true],
      ['events', 'event', 'Event', 'ev', true],
      ['namespaces', 'namespace', 'Namespace', 'ns', false],
      ['nodes', 'node', 'Node', 'no', false],
      ['pods', 'pod', 'Pod', 'po', true, 'all'],
      ['replicationcontrollers', 'replicationcontroller', 'ReplicationController', 'rc', true, 'all'],
      ['secrets', 'secret', 'Secret', '', true],
      ['serviceaccounts', 'serviceaccount', 'ServiceAccount', 'sa', true],
      ['services', 'service', 'Service', 'svc', true, 'all'],
    ],
  ],
  [
    'apps',
    'v1',
    [
      ['controllerrevisions', 'controllerrevision', 'ControllerRevision', '', true],
      ['daemonsets', 'daemonset', 'DaemonSet', 'ds', true, 'all'],
      ['deployments', 'deployment', 'Deployment', 'deploy', true, 'all'],
      ['replicasets', 'replicaset', 'ReplicaSet', 'rs', true, 'all'],
    ],
  ],
  ['batch', 'v1', [['jobs', 'job', 'Job', '', true, 'all']]],
  ['coordination.k8s.io', 'v1', [['leases', 'lease', 'Lease', '', true]]],
  ['discovery.k8s.io', 'v1', [['endpointslices', 'endpointslice', 'EndpointSlice', '', true]]],
  [
    'networking.k8s.io',
    'v1',
    [
      ['ingressclasses', 'ingressclass', 'IngressClass', '', false],
      ['ingresses', 'ingress', 'Ingress', 'ing', true],
      ['networkpolicies', 'networkpolicy', 'NetworkPolicy', 'netpol', true],
    ],
  ],
  ['storage.k8s.io', 'v1', [['storageclasses', 'storageclass', 'StorageClass', 'sc', false]]],
];

const words = (text = ''): string[] => (text ? text.split(' ') : []);

/** `v1`, `apps/v1`: what an object of this resource says in `apiVersion`. */
export const apiVersionOf = (resource: Pick<ResourceInfo, 'group' | 'version'>): string =>
  resource.group ? `${resource.group}/${resource.version}` : resource.version;

/** `services`, `deployments.apps`: how messages name a resource (apimachinery `GroupResource.String`). */
export const qualifiedResource = (resource: ResourceInfo): string =>
  resource.group ? `${resource.plural}.${resource.group}` : resource.plural;

/** `Service`, `Deployment.apps`: how messages name a kind (apimachinery `GroupKind.String`). */
export const qualifiedKind = (resource: ResourceInfo): string => (resource.group ? `${resource.kind}.${resource.group}` : resource.kind);

/** kubectl's answer to a resource name that the server does not serve. */
export const noResourceType = (name: string): string => `the server doesn't have a resource type "${name}"`;

/** kubectl's answer to a manifest whose kind the server does not serve (apimachinery `NoKindMatchError`). */
export const noKindMatch = (kind: string, apiVersion: string): string => `no matches for kind "${kind}" in version "${apiVersion}"`;

/** The resources that the server serves, found by any of their names. */
export class ResourceRegistry {
  readonly all: readonly ResourceInfo[] = served.flatMap(([group, version, rows]) =>
    rows.map(([plural, singular, kind, shortNames, namespaced, categories]) => ({
      group,
      version,
      kind,
      plural,
      singular,
      shortNames: words(shortNames),
      namespaced,
      categories: words(categories),
    })),
  );
  readonly #byName = new Map<string, ResourceInfo>();
  readonly #byKind = new Map<string, ResourceInfo>();

  constructor() {
    for (const resource of this.all) {
      this.#byKind.set(`${apiVersionOf(resource)} ${resource.kind}`, resource);
      for (const name of [resource.plural, resource.singular, resource.kind.toLowerCase(), ...resource.shortNames]) {
        for (const suffix of ['', `.${resource.group}`, `.${resource.version}.${resource.group}`]) {
          if (!this.#byName.has(name + suffix)) this.#byName.set(name + suffix, resource);
        }
      }
    }
  }

  /** By plural, singular, kind or short name in any case, optionally with `.group` or `.version.group`, as kubectl takes it. */
  find(name: string): ResourceInfo | undefined {
    return this.#byName.get(name) ?? this.#byName.get(name.toLowerCase());
  }

  /** By what a manifest says: `findKind('apps/v1', 'Deployment')`. */
  findKind(apiVersion: string, kind: string): ResourceInfo | undefined {
    return this.#byKind.get(`${apiVersion} ${kind}`);
  }

  /** Members of a category such as `all`, in the order kubectl lists them. */
  inCategory(category: string): readonly ResourceInfo[] {
    return this.all.filter((resource) => resource.categories.includes(category));
  }
}
