import { apiVersionOf, noResourceType, notFound, type KubeObject, type ListOptions, type ResourceInfo } from '@svclab/kube-api';
import { failure, serverError, type KubectlError } from './errors.js';
import type { Invocation } from './invocation.js';
import type { TypedObject } from './printers/output.js';

/** What the arguments ask for, in their order: one object by name, or all of a type. */
export interface ResourceRequest {
  readonly resource: ResourceInfo;
  readonly name?: string;
}

export interface SelectOptions {
  readonly allNamespaces?: boolean;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly ignoreNotFound?: boolean;
}

/** What was found for one request. */
export interface Answer {
  readonly request: ResourceRequest;
  readonly objects: readonly Readonly<KubeObject>[];
}

export interface Selection {
  readonly answers: readonly Answer[];
  /** Objects not found, one error each; the others are there all the same. */
  readonly errors: readonly KubectlError[];
}

/**
 * Reads `svc,ep [name …]`, `svc/web ep/web`, `all` as the resource builder of kubectl does
 * (cli-runtime pkg/resource/builder.go, `ResourceTypeOrNameArgs`).
 */
export function parseResourceArgs(call: Invocation, args: readonly string[]): ResourceRequest[] {
  if (args.length === 0) return [];
  if (args.some((arg) => arg.includes('/'))) return args.map((arg) => parseTypeSlashName(call, arg));
  const types = splitComma(args[0]!).flatMap((type) => resourcesNamed(call, type));
  const names = args.slice(1);
  return types.flatMap((resource) => (names.length === 0 ? [{ resource }] : names.map((name) => ({ resource, name }))));
}

function parseTypeSlashName(call: Invocation, arg: string): ResourceRequest {
  if (!arg.includes('/')) {
    const verb = call.path.split(' ').at(-1)!;
    throw failure(
      'there is no need to specify a resource type as a separate argument when passing arguments in resource/name form ' +
        `(e.g. '${call.path.split(' ')[0]} ${verb} resource/<resource_name>' instead of '${call.path.split(' ')[0]} ${verb} resource resource/<resource_name>'`,
    );
  }
  const parts = arg.split('/');
  if (parts.length !== 2) throw failure('arguments in resource/name form may not have more than one slash');
  const [type, name] = parts as [string, string];
  if (type === '' || name === '') throw failure(`arguments in resource/name form must have a single resource and name`);
  return { resource: resourceNamed(call, type), name };
}

const splitComma = (text: string): string[] => text.split(',').filter((part) => part !== '');

/** By plural, singular, kind or short name, with or without group. */
export function resourceNamed(call: Invocation, type: string): ResourceInfo {
  const resource = call.api.resources.find(type);
  if (!resource) throw failure(noResourceType(type));
  return resource;
}

/** One type, or the members of a category such as `all`. */
function resourcesNamed(call: Invocation, type: string): readonly ResourceInfo[] {
  const category = call.api.resources.inCategory(type);
  return category.length > 0 ? category : [resourceNamed(call, type)];
}

/** Asks the server for what the arguments name. */
export function select(call: Invocation, requests: readonly ResourceRequest[], options: SelectOptions = {}): Selection {
  const { labelSelector, fieldSelector, allNamespaces } = options;
  if (requests.some((request) => request.name !== undefined)) {
    if (labelSelector) throw failure('name cannot be provided when a selector is specified');
    if (fieldSelector) throw failure('name cannot be provided when a field selector is specified');
    if (allNamespaces && requests.some(({ resource, name }) => resource.namespaced && name !== undefined)) {
      throw failure('a resource cannot be retrieved by name across all namespaces');
    }
  }
  const answers: Answer[] = [];
  const errors: KubectlError[] = [];
  for (const request of requests) {
    const { resource, name } = request;
    const namespace = allNamespaces ? undefined : call.namespace;
    if (name === undefined) {
      answers.push({ request, objects: listObjects(call, resource, { namespace, labelSelector, fieldSelector }) });
      continue;
    }
    const object = call.api.get(resource, call.namespace, name);
    if (object) answers.push({ request, objects: [object] });
    else if (!options.ignoreNotFound) errors.push(notFoundError(resource, name));
  }
  return { answers, errors };
}

/** Every object of a type that matches; a selector that cannot be read ends the command. */
export function listObjects(call: Invocation, resource: ResourceInfo, options: ListOptions = {}): readonly Readonly<KubeObject>[] {
  const result = call.api.query(resource, options);
  if (result.ok) return result.value;
  const { labelSelector = '', fieldSelector = '' } = options;
  const subject = `${apiVersionOf(resource).replace(/^v/, '/v')}, Resource=${resource.plural}`;
  const message = `Unable to find "${subject}" that match label selector "${labelSelector}", field selector "${fieldSelector}": ${result.error.message}`;
  throw serverError({ ...result.error, message });
}

/** The named object, or the server's "not found" as the command's end. */
export function getObject(call: Invocation, resource: ResourceInfo, name: string): Readonly<KubeObject> {
  const object = call.api.get(resource, call.namespace, name);
  if (!object) throw notFoundError(resource, name);
  return object;
}

export const typedObjects = (selection: Selection): TypedObject[] =>
  selection.answers.flatMap(({ request, objects }) => objects.map((object) => ({ resource: request.resource, object })));

const notFoundError = (resource: ResourceInfo, name: string): KubectlError => serverError(notFound(resource, name));
