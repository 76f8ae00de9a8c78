import { badRequest, type ListOptions, qualifiedResource, type ResourceInfo, unsupportedMediaType } from '@svclab/kube-api';
import { mediaTypes } from './media-types.js';
import type { RequestInfo } from './request-info.js';
import { StatusError, statusOf } from './status-error.js';

/** A request's query; of a parameter that is given twice the first counts. */
export type Query = Readonly<Record<string, string | undefined>>;

/** How the sandbox is told which resource is meant. */
export const qualified = (resource: ResourceInfo): string => qualifiedResource(resource);

/** Which objects a list or watch is about. A path that names one object selects it as `fieldSelector` would. */
export function selectionOf({ namespace, name }: RequestInfo, { labelSelector, fieldSelector }: Query): ListOptions {
  const fields = name === undefined ? fieldSelector : [`metadata.name=${name}`, fieldSelector].filter(Boolean).join(',');
  return { ...(namespace && { namespace }), ...(labelSelector && { labelSelector }), ...(fields && { fieldSelector: fields }) };
}

export const isTrue = (text: string | undefined): boolean => text === 'true' || text === '1';

/** Whether nothing shall be kept. The only value there is says that of every stage. */
export function isDryRun(values: readonly unknown[]): boolean {
  const unknown = values.find((value) => value !== undefined && value !== 'All');
  if (unknown === undefined) return values.includes('All');
  const message = `dryRun: Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`;
  throw new StatusError({ ...statusOf(422, message), reason: 'Invalid' });
}

const FIELD_VALIDATIONS = ['Strict', 'Warn', 'Ignore'] as const;

/** What becomes of fields that the server does not know; `Warn` where the client does not say. */
export function fieldValidationOf({ fieldValidation = 'Warn' }: Query): (typeof FIELD_VALIDATIONS)[number] {
  const known = FIELD_VALIDATIONS.find((value) => value === fieldValidation);
  if (known) return known;
  const message = `fieldValidation: Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`;
  throw new StatusError({ ...statusOf(422, message), reason: 'Invalid' });
}

/** A body of JSON. */
export function jsonBody(contentType: string | undefined, body: Uint8Array | undefined): unknown {
  const type = mediaTypes(contentType)[0]?.type ?? 'application/json';
  // Simplification: bodies are JSON; YAML and the protobuf that kubectl 1.32 and later sends with its imperative commands are refused.
  if (type !== 'application/json') throw new StatusError(unsupportedMediaType(['application/json']));
  return parseJson(body);
}

export function parseJson(body: Uint8Array | undefined): unknown {
  const text = Buffer.from(body ?? []).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StatusError(badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`));
  }
}

const PATCH_TYPES = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
} as const;

/** How the body of a PATCH is meant. */
// Simplification: server-side apply (application/apply-patch+yaml) is refused: who set which field is not recorded.
export function patchTypeOf(contentType: string | undefined): (typeof PATCH_TYPES)[keyof typeof PATCH_TYPES] {
  const type = mediaTypes(contentType)[0]?.type ?? '';
  if (type in PATCH_TYPES) return PATCH_TYPES[type as keyof typeof PATCH_TYPES];
  throw new StatusError(unsupportedMediaType(Object.keys(PATCH_TYPES)));
}
