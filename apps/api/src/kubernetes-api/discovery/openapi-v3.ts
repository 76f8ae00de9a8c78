import { createHash } from 'node:crypto';
import { apiVersionOf, kindType, type ResourceInfo, type SchemaType, type StructType } from '@svclab/kube-api';
import { registry } from '../request-info.js';

/**
 * The empty OpenAPI v2 document, which clients take as protobuf only. With v3 below it is enough for every kubectl since
 * 1.20; the type must not be the one asked for, which holds an `@` that Go's parser of media types refuses.
 */
export const OPENAPI_V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** `/api/v1` → `api/v1`, `/apis/apps/v1` → `apis/apps/v1`: how OpenAPI v3 names a group and version. */
const pathOf = (resource: Pick<ResourceInfo, 'group' | 'version'>): string =>
  resource.group ? `apis/${apiVersionOf(resource)}` : `api/${resource.version}`;

/** Made on first use: they change with the program only. */
const documents = new Map<string, { readonly text: string; readonly hash: string }>();

/** What `/openapi/v3` answers. The addresses must not hold the sandbox's prefix: kubectl puts its own before them. */
export function openApiIndex(): object {
  const paths = [...new Set(registry.all.map(pathOf))].map((path): [string, object] => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}?hash=${openApiDocument(path)!.hash}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}

/** What `/openapi/v3/<path>` answers; undefined for a group and version that is not served. */
export function openApiDocument(path: string): { readonly text: string; readonly hash: string } | undefined {
  const resources = registry.all.filter((resource) => pathOf(resource) === path);
  if (resources.length === 0) return undefined;
  let document = documents.get(path);
  if (!document) {
    const text = JSON.stringify(documentOf(path, resources));
    document = { text, hash: createHash('sha512').update(text).digest('hex').toUpperCase() };
    documents.set(path, document);
  }
  return document;
}

function documentOf(path: string, resources: readonly ResourceInfo[]): object {
  const schemas = new Map<string, object>();
  for (const resource of resources) addSchema(schemas, kindType(resource.kind), resource);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.31.0' },
    paths: Object.fromEntries(resources.flatMap((resource) => pathsOf(path, resource))),
    components: { schemas: Object.fromEntries(schemas) },
  };
}

function pathsOf(path: string, resource: ResourceInfo): [string, object][] {
  const list = `/${path}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`;
  const { group, version, kind } = resource;
  const operation = (action: string, parameters: readonly object[] = []): object => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
    ...(parameters.length > 0 && { parameters }),
    responses: { 200: { description: 'OK' } },
  });
  return [
    [list, { get: operation('list'), post: operation('post', WRITE_PARAMETERS) }],
    [
      `${list}/{name}`,
      {
        get: operation('get'),
        put: operation('put', WRITE_PARAMETERS),
        // No request body is described: from one that names strategic merge patches kubectl would compute patches by these schemas,
        // which do not say how lists merge; without it kubectl goes by its own types.
        patch: operation('patch', WRITE_PARAMETERS),
        delete: operation('delete'),
      },
    ],
  ];
}

/** By the second kubectl learns that the server validates, and leaves it to it. */
const WRITE_PARAMETERS = ['dryRun', 'fieldValidation', 'fieldManager'].map((name) => ({ name, in: 'query', schema: { type: 'string' } }));

const nameOf = (type: StructType): string => `io.k8s.api.${type.name}`;

/** Adds a structure and all that it holds. `resource`: the structure is a kind of its own. */
function addSchema(schemas: Map<string, object>, type: StructType, resource?: ResourceInfo): void {
  if (schemas.has(nameOf(type))) return;
  const properties: Record<string, object> = resource ? { apiVersion: { type: 'string' }, kind: { type: 'string' } } : {};
  // Known before its fields are: types may contain themselves.
  schemas.set(nameOf(type), {
    type: 'object',
    properties,
    ...requiredOf(type),
    ...(resource && {
      'x-kubernetes-group-version-kind': [{ group: resource.group, version: resource.version, kind: resource.kind }],
    }),
  });
  for (const [name, field] of type.fields) properties[name] = propertyOf(schemas, field.type);
}

/** Fields that are written even when they are empty are those that must be given. */
function requiredOf(type: StructType): object {
  const required = type.always.filter(([, field]) => field.type.kind !== 'struct').map(([name]) => name);
  return required.length > 0 ? { required } : {};
}

// Simplification: fields carry no descriptions, so `kubectl explain` lists them with their types alone.
function propertyOf(schemas: Map<string, object>, type: SchemaType): object {
  switch (type.kind) {
    case 'struct':
      addSchema(schemas, type);
      return { $ref: `#/components/schemas/${nameOf(type)}` };
    case 'list':
      return { type: 'array', items: propertyOf(schemas, type.element) };
    case 'map':
      return { type: 'object', additionalProperties: propertyOf(schemas, type.element) };
    case 'scalar':
      return SCALARS[type.scalar];
  }
}

type Scalar = Extract<SchemaType, { kind: 'scalar' }>['scalar'];

const SCALARS: Readonly<Record<Scalar, object>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  IntOrString: { type: 'string', format: 'int-or-string' },
  Quantity: { type: 'string' },
  Time: { type: 'string', format: 'date-time' },
  MicroTime: { type: 'string', format: 'date-time' },
  bytes: { type: 'string', format: 'byte' },
  object: { type: 'object' },
};
