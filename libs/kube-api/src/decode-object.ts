import { err, ok, type Result } from '@svclab/sim';
import { depthExceeds, isObject, MAX_DEPTH, sortedJson } from './json.js';
import { apiVersionOf } from './registry.js';
import { decodeStruct, jsonKind } from './schema/decode.js';
import { kindType } from './schema/schema.js';
import { badRequest } from './status.js';
import type { KubeObject, ResourceInfo, Status, WriteOptions } from './types.js';

/**
 * Reads a request's body as an object of `resource`: the server's own copy, complete
 * with apiVersion and kind. The error is that of kube-apiserver's decoder.
 */
export function decodeObject(resource: ResourceInfo, input: unknown, options: WriteOptions = {}): Result<KubeObject, Status> {
  const wrong = wrongType(resource, input);
  if (wrong) return err(badRequest(wrong));
  const type = kindType(resource.kind);
  let decoded = decodeStruct(type, input);
  // Complaints come in the order of the body's members; JSON made by kubectl has them sorted.
  const hasComplaints = !decoded.ok || decoded.value.strict.length > 0;
  if (hasComplaints && depthExceeds(input, MAX_DEPTH)) return err(badRequest('exceeded max depth'));
  if (hasComplaints) decoded = decodeStruct(type, sortedJson(input));
  if (!decoded.ok) return err(badRequest(cannotBeHandled(resource, decoded.error)));
  const { value, strict } = decoded.value;
  if (options.fieldValidation === 'Warn') for (const complaint of strict) options.warn?.(complaint);
  else if (strict.length > 0 && options.fieldValidation !== 'Ignore')
    return err(badRequest(cannotBeHandled(resource, `strict decoding error: ${strict.join(', ')}`)));
  return ok({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...value } as KubeObject);
}

const cannotBeHandled = (resource: ResourceInfo, why: string): string =>
  `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${why}`;

function wrongType(resource: ResourceInfo, input: unknown): string | undefined {
  if (!isObject(input))
    return `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(input)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
  const { apiVersion = apiVersionOf(resource), kind = resource.kind } = input;
  if (apiVersion === apiVersionOf(resource) && kind === resource.kind) return undefined;
  if (kind === resource.kind)
    return `the API version in the data (${String(apiVersion)}) does not match the expected API version (${apiVersionOf(resource)})`;
  return `${String(kind)} in version "${String(apiVersion)}" cannot be handled as a ${resource.kind}: converting (${String(apiVersion)}.${String(kind)}) to (${resource.group || 'core'}.${resource.kind}): unknown conversion`;
}
