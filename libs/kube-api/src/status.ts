import type { FieldError } from './field-error.js';
import { qualifiedKind, qualifiedResource } from './registry.js';
import type { ResourceInfo, Status, StatusCause } from './types.js';

/** The constructors of API errors (apimachinery pkg/api/errors/errors.go); texts as upstream words them. */
function failure(code: number, reason: string, message: string, details?: Status['details']): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details && { details }), code };
}

/** `details.kind` of errors about a resource is its plural; of invalid objects it is the kind. */
const aboutResource = (resource: ResourceInfo, name: string): NonNullable<Status['details']> => ({
  ...(name && { name }),
  ...(resource.group && { group: resource.group }),
  kind: resource.plural,
});

/** 404: `pods "x" not found`. */
export const notFound = (resource: ResourceInfo, name: string): Status =>
  failure(404, 'NotFound', `${qualifiedResource(resource)} "${name}" not found`, aboutResource(resource, name));

/** 404 for a path that the server does not serve. */
export const noSuchResource = (): Status => failure(404, 'NotFound', 'the server could not find the requested resource');

/** 409: `services "web" already exists`. */
export const alreadyExists = (resource: ResourceInfo, name: string): Status =>
  failure(409, 'AlreadyExists', `${qualifiedResource(resource)} "${name}" already exists`, aboutResource(resource, name));

const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

/** 409 of an update that lost a race, or of a precondition that does not hold. */
export const conflict = (resource: ResourceInfo, name: string, why = STALE): Status =>
  failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${why}`,
    aboutResource(resource, name),
  );

/** 409 of a server-side apply: others manage what it changes. */
export const applyConflict = (message: string, causes: readonly StatusCause[]): Status => failure(409, 'Conflict', message, { causes });

/** 422: `Service "web" is invalid: <field>: <message>`; several causes stand in brackets, each once. */
export function invalid(resource: ResourceInfo, name: string, errors: readonly FieldError[]): Status {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const aggregate = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  return failure(422, 'Invalid', `${qualifiedKind(resource)} "${name}" is invalid: ${aggregate}`, {
    ...(name && { name }),
    ...(resource.group && { group: resource.group }),
    kind: resource.kind,
    causes: errors,
  });
}

/** 422 of a request's options: `PatchOptions.meta.k8s.io "" is invalid: <field>: <message>`. */
export const invalidOptions = (kind: string, field: string, message: string): Status =>
  failure(422, 'Invalid', `${kind}.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'meta.k8s.io',
    kind,
    causes: [{ reason: message.startsWith('Required') ? 'FieldValueRequired' : 'FieldValueNotSupported', message, field }],
  });

/** 400. */
export const badRequest = (message: string): Status => failure(400, 'BadRequest', message);

/** 403: `pods "x" is forbidden: <why>`. */
export const forbiddenRequest = (resource: ResourceInfo, name: string, why: string, causes?: readonly StatusCause[]): Status =>
  failure(403, 'Forbidden', `${qualifiedResource(resource)} ${name ? `"${name}" ` : ''}is forbidden: ${why}`, {
    ...aboutResource(resource, name),
    ...(causes && { causes }),
  });

/** 405. */
export const methodNotAllowed = (): Status =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');

/** 500: `Internal error occurred: <what>`. */
export const internalError = (what: string): Status =>
  failure(500, 'InternalError', `Internal error occurred: ${what}`, { causes: [{ reason: '', message: what, field: '' }] });

/** 500 without a reason: an error of the storage layer that upstream passes on as it is. */
export const unknownError = (message: string): Status => failure(500, '', message);

/** 422 of a JSON patch that cannot be carried out: upstream does not say why. */
export const unprocessablePatch = (): Status =>
  failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

/** 415: the body's type is none that the server reads here. */
export const unsupportedMediaType = (accepted: readonly string[]): Status =>
  failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
