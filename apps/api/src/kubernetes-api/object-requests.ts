import { type KubeObject, methodNotAllowed, noSuchResource, type Representation } from '@svclab/kube-api';
import type { ObjectWrite, Subresource, WrittenObject } from '@svclab/sandbox';
import type { SandboxHost } from '../engine/sandbox-host.js';
import type { RealtimeClocks } from '../streams/realtime-clocks.js';
import type { RequestInfo } from './request-info.js';
import { objectBody, patchBody } from './request-body.js';
import { fieldManagerOf, fieldValidationOf, isDryRun, isTrue, qualified, type Query, selectionOf } from './request-options.js';
import { StatusError, successStatus } from './status-error.js';

/** A request for objects of one sandbox, without what belongs to HTTP alone. */
export interface ObjectRequest {
  readonly sandboxId: string;
  readonly method: string;
  readonly info: RequestInfo;
  readonly query: Query;
  readonly contentType: string | undefined;
  readonly userAgent: string | undefined;
  readonly body: Uint8Array | undefined;
  readonly form: Representation;
}

/** `text`: JSON that is ready; the worker has made it. */
export type ObjectAnswer = {
  readonly code: number;
  readonly warnings?: readonly string[];
} & ({ readonly text: string } | { readonly document: object });

/** Everything that is done to objects by plain requests: get, list, create, update, patch, delete, and the pods' eviction and binding. */
export class ObjectRequests {
  constructor(
    private readonly host: SandboxHost,
    private readonly clocks: RealtimeClocks,
  ) {}

  async answer(request: ObjectRequest): Promise<ObjectAnswer> {
    const { name } = request.info;
    switch (request.method) {
      case 'GET':
        return name === undefined ? this.#list(request) : this.#get(request, name);
      case 'POST':
        return name === undefined ? this.#create(request) : this.#createPart(request, name);
      case 'PUT':
        return name === undefined ? notAllowed() : this.#update(request, name);
      case 'PATCH':
        return name === undefined ? notAllowed() : this.#patch(request, name);
      case 'DELETE':
        return name === undefined ? this.#deleteCollection(request) : this.#delete(request, name);
      default:
        return notAllowed();
    }
  }

  async #list({ sandboxId, info, query, form }: ObjectRequest): Promise<ObjectAnswer> {
    const limit = Number(query['limit']) || 0;
    const { text } = await this.host.read(sandboxId, {
      kind: 'kubernetes.list',
      resource: qualified(info.resource),
      ...selectionOf(info, query),
      ...(limit > 0 && { limit }),
      ...(query['continue'] && { continue: query['continue'] }),
      representation: form,
    });
    return { code: 200, text };
  }

  async #get({ sandboxId, info, form }: ObjectRequest, name: string): Promise<ObjectAnswer> {
    const subresource = partOf(info);
    const { text } = await this.host.read(sandboxId, {
      kind: 'kubernetes.get',
      resource: qualified(info.resource),
      namespace: info.namespace,
      name,
      ...(subresource && { subresource }),
      representation: form,
    });
    return { code: 200, text };
  }

  #create(request: ObjectRequest): Promise<ObjectAnswer> {
    const { info, contentType, body } = request;
    const object = objectBody(contentType, body);
    const resource = qualified(info.resource);
    return this.#write(request, { kind: 'object.create', resource, ...(info.namespace && { namespace: info.namespace }), object }, 201);
  }

  /** Subresources that are made: both answer with a Status. */
  async #createPart(request: ObjectRequest, name: string): Promise<ObjectAnswer> {
    const { info, contentType, body } = request;
    if (info.resource.kind !== 'Pod') return notAllowed();
    const target = { resource: 'pods', namespace: info.namespace, name } as const;
    const part = objectBody(contentType, body) as Partial<KubeObject> | null;
    if (info.subresource === 'eviction') {
      // Simplification: there are no PodDisruptionBudgets, so an eviction is a deletion.
      await this.#write(request, { kind: 'object.delete', ...target, ...deleteOptionsOf(part?.['deleteOptions'], {}) }, 201);
    } else if (info.subresource === 'binding') {
      const node = String((part?.['target'] as { name?: unknown } | undefined)?.name ?? '');
      await this.#write(request, { kind: 'object.bind', ...target, node }, 201);
    } else return notAllowed();
    return { code: 201, document: successStatus };
  }

  #update(request: ObjectRequest, name: string): Promise<ObjectAnswer> {
    const { info, contentType, body } = request;
    const subresource = partOf(info);
    const object = objectBody(contentType, body);
    return this.#write(request, { kind: 'object.update', ...targetOf(info, name), object, ...(subresource && { subresource }) });
  }

  #patch(request: ObjectRequest, name: string): Promise<ObjectAnswer> {
    const { info, contentType, body, query } = request;
    const subresource = partOf(info);
    const patch = patchBody(contentType, body);
    const force = patch.patchType === 'apply' && isTrue(query['force']);
    return this.#write(request, {
      kind: 'object.patch',
      ...targetOf(info, name),
      ...patch,
      ...(force && { force }),
      ...(subresource && { subresource }),
    });
  }

  #delete(request: ObjectRequest, name: string): Promise<ObjectAnswer> {
    const { info } = request;
    if (info.subresource !== undefined) return Promise.resolve(notAllowed());
    return this.#write(request, { kind: 'object.delete', ...targetOf(info, name), ...deleteOptions(request) });
  }

  /** One after the other, as the API server does it: what has gone stays gone when a later one is refused. */
  async #deleteCollection(request: ObjectRequest): Promise<ObjectAnswer> {
    const { sandboxId, info, query } = request;
    const resource = qualified(info.resource);
    const selection = selectionOf(info, query);
    const { text } = await this.host.read(sandboxId, { kind: 'kubernetes.list', resource, ...selection, representation: { as: 'Object' } });
    const list = JSON.parse(text) as { items: KubeObject[] };
    for (const { metadata } of list.items) {
      const target = { resource, namespace: metadata.namespace ?? '', name: metadata.name };
      await this.#write(request, { kind: 'object.delete', ...target, ...deleteOptions(request), uid: metadata.uid });
    }
    return { code: 200, document: list };
  }

  async #write(request: ObjectRequest, write: ObjectWrite, code = 200): Promise<ObjectAnswer> {
    const { sandboxId, query, method, userAgent } = request;
    const bodyDryRun = method === 'DELETE' ? deleteBody(request)['dryRun'] : undefined;
    const dryRun = isDryRun([query['dryRun'], ...(Array.isArray(bodyDryRun) ? bodyDryRun : [])]);
    const hasFields = write.kind !== 'object.delete' && write.kind !== 'object.bind';
    const complete: ObjectWrite = {
      ...write,
      ...(hasFields && { fieldValidation: fieldValidationOf(query), fieldManager: this.#fieldManager(write, query, userAgent) }),
      ...(this.clocks.isWaitedFor(sandboxId) && { settle: false }),
      answer: 'written',
    };
    const written = dryRun
      ? await this.host.read(sandboxId, { kind: 'kubernetes.dryRun', write: complete })
      : (await this.host.write(sandboxId, complete)).value;
    const { object, warnings, created } = written as WrittenObject;
    return { code: created ? 201 : code, document: object, warnings };
  }

  /** Who applies says so itself. */
  #fieldManager(write: ObjectWrite, query: Query, userAgent: string | undefined): string {
    const applies = write.kind === 'object.patch' && write.patchType === 'apply';
    return applies ? (query['fieldManager'] ?? '') : fieldManagerOf(query, userAgent);
  }
}

const notAllowed = (): never => {
  throw new StatusError(methodNotAllowed());
};

const targetOf = ({ resource, namespace }: RequestInfo, name: string): { resource: string; namespace: string; name: string } => ({
  resource: qualified(resource),
  namespace,
  name,
});

const SUBRESOURCES: readonly string[] = ['status', 'scale', 'ephemeralcontainers'] satisfies Subresource[];

function partOf({ subresource }: RequestInfo): Subresource | undefined {
  if (subresource === undefined || SUBRESOURCES.includes(subresource)) return subresource as Subresource | undefined;
  throw new StatusError(noSuchResource());
}

function deleteBody({ body, contentType }: ObjectRequest): Readonly<Record<string, unknown>> {
  return body?.length ? ((objectBody(contentType, body) ?? {}) as Record<string, unknown>) : {};
}

type DeleteOptions = Pick<
  Extract<ObjectWrite, { kind: 'object.delete' }>,
  'gracePeriodSeconds' | 'propagationPolicy' | 'uid' | 'resourceVersion'
>;

const deleteOptions = (request: ObjectRequest): DeleteOptions => deleteOptionsOf(deleteBody(request), request.query);

const POLICIES = ['Background', 'Foreground', 'Orphan'] as const;

/** meta/v1 DeleteOptions, as a body or in the query. */
function deleteOptionsOf(body: unknown, query: Query): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy, preconditions } = (body ?? {}) as {
    gracePeriodSeconds?: unknown;
    propagationPolicy?: unknown;
    preconditions?: { uid?: string; resourceVersion?: string };
  };
  const grace = gracePeriodSeconds ?? query['gracePeriodSeconds'];
  const policy = POLICIES.find((value) => value === (propagationPolicy ?? query['propagationPolicy']));
  return {
    ...(Number.isInteger(Number(grace ?? Number.NaN)) && { gracePeriodSeconds: Number(grace) }),
    ...(policy && { propagationPolicy: policy }),
    ...(preconditions?.uid && { uid: preconditions.uid }),
    ...(preconditions?.resourceVersion && { resourceVersion: preconditions.resourceVersion }),
  };
}
