import type { KubeObject, ResourceInfo, Status } from '@svclab/kube-api';
import type { Result } from '@svclab/sim';
import type { EntryInput, Problem } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { done, refuse, settle, type Outcome } from './outcome.js';

export function createObject(sandbox: Sandbox, input: Extract<EntryInput, { kind: 'object.create' }>): Outcome {
  return write(sandbox, input.resource, (resource) => sandbox.world.api.create(resource, input.object, input.namespace));
}

export function patchObject(sandbox: Sandbox, input: Extract<EntryInput, { kind: 'object.patch' }>): Outcome {
  return write(sandbox, input.resource, (resource) =>
    sandbox.world.api.patch(resource, input.namespace, input.name, 'strategic', input.patch),
  );
}

export function deleteObject(sandbox: Sandbox, input: Extract<EntryInput, { kind: 'object.delete' }>): Outcome {
  return write(sandbox, input.resource, (resource) => sandbox.world.api.delete(resource, input.namespace, input.name));
}

/** Writes, lets the world settle, and answers with the object as it is then; with the written one where it is gone. */
function write(sandbox: Sandbox, plural: string, act: (resource: ResourceInfo) => Result<KubeObject | undefined, Status>): Outcome {
  const { api } = sandbox.world;
  const resource = api.resources.find(plural);
  if (!resource) return refuse({ status: 404, title: 'No such resource', detail: `the server doesn't have a resource type "${plural}"` });
  const result = act(resource);
  if (!result.ok) return refuse(problemOf(result.error));
  settle(sandbox);
  const written = result.value;
  return done(written && (api.get(resource, written.metadata.namespace ?? '', written.metadata.name) ?? written));
}

/** A Kubernetes Status as problem details: the field paths of its causes become JSON pointers. */
export function problemOf(status: Status): Problem {
  const causes = status.details?.causes;
  return {
    status: status.code,
    title: status.reason,
    detail: status.message,
    ...(causes?.length ? { errors: causes.map(({ field, message }) => ({ pointer: pointerOf(field), detail: message })) } : {}),
  };
}

/** `spec.ports[0].port` → `/spec/ports/0/port`. */
const pointerOf = (field: string): string =>
  '/' +
  field
    .replace(/\[([^\]]*)\]/g, '.$1')
    .split('.')
    .filter(Boolean)
    .join('/');
