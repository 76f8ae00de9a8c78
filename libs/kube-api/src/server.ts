import { assert, err, ok, type Result, type Sim } from '@svclab/sim';
import { ServiceAllocators } from './allocators/service-allocators.js';
import { ConfigStore, type ClusterConfig } from './config.js';
import { humanDuration } from './human-duration.js';
import { depthExceeds, isObject, MAX_DEPTH, sameJson } from './json.js';
import { kindRules } from './kinds/index.js';
import { bootstrapKubernetesService } from './kubernetes-service.js';
import { ObjectStore } from './object-store.js';
import { LAST_APPLIED, lastAppliedText, threeWayMerge } from './patch/apply.js';
import { jsonPatch } from './patch/json-patch.js';
import { mergePatch } from './patch/merge.js';
import { strategicMergePatch } from './patch/strategic.js';
import { noKindMatch, ResourceRegistry } from './registry.js';
import { kindType } from './schema/schema.js';
import { printTable } from './print-table.js';
import { objectMatcher } from './selectors/object-matcher.js';
import { serverSideApply, type ServerSideApplied } from './server-side-apply.js';
import { badRequest, conflict, invalid, methodNotAllowed, noSuchResource, notFound, unprocessablePatch } from './status.js';
import type {
  Applied,
  ApplyOptions,
  DeleteOptions,
  KubeObject,
  ListOptions,
  PatchType,
  PrintTable,
  ResourceInfo,
  Status,
  WatchEvent,
  WriteOptions,
} from './types.js';
import { Writes } from './writes.js';

/** A resource, or any name of one that kubectl takes: `pods`, `po`, `deployments.apps`. */
export type ResourceRef = ResourceInfo | string;

/** `namespace` of a call: ignored for resources that have none. */
export type NamespaceRef = string | undefined;

/**
 * The API server of one cluster: objects in tables, and the semantics of Kubernetes
 * v1.31 around them. Objects handed out are the stored records: never change one.
 */
export class ApiServer {
  readonly resources = new ResourceRegistry();
  readonly #config: ConfigStore;
  readonly #store: ObjectStore;
  readonly #writes: Writes;

  constructor(private readonly sim: Sim) {
    this.#config = new ConfigStore(sim);
    this.#store = new ObjectStore(sim, this.resources);
    const allocators = new ServiceAllocators(sim, this.#config, this.#store);
    this.#writes = new Writes(sim, this.#store, this.resources, this.#config, allocators);
  }

  /** Sets flags of the server; what is not named stays as it is. */
  configure(changes: Partial<ClusterConfig>): void {
    this.#config.configure(changes);
  }

  get config(): ClusterConfig {
    return this.#config.current;
  }

  /** Number of the last write of the cluster: `metadata.resourceVersion` of lists. */
  get resourceVersion(): string {
    return String(this.#store.resourceVersion);
  }

  get(resource: ResourceRef, namespace: NamespaceRef, name: string): Readonly<KubeObject> | undefined {
    const info = this.#known(resource);
    return this.#store.get(info, info.namespaced ? (namespace ?? '') : '', name);
  }

  /** Objects in key order: namespace, then name. For selectors that are known to be well formed; else {@link query}. */
  list(resource: ResourceRef, options: ListOptions = {}): readonly Readonly<KubeObject>[] {
    const result = this.query(this.#known(resource), options);
    assert(result.ok, result.ok ? '' : result.error.message);
    return result.value;
  }

  /** As {@link list}; a selector that cannot be read is a BadRequest. */
  query(resource: ResourceRef, options: ListOptions = {}): Result<readonly Readonly<KubeObject>[], Status> {
    const info = this.#find(resource);
    if (!info) return err(noSuchResource());
    const matches = objectMatcher(info, options);
    if (!matches.ok) return matches;
    const objects = this.#store.list(info, info.namespaced ? options.namespace : undefined);
    return ok(options.labelSelector || options.fieldSelector ? objects.filter(matches.value) : objects);
  }

  /** `namespace` defaults to the object's own, then to `default`. */
  create(resource: ResourceRef, object: unknown, namespace?: NamespaceRef, options: WriteOptions = {}): Result<KubeObject, Status> {
    const info = this.#find(resource);
    return info ? this.#writes.create(info, object, namespace, options) : err(noSuchResource());
  }

  /** Replaces an object but its status. With `metadata.resourceVersion` the object must still be in that version. */
  update(resource: ResourceRef, object: unknown, options: WriteOptions = {}): Result<KubeObject, Status> {
    const info = this.#find(resource);
    return info ? this.#writes.update(info, object, options) : err(noSuchResource());
  }

  /** Replaces the status alone. */
  updateStatus(resource: ResourceRef, object: unknown, options: WriteOptions = {}): Result<KubeObject, Status> {
    const info = this.#find(resource);
    if (!info) return err(noSuchResource());
    return kindRules(info.kind).status === undefined ? err(methodNotAllowed()) : this.#writes.updateStatus(info, object, options);
  }

  /** Replaces the ephemeral containers of a pod, of which none may change or go. */
  updateEphemeralContainers(resource: ResourceRef, pod: unknown, options: WriteOptions = {}): Result<KubeObject, Status> {
    const info = this.#find(resource);
    return info ? this.#writes.updateEphemeralContainers(info, pod, options) : err(noSuchResource());
  }

  /** Unknown fields are dropped unless `fieldValidation` says `Strict`. A patch that changes nothing returns the object as it is. */
  patch(
    resource: ResourceRef,
    namespace: NamespaceRef,
    name: string,
    type: PatchType,
    patch: unknown,
    options: WriteOptions = {},
    subresource?: 'status' | 'ephemeralcontainers',
  ): Result<KubeObject, Status> {
    const info = this.#find(resource);
    if (!info) return err(noSuchResource());
    const current = this.#store.get(info, info.namespaced ? (namespace ?? '') : '', name);
    if (!current) return err(notFound(info, name));
    const patched = applyPatch(info, current, type, patch);
    if (!patched.ok) return patched;
    const { metadata } = patched.value;
    if (metadata.name !== name)
      return err(badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`));
    if (info.namespaced && metadata.namespace !== current.metadata.namespace)
      return err(badRequest('the namespace of the object does not match the namespace on the URL'));
    if (metadata.resourceVersion !== current.metadata.resourceVersion && metadata.resourceVersion) return err(conflict(info, name));
    const lenient: WriteOptions = { fieldValidation: 'Ignore', ...options };
    switch (subresource) {
      case 'status':
        return this.updateStatus(info, patched.value, lenient);
      case 'ephemeralcontainers':
        return this.updateEphemeralContainers(info, patched.value, lenient);
      case undefined:
        return this.#writes.update(info, patched.value, lenient);
    }
  }

  /** Server-side apply: creates the object, or merges with what is there; {@link ApplyOptions} say whose fields those become. */
  serverSideApply(
    resource: ResourceRef,
    namespace: NamespaceRef,
    name: string,
    config: unknown,
    options: ApplyOptions,
    subresource?: 'status',
  ): Result<ServerSideApplied, Status> {
    const info = this.#find(resource);
    if (!info) return err(noSuchResource());
    if (subresource && kindRules(info.kind).status === undefined) return err(methodNotAllowed());
    const target = { resource: info, namespace: info.namespaced ? (namespace ?? '') : '', name, ...(subresource && { subresource }) };
    return serverSideApply({ store: this.#store, writes: this.#writes, nowUs: this.sim.nowUs }, target, config, options);
  }

  /** What `kubectl apply` does with a manifest: creates the object, or merges with what was applied last. */
  apply(resource: ResourceRef, manifest: unknown, namespace?: NamespaceRef, given: WriteOptions = {}): Result<Applied, Status> {
    const info = this.#find(resource);
    if (!info) return err(noSuchResource());
    const told: string[] = [];
    const options: WriteOptions = { ...given, warn: (warning) => told.push(warning) };
    if (depthExceeds(manifest, MAX_DEPTH)) return err(badRequest('exceeded max depth'));
    if (!isObject(manifest) || !isObject(manifest['metadata']) || typeof manifest['metadata']['name'] !== 'string') {
      const created = this.create(info, manifest, namespace, options);
      return created.ok ? ok({ object: created.value, outcome: 'created', warnings: told }) : created;
    }
    const metadata = manifest['metadata'] as { name: string; namespace?: unknown; annotations?: unknown };
    const place = namespace ?? (typeof metadata.namespace === 'string' ? metadata.namespace : 'default');
    const named = { ...manifest, metadata: { ...metadata, ...(info.namespaced && { namespace: place }) } };
    const modified = withLastApplied(named);
    const current = this.#store.get(info, info.namespaced ? place : '', metadata.name);
    if (!current) {
      const created = this.create(info, modified, place, options);
      return created.ok ? ok({ object: created.value, outcome: 'created', warnings: told }) : created;
    }
    const original = lastApplied(current);
    if (!original) told.unshift(missingLastApplied(info, current));
    const merged = threeWayMerge(kindType(info.kind), original ?? {}, modified, current);
    if (merged['apiVersion'] !== current.apiVersion) merged['apiVersion'] = current.apiVersion;
    const updated = this.#writes.update(info, merged, options);
    if (!updated.ok) return updated;
    return ok({ object: updated.value, outcome: sameJson(updated.value, current) ? 'unchanged' : 'configured', warnings: told });
  }

  /** As {@link apply}, for a document that says itself what it is; `namespace` is where it goes when it does not say. */
  applyDocument(
    document: unknown,
    namespace = 'default',
    options: WriteOptions = {},
  ): Result<Applied & { resource: ResourceInfo }, Status> {
    const { apiVersion, kind, metadata } = isObject(document) ? document : {};
    if (!kind || typeof kind !== 'string') return err(badRequest(`Object 'Kind' is missing in '${JSON.stringify(document)}'`));
    if (!apiVersion || typeof apiVersion !== 'string')
      return err(badRequest(`Object 'apiVersion' is missing in '${JSON.stringify(document)}'`));
    const info = this.resources.findKind(apiVersion, kind);
    if (!info) return err(badRequest(noKindMatch(kind, apiVersion)));
    const own = isObject(metadata) ? metadata['namespace'] : undefined;
    const applied = this.apply(info, document, typeof own === 'string' ? own : namespace, options);
    return applied.ok ? ok({ ...applied.value, resource: info }) : applied;
  }

  /** Returns the object as it was last, or with `deletionTimestamp` when it goes later. */
  delete(resource: ResourceRef, namespace: NamespaceRef, name: string, options: DeleteOptions = {}): Result<KubeObject, Status> {
    const info = this.#find(resource);
    return info ? this.#writes.delete(info, info.namespaced ? (namespace ?? '') : '', name, options) : err(noSuchResource());
  }

  /** The scheduler's write: puts a pod on a node (subresource `pods/binding`). */
  bind(namespace: string, podName: string, nodeName: string): Result<KubeObject, Status> {
    return this.#writes.bind(namespace, podName, nodeName);
  }

  /** Told of every write, synchronously; only enqueue in it. Does not repeat what is already there. */
  subscribe(listener: (event: WatchEvent) => void): void {
    this.#store.subscribe(listener);
  }

  /** What `kubectl get` prints of these objects. */
  table(resource: ResourceRef, objects: readonly Readonly<KubeObject>[], nowUs = this.sim.nowUs): PrintTable {
    return printTable(this.#known(resource), objects, nowUs);
  }

  /** A copy of a stored object as a write of its own: for an undo, which must look like a change to those who watch. */
  withNewResourceVersion(object: Readonly<KubeObject>): KubeObject {
    return { ...object, metadata: { ...object.metadata, resourceVersion: this.#store.nextResourceVersion() } };
  }

  humanDuration(seconds: number): string {
    return humanDuration(seconds);
  }

  /**
   * Makes the Service `default/kubernetes` with its Endpoints and EndpointSlice, as the server itself does;
   * puts back what is missing or changed.
   */
  bootstrapKubernetesService(endpoints: { readonly addresses: readonly string[]; readonly port: number }): void {
    bootstrapKubernetesService(this, this.#writes.allocators.addressAt(1), endpoints);
  }

  #find(resource: ResourceRef): ResourceInfo | undefined {
    return typeof resource === 'string' ? this.resources.find(resource) : resource;
  }

  #known(resource: ResourceRef): ResourceInfo {
    const info = this.#find(resource);
    assert(info, `no resource ${typeof resource === 'string' ? resource : resource.plural}`);
    return info;
  }
}

function applyPatch(resource: ResourceInfo, current: Readonly<KubeObject>, type: PatchType, patch: unknown): Result<KubeObject, Status> {
  if (depthExceeds(patch, MAX_DEPTH)) return err(badRequest('exceeded max depth'));
  let patched: unknown;
  switch (type) {
    case 'json': {
      const result = jsonPatch(current, patch);
      if (!result.ok) return err(unprocessablePatch());
      patched = result.value;
      break;
    }
    case 'merge':
      if (!isObject(patch))
        return err(badRequest('error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}'));
      patched = mergePatch(current, patch);
      break;
    case 'strategic': {
      const result = strategicMergePatch(kindType(resource.kind), current, patch);
      if (!result.ok) return err(badRequest(result.error));
      patched = result.value;
      break;
    }
  }
  if (!isObject(patched) || !isObject(patched['metadata']))
    return err(invalid(resource, current.metadata.name, [{ reason: 'FieldValueRequired', field: 'metadata', message: 'Required value' }]));
  return ok(patched as KubeObject);
}

function withLastApplied(manifest: Record<string, unknown>): Record<string, unknown> {
  const metadata = manifest['metadata'] as Record<string, unknown>;
  const annotations = isObject(metadata['annotations']) ? metadata['annotations'] : {};
  return { ...manifest, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: lastAppliedText(manifest) } } };
}

/** What was applied last; `undefined` when the object was not made by apply, or the annotation cannot be read. */
function lastApplied(object: Readonly<KubeObject>): Record<string, unknown> | undefined {
  const text = object.metadata.annotations?.[LAST_APPLIED];
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const missingLastApplied = (resource: ResourceInfo, { metadata }: Readonly<KubeObject>): string =>
  `resource ${resource.plural}${resource.group && `.${resource.group}`}/${metadata.name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`;
