import { cloneJson, err, ok, type Result } from '@svclab/sim';
import { isObject, sameJson, setMember } from '../json.js';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

class PatchFailure extends Error {}

/** JSON patch (RFC 6902). `target` is left as it was. The error says which operation failed and why. */
export function jsonPatch(target: unknown, patch: unknown): Result<unknown, string> {
  if (!Array.isArray(patch)) return err('a JSON patch is a list of operations');
  let document: unknown = cloneJson(target);
  try {
    for (const operation of patch as unknown[]) document = apply(document, readOperation(operation));
  } catch (failure) {
    if (failure instanceof PatchFailure) return err(failure.message);
    throw failure;
  }
  return ok(document);
}

function readOperation(input: unknown): Operation {
  if (!isObject(input) || typeof input['op'] !== 'string' || typeof input['path'] !== 'string')
    throw new PatchFailure('an operation needs `op` and `path`');
  return input as unknown as Operation;
}

function apply(document: unknown, operation: Operation): unknown {
  const { op, path, from } = operation;
  switch (op) {
    case 'add':
      return write(document, path, cloneJson(operation.value ?? null), 'add');
    case 'replace':
      read(document, path);
      return write(document, path, cloneJson(operation.value ?? null), 'replace');
    case 'remove':
      return remove(document, path);
    case 'move':
    case 'copy': {
      const value = cloneJson(read(document, from ?? ''));
      return write(op === 'move' ? remove(document, from ?? '') : document, path, value, 'add');
    }
    case 'test':
      if (!sameJson(read(document, path), operation.value ?? null)) throw new PatchFailure(`testing value ${path} failed: test failed`);
      return document;
    default:
      throw new PatchFailure(`Unexpected kind: ${op}`);
  }
}

/** Segments of a JSON pointer (RFC 6901). */
function segments(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new PatchFailure(`not a JSON pointer: ${pointer}`);
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replace(/~1/g, '/').replace(/~0/g, '~'));
}

function child(container: unknown, segment: string, pointer: string): unknown {
  if (Array.isArray(container)) {
    const index = Number(segment);
    if (/^(0|[1-9]\d*)$/.test(segment) && index < container.length) return container[index];
  } else if (isObject(container) && Object.hasOwn(container, segment)) return container[segment];
  throw new PatchFailure(`missing path: ${pointer}`);
}

const read = (document: unknown, pointer: string): unknown =>
  segments(pointer).reduce((container, segment) => child(container, segment, pointer), document);

function write(document: unknown, pointer: string, value: unknown, how: 'add' | 'replace'): unknown {
  const path = segments(pointer);
  const last = path.pop();
  if (last === undefined) return value;
  const container = path.reduce((parent, segment) => child(parent, segment, pointer), document);
  if (Array.isArray(container)) {
    const index = last === '-' ? container.length : /^(0|[1-9]\d*)$/.test(last) ? Number(last) : NaN;
    if (!(index <= container.length)) throw new PatchFailure(`invalid index: ${pointer}`);
    container.splice(index, how === 'replace' ? 1 : 0, value);
  } else if (isObject(container)) setMember(container, last, value);
  else throw new PatchFailure(`missing container: ${pointer}`);
  return document;
}

function remove(document: unknown, pointer: string): unknown {
  const path = segments(pointer);
  const last = path.pop();
  if (last === undefined) throw new PatchFailure('cannot remove the whole document');
  const container = path.reduce((parent, segment) => child(parent, segment, pointer), document);
  child(container, last, pointer);
  if (Array.isArray(container)) container.splice(Number(last), 1);
  else delete (container as Record<string, unknown>)[last];
  return document;
}
