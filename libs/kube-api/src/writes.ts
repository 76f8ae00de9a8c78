import { cloneJson, err, ok, type Result, type Sim } from '@svclab/sim';
import type { ServiceAllocators } from './allocators/service-allocators.js';
import type { ConfigStore } from './config.js';
import { decodeObject } from './decode-object.js';
import { formatTime, generatedName, parseTime, uuid } from './identity.js';
import { sameJson } from './json.js';
import { hasStatus, kindRules, type KindContext, type KindRules } from './kinds/index.js';
import { nameCheckOf } from './kinds/kind.js';
import { validateEphemeralContainers, withEphemeralContainers } from './kinds/pod/ephemeral-containers.js';
import { type ManagedFieldsEntry, requestedEntries, resetFields } from './managed-fields/entries.js';
import { FieldManager } from './managed-fields/field-manager.js';
import { validateMetadata, validateMetadataUpdate } from './metadata.js';
import type { ObjectStore } from './object-store.js';
import { apiVersionOf, type ResourceRegistry } from './registry.js';
import { kindType } from './schema/schema.js';
import { alreadyExists, badRequest, conflict, forbiddenRequest, invalid, noSuchResource, notFound, unknownError } from './status.js';
import type { DeleteOptions, KubeObject, ObjectMeta, ResourceInfo, Status, WriteOptions } from './types.js';

/** Options of a write; `applied`: who manages which fields is known already, by server-side apply. */
export type TrackedWriteOptions = WriteOptions & { readonly applied?: readonly ManagedFieldsEntry[] };

/** The way of every write through the server (apiserver pkg/registry/generic/registry/store.go). */
export class Writes {
  constructor(
    private readonly sim: Sim,
    private readonly store: ObjectStore,
    private readonly resources: ResourceRegistry,
    private readonly config: ConfigStore,
    readonly allocators: ServiceAllocators,
  ) {}

  create(resource: ResourceInfo, input: unknown, namespace: string | undefined, options: TrackedWriteOptions): Result<KubeObject, Status> {
    const decoded = decodeObject(resource, input, options);
    if (!decoded.ok) return decoded;
    const object = decoded.value;
    const rules = kindRules(resource.kind);
    const context = this.#context(resource, options);
    const misplaced = placeInNamespace(object, resource, namespace) ?? this.#startMetadata(object);
    if (misplaced) return err(misplaced);
    rules.applyDefaults?.(object);
    this.#manageFields(resource, object, undefined, options);
    const refused =
      this.#admitToNamespace(object, resource) ?? rules.admit?.(object, context) ?? rules.allocate?.(object, undefined, context);
    if (refused) return err(refused);
    if (rules.status === 'reset') object.status = {};
    rules.prepareForCreate?.(object, context);
    const { name } = object.metadata;
    const errors = [
      ...validateMetadata(object, resource, nameCheckOf(rules)),
      ...(rules.validate?.(object, context) ?? []),
      ...(rules.validateCreate?.(object) ?? []),
    ];
    if (errors.length > 0) return err(invalid(resource, name ?? '', errors));
    if (this.store.get(resource, object.metadata.namespace ?? '', name)) return err(alreadyExists(resource, name));
    if (rules.newGeneration) object.metadata.generation = 1;
    warn(rules, object, options);
    return ok(options.dryRun ? object : this.#put(resource, object));
  }

  /** Replaces an object but its status. */
  update(resource: ResourceInfo, input: unknown, options: TrackedWriteOptions): Result<KubeObject, Status> {
    const pair = this.#decodeUpdate(resource, input, options);
    if (!pair.ok) return pair;
    const { object, previous } = pair.value;
    const rules = kindRules(resource.kind);
    if (rules.status !== undefined) setStatus(object, previous.status);
    keepServerMetadata(object, previous);
    const context = this.#context(resource, options);
    rules.applyDefaults?.(object);
    this.#manageFields(resource, object, previous, options);
    const refused = rules.allocate?.(object, previous, context);
    if (refused) return err(refused);
    rules.prepareForUpdate?.(object, previous, context);
    const errors = [
      ...validateMetadata(object, resource, nameCheckOf(rules)),
      ...validateMetadataUpdate(object, previous),
      ...(rules.validate?.(object, context) ?? []),
      ...(rules.validateUpdate?.(object, previous, context) ?? []),
    ];
    if (errors.length > 0) return err(invalid(resource, object.metadata.name, errors));
    warn(rules, object, options);
    if (rules.newGeneration?.(object, previous)) object.metadata.generation = (previous.metadata.generation ?? 0) + 1;
    return ok(this.#putChanged(resource, object, previous, options));
  }

  /** Replaces an object's status and nothing else, so nothing else is looked at. */
  updateStatus(resource: ResourceInfo, input: unknown, options: TrackedWriteOptions): Result<KubeObject, Status> {
    const pair = this.#decodeUpdate(resource, withStatusAlone(input), options);
    if (!pair.ok) return pair;
    const { object, previous } = pair.value;
    const rules = kindRules(resource.kind);
    const updated: KubeObject = { ...previous, metadata: { ...previous.metadata } };
    if (rules.statusWritesAnnotations && object.metadata.annotations) updated.metadata.annotations = object.metadata.annotations;
    setStatus(updated, object.status);
    rules.prepareForUpdate?.(updated, previous, this.#context(resource, options));
    return ok(this.#putChanged(resource, updated, previous, options));
  }

  /** Adds containers to a running pod, and changes nothing else of it (subresource `pods/ephemeralcontainers`). */
  updateEphemeralContainers(resource: ResourceInfo, input: unknown, options: TrackedWriteOptions): Result<KubeObject, Status> {
    if (resource.kind !== 'Pod') return err(noSuchResource());
    const pair = this.#decodeUpdate(resource, input, options);
    if (!pair.ok) return pair;
    const { object, previous } = pair.value;
    const updated = withEphemeralContainers(object, previous);
    const errors = validateEphemeralContainers(updated, previous);
    if (errors.length > 0) return err(invalid(resource, updated.metadata.name, errors));
    this.#manageFields(resource, updated, previous, options);
    return ok(this.#putChanged(resource, updated, previous, options));
  }

  delete(resource: ResourceInfo, namespace: string, name: string, options: DeleteOptions): Result<KubeObject, Status> {
    const existing = this.store.get(resource, namespace, name);
    if (!existing) return err(notFound(resource, name));
    const unmet = unmetPrecondition(existing, options);
    if (unmet) return err(conflict(resource, name, unmet));
    if (resource.kind === 'Namespace' && (name === 'default' || name === 'kube-system' || name === 'kube-public'))
      return err(forbiddenRequest(resource, name, 'this namespace may not be deleted'));
    const graceSeconds = graceOf(resource, existing, options);
    const finalizers = finalizersFor(existing, options);
    const waitsFor = graceSeconds > 0 || finalizers.length > 0 || (resource.kind === 'Namespace' && existing.spec?.['finalizers']?.length);
    if (!waitsFor) return ok(options.dryRun ? existing : this.#remove(resource, existing));
    return ok(this.#markDeleted(resource, existing, graceSeconds, finalizers, options.dryRun === true));
  }

  /** Puts a pod on a node (pkg/registry/core/pod/storage `BindingREST`). */
  bind(namespace: string, podName: string, nodeName: string): Result<KubeObject, Status> {
    const pods = this.resources.find('pods')!;
    const pod = this.store.get(pods, namespace, podName);
    if (!pod) return err(notFound(pods, podName));
    if (pod.metadata.deletionTimestamp)
      return err(conflict(pods, podName, `pod ${podName} is being deleted, cannot be assigned to a host`));
    if (pod.spec?.['nodeName']) return err(conflict(pods, podName, `pod ${podName} is already assigned to node "${pod.spec['nodeName']}"`));
    const bound: KubeObject = cloneJson(pod);
    bound.spec = { ...bound.spec, nodeName };
    const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: formatTime(this.sim.nowUs) };
    const others = ((bound.status?.['conditions'] ?? []) as { type: string }[]).filter(({ type }) => type !== 'PodScheduled');
    bound.status = { ...bound.status, conditions: [...others, scheduled] };
    return ok(this.#put(pods, bound));
  }

  /**
   * Sets `metadata.managedFields` as they are after this write.
   */
  // Simplification: only what clients write is recorded; fields that the cluster's own components set have no manager.
  #manageFields(
    resource: ResourceInfo,
    object: KubeObject,
    previous: Readonly<KubeObject> | undefined,
    options: TrackedWriteOptions,
    subresource?: 'status',
  ): void {
    const { metadata } = object;
    const { fieldManager: manager, applied } = options;
    const requested = manager === undefined || subresource ? undefined : requestedEntries(metadata.managedFields);
    const before = requested ?? previous?.metadata.managedFields ?? [];
    let entries = applied ?? before;
    if (!applied && (manager !== undefined || concernsManagers(before, subresource))) {
      const apiVersion = apiVersionOf(resource);
      const writer =
        manager === undefined
          ? undefined
          : { manager, operation: 'Update' as const, apiVersion, time: formatTime(this.sim.nowUs), ...(subresource && { subresource }) };
      entries = fieldManagerOf(resource, subresource).update(previous, object, before, writer);
    }
    if (entries.length > 0) metadata.managedFields = [...entries];
    else delete metadata.managedFields;
  }

  #context(resource: ResourceInfo, options: WriteOptions): KindContext {
    const { sim, store, resources, allocators } = this;
    return { sim, store, resources, allocators, resource, config: this.config.current, dryRun: options.dryRun === true };
  }

  /** What the server alone may say in `metadata` of a new object (`rest.BeforeCreate`). */
  #startMetadata(object: KubeObject): Status | undefined {
    const { metadata } = object;
    if (metadata.resourceVersion) return unknownError('resourceVersion should not be set on objects to be created');
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.generation;
    delete (metadata as { selfLink?: string }).selfLink;
    if (!metadata.name && metadata.generateName) metadata.name = generatedName(metadata.generateName, this.sim.random('kube-api.names'));
    metadata.uid = uuid(this.sim.random('kube-api.uids'));
    metadata.creationTimestamp = formatTime(this.sim.nowUs);
    return undefined;
  }

  /** Nothing is made in a namespace that is not there or going away (admission plugin NamespaceLifecycle). */
  #admitToNamespace(object: KubeObject, resource: ResourceInfo): Status | undefined {
    if (!resource.namespaced) return undefined;
    const name = object.metadata.namespace!;
    const namespaces = this.resources.find('namespaces')!;
    const namespace = this.store.get(namespaces, '', name);
    if (!namespace) return notFound(namespaces, name);
    if (!namespace.metadata.deletionTimestamp) return undefined;
    const why = `unable to create new content in namespace ${name} because it is being terminated`;
    return forbiddenRequest(resource, object.metadata.name ?? '', why, [
      { reason: 'NamespaceTerminating', message: `namespace ${name} is being terminated`, field: 'metadata.namespace' },
    ]);
  }

  /** The object of an update beside the stored one that it replaces, after all preconditions. */
  #decodeUpdate(
    resource: ResourceInfo,
    input: unknown,
    options: WriteOptions,
  ): Result<{ object: KubeObject; previous: KubeObject }, Status> {
    const decoded = decodeObject(resource, input, options);
    if (!decoded.ok) return decoded;
    const object = decoded.value;
    const refused = placeInNamespace(object, resource, undefined);
    if (refused) return err(refused);
    const { name = '', namespace = '', uid, resourceVersion } = object.metadata;
    const previous = this.store.get(resource, namespace, name);
    if (!previous) return err(notFound(resource, name));
    const unmet = unmetPrecondition(previous, { uid });
    if (unmet) return err(conflict(resource, name, unmet));
    if (resourceVersion && resourceVersion !== previous.metadata.resourceVersion) return err(conflict(resource, name));
    return ok({ object, previous });
  }

  /** A write that changes nothing is none: watchers do not hear of it and the version stays. */
  #putChanged(resource: ResourceInfo, object: KubeObject, previous: KubeObject, options: WriteOptions): KubeObject {
    if (sameJson(object, previous)) return previous;
    if (options.dryRun) return object;
    return isFinished(resource, object) ? this.#remove(resource, object) : this.#put(resource, object);
  }

  #put(resource: ResourceInfo, object: KubeObject): KubeObject {
    object.metadata.resourceVersion = this.store.nextResourceVersion();
    this.store.put(resource, object);
    return object;
  }

  #remove(resource: ResourceInfo, object: KubeObject): KubeObject {
    this.store.nextResourceVersion();
    this.store.delete(resource, object.metadata.namespace ?? '', object.metadata.name);
    return object;
  }

  /** Sets deletionTimestamp: the object goes when its grace is over and its finalizers are gone. */
  #markDeleted(resource: ResourceInfo, existing: KubeObject, graceSeconds: number, finalizers: string[], dryRun: boolean): KubeObject {
    const { metadata } = existing;
    const shorter = metadata.deletionGracePeriodSeconds !== undefined && graceSeconds < metadata.deletionGracePeriodSeconds;
    const sameFinalizers = sameJson(finalizers, metadata.finalizers ?? []);
    if (metadata.deletionTimestamp && !shorter && sameFinalizers) return existing;
    const object: KubeObject = cloneJson(existing);
    if (!metadata.deletionTimestamp || shorter) {
      object.metadata.deletionTimestamp = formatTime(this.#deletionRequestedUs(metadata) + graceSeconds * 1_000_000);
      object.metadata.deletionGracePeriodSeconds = graceSeconds;
    }
    if (finalizers.length > 0) object.metadata.finalizers = finalizers;
    else delete object.metadata.finalizers;
    if (object.metadata.generation !== undefined && !metadata.deletionTimestamp) object.metadata.generation++;
    if (resource.kind === 'Namespace') {
      object.status = { ...object.status, phase: 'Terminating' };
      delete object.metadata.deletionGracePeriodSeconds;
    }
    return dryRun ? object : this.#put(resource, object);
  }

  /** When a deletion was first asked for: grace that is shortened later counts from then. */
  #deletionRequestedUs({ deletionTimestamp, deletionGracePeriodSeconds = 0 }: Readonly<ObjectMeta>): number {
    const dueUs = deletionTimestamp === undefined ? undefined : parseTime(deletionTimestamp);
    return dueUs === undefined ? this.sim.nowUs : dueUs - deletionGracePeriodSeconds * 1_000_000;
  }
}

export const fieldManagerOf = ({ kind }: ResourceInfo, subresource?: 'status'): FieldManager =>
  new FieldManager(kindType(kind), resetFields(hasStatus(kind), subresource));

/** Statuses change often and have managers seldom: that nobody loses a field by a change is quickly seen. */
const concernsManagers = (entries: readonly ManagedFieldsEntry[], subresource: string | undefined): boolean =>
  subresource ? entries.some((entry) => entry.subresource === subresource) : entries.length > 0;

function warn({ warnings }: KindRules, object: Readonly<KubeObject>, options: WriteOptions): void {
  for (const warning of warnings?.(object) ?? []) options.warn?.(warning);
}

/** What an update of the status is about: which object, and its status. */
function withStatusAlone(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const { apiVersion, kind, metadata, status } = input as Partial<KubeObject>;
  return { apiVersion, kind, metadata, ...(status === undefined ? {} : { status }) };
}

function setStatus(object: KubeObject, status: KubeObject['status']): void {
  if (status === undefined) delete object.status;
  else object.status = status;
}

/** Whether an object that is being deleted has nothing left to wait for. */
function isFinished(resource: ResourceInfo, { metadata, spec }: Readonly<KubeObject>): boolean {
  if (!metadata.deletionTimestamp || metadata.finalizers?.length || metadata.deletionGracePeriodSeconds) return false;
  return !(resource.kind === 'Namespace' && spec?.['finalizers']?.length);
}

/** Settles in which namespace an object is: the request's, else its own, else `default`. */
function placeInNamespace(object: KubeObject, resource: ResourceInfo, namespace: string | undefined): Status | undefined {
  const { metadata } = object;
  if (!resource.namespaced) {
    delete metadata.namespace;
    return undefined;
  }
  if (namespace && metadata.namespace && metadata.namespace !== namespace)
    return badRequest('the namespace of the provided object does not match the namespace sent on the request');
  metadata.namespace = namespace || metadata.namespace || 'default';
  return undefined;
}

/** What a client cannot change in `metadata`, whatever it sends (`rest.BeforeUpdate`). */
function keepServerMetadata(object: KubeObject, previous: Readonly<KubeObject>): void {
  const { metadata } = object;
  const kept = previous.metadata;
  metadata.uid = kept.uid;
  metadata.creationTimestamp = kept.creationTimestamp;
  metadata.resourceVersion = kept.resourceVersion;
  for (const field of ['generation', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generateName'] as const) {
    if (kept[field] === undefined) delete metadata[field];
    else (metadata as Record<typeof field, unknown>)[field] = kept[field];
  }
  delete (metadata as { selfLink?: string }).selfLink;
}

type Preconditions = { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined };

function unmetPrecondition({ metadata }: Readonly<KubeObject>, { uid, resourceVersion }: Preconditions): string | undefined {
  if (uid && uid !== metadata.uid) return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
  if (resourceVersion && resourceVersion !== metadata.resourceVersion)
    return `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
  return undefined;
}

/** Only pods go gracefully (pkg/registry/core/pod/strategy.go `CheckGracefulDelete`). */
function graceOf(resource: ResourceInfo, object: Readonly<KubeObject>, options: DeleteOptions): number {
  if (resource.kind !== 'Pod') return 0;
  const phase = object.status?.['phase'] as string | undefined;
  if (!object.spec?.['nodeName'] || phase === 'Failed' || phase === 'Succeeded') return 0;
  const seconds = options.gracePeriodSeconds ?? (object.spec['terminationGracePeriodSeconds'] as number | undefined) ?? 30;
  return seconds < 0 ? 1 : seconds;
}

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** Finalizers after the propagation policy was taken into account (`deletionFinalizersForGarbageCollection`). */
function finalizersFor(object: Readonly<KubeObject>, { propagationPolicy }: DeleteOptions): string[] {
  const others = (object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  switch (propagationPolicy) {
    case 'Orphan':
      return [...others, ORPHAN];
    case 'Foreground':
      return [...others, FOREGROUND];
    case 'Background':
      return others;
    default:
      return [...(object.metadata.finalizers ?? [])];
  }
}
