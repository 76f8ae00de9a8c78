import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noSuchResource } from '@svclab/kube-api';
import type { ClusterSummary } from '@svclab/sandbox';
import type { Tokens } from '../auth/tokens.js';
import type { SandboxHost } from '../engine/sandbox-host.js';
import type { OpenStreams } from '../streams/open-streams.js';
import type { RealtimeClocks } from '../streams/realtime-clocks.js';
import { groupDiscovery, groupVersionDiscovery, rootDiscovery } from './discovery/discovery.js';
import { openApiDocument, openApiIndex, OPENAPI_V2_TYPE } from './discovery/openapi-v3.js';
import { sandboxOfKey } from './key.js';
import { Kubeconfigs } from './kubeconfig.js';
import { representationOf } from './media-types.js';
import { answerProxied, proxyRequestOf } from './object-proxy.js';
import { ObjectRequests } from './object-requests.js';
import { answerLog } from './pod-log.js';
import { requestInfoOf } from './request-info.js';
import { notSimulated } from './not-simulated.js';
import { readBody } from './read-body.js';
import { objectBody } from './request-body.js';
import { isTrue, type Query } from './request-options.js';
import { reviewed } from './reviews.js';
import { StatusError, statusOf, statusOfError } from './status-error.js';
import { versionDocument } from './version.js';
import { ObjectHistories } from './watch/object-histories.js';
import { watch } from './watch/watch.js';

export interface KubernetesApiServices {
  readonly host: SandboxHost;
  readonly tokens: Tokens;
  readonly streams: OpenStreams;
  readonly clocks: RealtimeClocks;
  readonly kubeconfigs: Kubeconfigs;
}

interface KeyedRequest {
  readonly Params: { readonly key: string; readonly '*': string };
  readonly Querystring: Record<string, string | string[]>;
}

/**
 * Serves the Kubernetes API of every sandbox's cluster under `/k8s/<key>`. The key is all the permission there is: kubectl
 * sends no credentials over http, but every path that it asks for begins with that of its server.
 */
export function serveKubernetesApi(fastify: FastifyInstance, services: KubernetesApiServices): void {
  const api = new KubernetesApi(services);
  void fastify.register(async (scope) => {
    // What a body is, each route decides by itself: patches differ by their type alone.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) =>
      readBody(payload, fastify.initialConfig.bodyLimit!),
    );
    scope.setErrorHandler((error, _request, reply) => sendError(reply, error));
    scope.all<KeyedRequest>('/k8s/:key/*', (request, reply) => api.answer(request, reply));
  });
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const status = statusOfError(error);
  if (status.reason === 'InternalError') console.error(error);
  // kubectl debug looks into the details of a 404 without asking whether there are any.
  return sendJson(reply.status(status.code), { ...status, details: status.details ?? {} });
}

const sendJson = (reply: FastifyReply, document: object): FastifyReply =>
  reply.header('Content-Type', 'application/json').send(JSON.stringify(document));

class KubernetesApi {
  readonly #objects: ObjectRequests;
  readonly #histories: ObjectHistories;

  constructor(private readonly services: KubernetesApiServices) {
    this.#objects = new ObjectRequests(services.host, services.clocks);
    this.#histories = new ObjectHistories(services.host);
  }

  async answer(request: FastifyRequest<KeyedRequest>, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const { host, tokens } = this.services;
    const sandboxId = await sandboxOfKey(request.params.key, host, tokens, request.headers.authorization);
    const path = `/${request.params['*']}`;
    const proxied = proxyRequestOf(request.url.replace(/^\/k8s\/[^/]+/, ''));
    if (proxied) return answerProxied(this.services.host, sandboxId, proxied, request, reply);
    const info = requestInfoOf(path);
    if (!info) return this.#answerOther(sandboxId, path, request, reply);
    await this.#histories.of(sandboxId);
    const query = firstOfEach(request.query);
    if (info.subresource === 'log') return answerLog(this.services, sandboxId, info, query, reply);
    const form = representationOf(request.headers.accept, query['includeObject']);
    if (!form) throw new StatusError(statusOf(406, 'only the following media types are accepted: application/json'));
    if (request.method === 'GET' && isTrue(query['watch'])) {
      await watch({ ...this.services, histories: this.#histories }, sandboxId, info, query, form, reply);
      return undefined;
    }
    const body = request.body as Buffer | undefined;
    const { 'content-type': contentType, 'user-agent': userAgent } = request.headers;
    const answer = await this.#objects.answer({ sandboxId, method: request.method, info, query, contentType, userAgent, body, form });
    reply.status(answer.code).header('Content-Type', 'application/json');
    for (const warning of answer.warnings ?? []) reply.header('Warning', `299 - ${JSON.stringify(warning)}`);
    return reply.send('text' in answer ? answer.text : JSON.stringify(answer.document));
  }

  /** Everything that is not about objects. */
  async #answerOther(sandboxId: string, path: string, request: FastifyRequest<KeyedRequest>, reply: FastifyReply): Promise<FastifyReply> {
    const { method } = request;
    if (method === 'POST') {
      const review = reviewed(path, objectBody(request.headers['content-type'], request.body as Buffer | undefined));
      if (review) return sendJson(reply.status(201), review);
    }
    const refused = notSimulated(path);
    if (refused) throw new StatusError(refused);
    if (method !== 'GET') throw new StatusError(noSuchResource());
    switch (path) {
      case '/healthz':
      case '/livez':
      case '/readyz':
        await this.#cluster(sandboxId);
        return reply.type('text/plain; charset=utf-8').send('ok');
      case '/version':
        return sendJson(reply, versionDocument((await this.#cluster(sandboxId)).version));
      case '/kubeconfig': {
        const { name } = await this.#cluster(sandboxId);
        return this.services.kubeconfigs.send(request, reply, name, (await this.services.host.find(sandboxId))!);
      }
      case '/openapi/v2':
        return reply.header('Content-Type', OPENAPI_V2_TYPE).send(Buffer.alloc(0));
      case '/openapi/v3':
        return sendJson(reply, openApiIndex());
      case '/api':
      case '/apis': {
        await this.#cluster(sandboxId);
        const { contentType, document } = rootDiscovery(path === '/api' ? 'api' : 'apis', request.headers.accept);
        return reply.header('Content-Type', contentType).send(JSON.stringify(document));
      }
      default:
        return path.startsWith(OPENAPI_V3) ? sendOpenApi(request, reply) : sendJson(reply, namedDocument(path));
    }
  }

  /** Where no cluster was created, there is no API server either. */
  async #cluster(sandboxId: string): Promise<ClusterSummary> {
    return this.services.host.read(sandboxId, { kind: 'kubernetes.cluster' });
  }
}

const OPENAPI_V3 = '/openapi/v3/';

const YEAR_MS = 365 * 86_400_000;

/** Under the address of the index, which holds a document's hash, it never changes: clients may keep it (kube-openapi pkg/handler3). */
function sendOpenApi(request: FastifyRequest<KeyedRequest>, reply: FastifyReply): FastifyReply {
  const document = openApiDocument(request.params['*'].slice(OPENAPI_V3.length - 1));
  if (!document) throw new StatusError(noSuchResource());
  reply.header('Content-Type', 'application/json').header('ETag', `"${document.hash}"`).header('Vary', 'Accept');
  if (request.query['hash'] === document.hash)
    reply.header('Cache-Control', 'public, immutable').header('Expires', new Date(Date.now() + YEAR_MS).toUTCString());
  return reply.send(document.text);
}

function namedDocument(path: string): object {
  const [root, first = '', second, ...more] = path.split('/').slice(1);
  if (more.length === 0) {
    const document =
      root === 'api' && second === undefined
        ? groupVersionDiscovery('', first)
        : root === 'apis' && second === undefined
          ? groupDiscovery(first)
          : root === 'apis'
            ? groupVersionDiscovery(first, second!)
            : undefined;
    if (document) return document;
  }
  throw new StatusError(noSuchResource());
}

const firstOfEach = (query: Record<string, string | string[]>): Query =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));
