import { err, ok, type Result } from '@svclab/sim';
import { formatTime } from './identity.js';
import { depthExceeds, isObject, MAX_DEPTH } from './json.js';
import { configErrors } from './managed-fields/config-errors.js';
import type { Writer } from './managed-fields/entries.js';
import { withoutNulls } from './managed-fields/typed-value.js';
import type { ObjectStore } from './object-store.js';
import { LAST_APPLIED, lastAppliedText } from './patch/apply.js';
import { apiVersionOf } from './registry.js';
import { kindType } from './schema/schema.js';
import { badRequest, conflict, invalidOptions, notFound, unknownError } from './status.js';
import type { ApplyOptions, KubeObject, ResourceInfo, Status } from './types.js';
import { fieldManagerOf, type Writes } from './writes.js';

export interface ServerSideApplied {
  readonly object: KubeObject;
  readonly created: boolean;
}

interface Services {
  readonly store: ObjectStore;
  readonly writes: Writes;
  readonly nowUs: number;
}

interface Target {
  readonly resource: ResourceInfo;
  readonly namespace: string;
  readonly name: string;
  readonly subresource?: 'status';
}

type Config = Record<string, unknown> & { metadata: Record<string, unknown> };

/** Carries out an apply patch (apiserver endpoints/handlers/patch.go `applyPatcher`). */
export function serverSideApply(
  { store, writes, nowUs }: Services,
  target: Target,
  input: unknown,
  options: ApplyOptions,
): Result<ServerSideApplied, Status> {
  const { resource, namespace, name, subresource } = target;
  const read = readConfig(target, input, options);
  if (!read.ok) return read;
  const config = read.value;
  const live = store.get(resource, namespace, name);
  const refused = live ? staleConfig(resource, live, config) : missingObject(target, config);
  if (refused) return err(refused);
  const writer: Writer = {
    manager: options.fieldManager,
    operation: 'Apply',
    apiVersion: apiVersionOf(resource),
    time: formatTime(nowUs),
    ...(subresource && { subresource }),
  };
  const applied = fieldManagerOf(resource, subresource).apply(live, withoutNulls(config) as Config, writer, options.force === true);
  if (!applied.ok) return applied;
  const object = live && writer.manager === 'kubectl' ? withLastApplied(applied.value.object, live, config) : applied.value.object;
  const tracked = { ...options, fieldValidation: 'Ignore' as const, applied: applied.value.entries };
  const written = !live
    ? writes.create(resource, object, namespace, tracked)
    : subresource === 'status'
      ? writes.updateStatus(resource, object, tracked)
      : writes.update(resource, object, tracked);
  return written.ok ? ok({ object: written.value, created: !live }) : written;
}

/** The configuration, complete with what the path says. */
function readConfig({ resource, namespace, name }: Target, input: unknown, { fieldManager }: ApplyOptions): Result<Config, Status> {
  if (!fieldManager) return err(invalidOptions('PatchOptions', 'fieldManager', 'Required value: is required for apply patch'));
  if (depthExceeds(input, MAX_DEPTH)) return err(badRequest('exceeded max depth'));
  if (!isObject(input)) return err(badRequest('error decoding YAML: json: cannot unmarshal into Go value of type map[string]interface {}'));
  const version = apiVersionOf(resource);
  const { apiVersion, kind, metadata = {} } = input;
  if (apiVersion !== version || kind !== resource.kind)
    return err(
      badRequest(
        apiVersion === undefined || kind === undefined
          ? `invalid object type: /${apiVersion === undefined ? '' : String(apiVersion as string)}, Kind=${kind === undefined ? '' : String(kind as string)}`
          : `Incorrect version specified in apply patch. Specified patch version: ${String(apiVersion as string)}, expected: ${version}`,
      ),
    );
  if (!isObject(metadata)) return err(badRequest('metadata must be an object'));
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null)
    return err(badRequest('metadata.managedFields must be nil'));
  if (metadata['name'] !== undefined && metadata['name'] !== name)
    return err(badRequest(`the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`));
  const place = metadata['namespace'];
  if (resource.namespaced && place !== undefined && place !== namespace)
    return err(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
  const config = { ...input, metadata: { ...metadata, name, ...(resource.namespaced && { namespace }) } };
  const wrong = configErrors(kindType(resource.kind), config);
  if (!wrong) return ok(config);
  const named = resource.namespaced ? `${namespace}/${name}` : `/${name}`;
  const group = resource.group ? version : `/${version}`;
  return err(unknownError(`failed to create typed patch object (${named}; ${group}, Kind=${resource.kind}): ${wrong}`));
}

function staleConfig(resource: ResourceInfo, live: Readonly<KubeObject>, { metadata }: Config): Status | undefined {
  const { name, uid, resourceVersion } = live.metadata;
  if (metadata['uid'] && metadata['uid'] !== uid)
    return conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${String(metadata['uid'] as string)}, UID in object meta: ${uid}`,
    );
  return metadata['resourceVersion'] && metadata['resourceVersion'] !== resourceVersion ? conflict(resource, name) : undefined;
}

function missingObject({ resource, name, subresource }: Target, { metadata }: Config): Status | undefined {
  if (subresource) return notFound(resource, name);
  const { uid } = metadata;
  if (!uid) return undefined;
  return conflict(
    resource,
    name,
    `uid mismatch: the provided object specified uid ${String(uid as string)}, and no existing object was found`,
  );
}

/** Client-side apply's annotation, where it is there, follows what kubectl applies (managedfields/internal/lastappliedupdater.go). */
function withLastApplied(object: Record<string, unknown>, live: Readonly<KubeObject>, config: Config): Record<string, unknown> {
  if (live.metadata.annotations?.[LAST_APPLIED] === undefined) return object;
  const metadata = object['metadata'] as Record<string, unknown>;
  const annotations = { ...(metadata['annotations'] as object), [LAST_APPLIED]: lastAppliedText(config) };
  return { ...object, metadata: { ...metadata, annotations } };
}
