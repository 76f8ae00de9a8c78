import { noResourceType, type KubeObject, type Status } from '@svclab/kube-api';
import type { ObjectWrite, Problem } from '../entry.js';
import { writeObject } from '../kubernetes/write-object.js';
import type { Sandbox } from '../sandbox.js';
import { done, refuse, settle, type Outcome } from './outcome.js';

/** Writes one object and lets the world settle, unless the writer wants to see it happen. */
export function runObjectWrite(sandbox: Sandbox, input: ObjectWrite): Outcome {
  const { api } = sandbox.world;
  if (!api.resources.find(input.resource))
    return refuse({ status: 404, title: 'No such resource', detail: noResourceType(input.resource) });
  const written = writeObject(api, input);
  if (!written.ok) return refuse(problemOf(written.error));
  const { resource, object, warnings, created } = written.value;
  settle(sandbox, input.settle ?? true);
  if (input.answer === 'written') return done({ object, warnings, ...(created && { created }) });
  const { metadata } = object as KubeObject;
  return done(api.get(resource, metadata.namespace ?? '', metadata.name) ?? object);
}

/** A Kubernetes Status as problem details: the field paths of its causes become JSON pointers. */
export function problemOf(status: Status): Problem {
  const causes = status.details?.causes;
  return {
    status: status.code,
    title: status.reason,
    detail: status.message,
    kubernetes: status,
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
