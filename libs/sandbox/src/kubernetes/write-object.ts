import { methodNotAllowed, noSuchResource, notFound, badRequest, scaleOf, withReplicas, type ApiServer } from '@svclab/kube-api';
import type { KubeObject, ResourceInfo, ServerSideApplied, Status, WriteOptions } from '@svclab/kube-api';
import { err, ok, type Result } from '@svclab/sim';
import type { ObjectWrite, WrittenObject } from '../entry.js';

/** Writes one object, and answers what the API server would at once. With `dryRun` everything is checked and nothing kept. */
export function writeObject(
  api: ApiServer,
  write: ObjectWrite,
  dryRun = false,
): Result<WrittenObject & { resource: ResourceInfo }, Status> {
  const resource = api.resources.find(write.resource);
  if (!resource) return err(noSuchResource());
  const warnings: string[] = [];
  const { fieldValidation, fieldManager } = write;
  const options: WriteOptions = {
    dryRun,
    ...(fieldValidation && { fieldValidation }),
    ...(fieldManager && { fieldManager }),
    warn: (complaint) => warnings.push(complaint),
  };
  if (write.kind === 'object.patch' && write.patchType === 'apply') {
    const applied = serverSideApply(api, resource, write, options);
    return applied.ok ? ok({ resource, ...applied.value, warnings }) : applied;
  }
  const written = perform(api, resource, write, options);
  return written.ok ? ok({ resource, object: written.value, warnings }) : written;
}

function serverSideApply(
  api: ApiServer,
  resource: ResourceInfo,
  { namespace, name, patch, subresource, force, fieldManager = '' }: Patch,
  options: WriteOptions,
): Result<ServerSideApplied, Status> {
  if (subresource !== undefined && subresource !== 'status') return err(methodNotAllowed());
  return api.serverSideApply(resource, namespace, name, patch, { ...options, fieldManager, force: force === true }, subresource);
}

function perform(api: ApiServer, resource: ResourceInfo, write: ObjectWrite, options: WriteOptions): Result<object, Status> {
  switch (write.kind) {
    case 'object.create':
      return api.create(resource, write.object, write.namespace, options);
    case 'object.update': {
      const misnamed = misnamedObject(resource, write);
      if (misnamed) return err(misnamed);
      if (write.subresource === 'scale') return replaceScale(api, resource, write, write.object as KubeObject, options);
      if (write.subresource === 'ephemeralcontainers') return api.updateEphemeralContainers(resource, write.object, options);
      return write.subresource === 'status'
        ? api.updateStatus(resource, write.object, options)
        : api.update(resource, write.object, options);
    }
    case 'object.patch':
      return patchObject(api, resource, write, options);
    case 'object.delete':
      return deleteObject(api, resource, write, options.dryRun === true);
    case 'object.bind':
      return options.dryRun ? err(methodNotAllowed()) : api.bind(write.namespace, write.name, write.node);
  }
}

type Update = Extract<ObjectWrite, { kind: 'object.update' }>;
type Patch = Extract<ObjectWrite, { kind: 'object.patch' }>;
type Delete = Extract<ObjectWrite, { kind: 'object.delete' }>;

/** The object of a PUT must be the one that the path names (apiserver endpoints/handlers/rest.go `checkName`). */
function misnamedObject(resource: ResourceInfo, { object, namespace, name }: Update): Status | undefined {
  const { metadata } = (object ?? {}) as Partial<KubeObject>;
  const named = metadata?.name ?? '';
  if (named !== name) return badRequest(`the name of the object (${named}) does not match the name on the URL (${name})`);
  const place = metadata?.namespace;
  if (resource.namespaced && place && place !== namespace)
    return badRequest(`the namespace of the object (${place}) does not match the namespace on the URL (${namespace})`);
  return undefined;
}

function patchObject(api: ApiServer, resource: ResourceInfo, write: Patch, options: WriteOptions): Result<object, Status> {
  const { namespace, name, patch, patchType = 'strategic', subresource } = write;
  if (patchType === 'apply') return err(methodNotAllowed());
  if (subresource !== 'scale') return api.patch(resource, namespace, name, patchType, patch, options, subresource);
  const replicas = (patch as Partial<KubeObject> | null)?.spec?.['replicas'];
  if (patchType === 'json' || replicas === undefined) return err(badRequest('a patch of a scale must set spec.replicas, and be a merge'));
  const { resourceVersion = '' } = (patch as Partial<KubeObject>).metadata ?? {};
  return replaceScale(api, resource, write, { metadata: { resourceVersion }, spec: { replicas } } as unknown as KubeObject, options);
}

function replaceScale(
  api: ApiServer,
  resource: ResourceInfo,
  { namespace, name }: Update | Patch,
  scale: Readonly<KubeObject>,
  options: WriteOptions,
): Result<object, Status> {
  const current = api.get(resource, namespace, name);
  if (!current) return err(notFound(resource, name));
  const wanted = scaleOf(current).ok ? withReplicas(current, scale) : err(methodNotAllowed());
  if (!wanted.ok) return wanted;
  const updated = api.update(resource, wanted.value, options);
  return updated.ok ? scaleOf(updated.value) : updated;
}

/** Kinds whose storage hands out the deleted object; for all others a Status says that it went (registry `ReturnDeletedObject`). */
const RETURNED = ['Pod', 'Service', 'ServiceAccount'];

function deleteObject(api: ApiServer, resource: ResourceInfo, write: Delete, dryRun: boolean): Result<object, Status> {
  const { namespace, name } = write;
  const deleted = api.delete(resource, namespace, name, { ...write, dryRun });
  if (!deleted.ok || RETURNED.includes(resource.kind)) return deleted;
  const remains = api.get(resource, namespace, name);
  if (remains?.metadata.uid === deleted.value.metadata.uid && (!dryRun || deleted.value.metadata.deletionTimestamp)) return deleted;
  return ok(deletedStatus(resource, deleted.value));
}

const deletedStatus = ({ group, plural }: ResourceInfo, { metadata }: KubeObject): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { name: metadata.name, ...(group && { group }), kind: plural, uid: metadata.uid },
});
