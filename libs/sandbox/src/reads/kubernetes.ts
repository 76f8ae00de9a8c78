import {
  badRequest,
  listDocument,
  noSuchResource,
  notFound,
  objectDocument,
  scaleOf,
  type KubeObject,
  type ListMeta,
  type ListOptions,
  type Representation,
  type Status,
} from '@svclab/kube-api';
import type { Answer, ObjectWrite, Subresource } from '../entry.js';
import { problemOf } from '../entries/objects.js';
import { writeObject } from '../kubernetes/write-object.js';
import type { Sandbox } from '../sandbox.js';
import { answer, problem } from './answer.js';

/** Questions of the Kubernetes API. Documents are answered as JSON text, made where the objects lie. */
export type KubernetesQuery =
  | ({
      readonly kind: 'kubernetes.list';
      readonly resource: string;
      readonly limit?: number;
      readonly continue?: string;
      readonly representation: Representation;
    } & ListOptions)
  | {
      readonly kind: 'kubernetes.get';
      readonly resource: string;
      readonly namespace: string;
      readonly name: string;
      readonly subresource?: Subresource;
      readonly representation: Representation;
    }
  | { readonly kind: 'kubernetes.dryRun'; readonly write: ObjectWrite }
  | { readonly kind: 'kubernetes.installed'; readonly namespace: string; readonly pod: string; readonly program: string }
  | { readonly kind: 'kubernetes.cluster' };

/** What there is of a sandbox's cluster. */
export interface ClusterSummary {
  readonly name: string;
  /** `v1.31.0` */
  readonly version: string;
  /** Of the last write. */
  readonly resourceVersion: string;
}

export function readKubernetes(sandbox: Sandbox, query: KubernetesQuery): Answer {
  if (sandbox.world.kind.clusters().length === 0) return noCluster;
  switch (query.kind) {
    case 'kubernetes.list':
      return list(sandbox, query);
    case 'kubernetes.get':
      return get(sandbox, query);
    case 'kubernetes.dryRun': {
      const written = writeObject(sandbox.world.api, query.write, true);
      if (!written.ok) return refused(written.error);
      const { resource: _resource, ...dryRun } = written.value;
      return answer(dryRun);
    }
    case 'kubernetes.installed':
      return answer({ installed: sandbox.shell.installed(query.program, `pod/${query.namespace}/${query.pod}`) });
    case 'kubernetes.cluster':
      return answer(cluster(sandbox));
  }
}

function cluster({ world }: Sandbox): ClusterSummary {
  const { config, resourceVersion } = world.api;
  return { name: world.kind.clusters()[0]!.name, version: config.version, resourceVersion };
}

/** Without a cluster there is no API server that could answer. */
const noCluster = problem(503, 'ServiceUnavailable', 'this sandbox has no cluster yet: create one with "kind create cluster"');

const refused = (status: Status): Answer => ({ ok: false, problem: problemOf(status) });

function list(sandbox: Sandbox, query: Extract<KubernetesQuery, { kind: 'kubernetes.list' }>): Answer {
  const { api } = sandbox.world;
  const resource = api.resources.find(query.resource);
  if (!resource) return refused(noSuchResource());
  const found = api.query(resource, query);
  if (!found.ok) return refused(found.error);
  const page = pageOf(found.value, api.resourceVersion, query);
  if (!page) return refused(badRequest('continue key is not valid: it must come from metadata.continue of the list before'));
  const { items, metadata } = page;
  const nowUs = sandbox.virtualTimeUs;
  return answer({ text: JSON.stringify(listDocument(resource, items, metadata, query.representation, nowUs)), nowUs });
}

interface Page {
  readonly items: readonly Readonly<KubeObject>[];
  readonly metadata: ListMeta;
}

/**
 * One page in key order. The token holds the version of the first page and the last key shown, so that a watch from that
 * version misses nothing.
 */
// Simplification: later pages show the objects as they are now; etcd would show them as they were when the first page was made.
function pageOf(
  all: readonly Readonly<KubeObject>[],
  resourceVersion: string,
  { limit, continue: token }: { readonly limit?: number; readonly continue?: string },
): Page | undefined {
  const [, version, after] = /^(\d+):(.*\/.+)$/.exec(token ?? '') ?? [];
  if (token && after === undefined) return undefined;
  const rest = after === undefined ? all : all.filter((object) => keyOf(object) > after);
  const items = limit ? rest.slice(0, limit) : rest;
  const left = rest.length - items.length;
  const metadata = { resourceVersion: version ?? resourceVersion };
  if (left === 0) return { items, metadata };
  return { items, metadata: { ...metadata, continue: `${metadata.resourceVersion}:${keyOf(items.at(-1)!)}`, remainingItemCount: left } };
}

const keyOf = ({ metadata }: Readonly<KubeObject>): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function get(sandbox: Sandbox, query: Extract<KubernetesQuery, { kind: 'kubernetes.get' }>): Answer {
  const { api } = sandbox.world;
  const resource = api.resources.find(query.resource);
  if (!resource) return refused(noSuchResource());
  const object = api.get(resource, query.namespace, query.name);
  if (!object) return refused(notFound(resource, query.name));
  if (query.subresource !== 'scale')
    return answer({ text: JSON.stringify(objectDocument(resource, object, query.representation, sandbox.virtualTimeUs)) });
  const scale = scaleOf(object);
  return scale.ok ? answer({ text: JSON.stringify(scale.value) }) : refused(scale.error);
}
