import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest, type KubeObject } from '@svclab/kube-api';
import { bytesOf, textOf } from '@svclab/sim';
import type { Dialled } from '@svclab/sandbox';
import type { SandboxHost } from '../engine/sandbox-host.js';
import { StatusError, statusOf } from './status-error.js';

/** A request that the API server passes on to a pod or a service (`…/pods/<name>/proxy/<path>`). */
export interface ProxyRequest {
  readonly namespace: string;
  readonly kind: 'pods' | 'services';
  /** `name`, `name:port`, `scheme:name:port`. */
  readonly id: string;
  /** What is asked for there, with its query. */
  readonly target: string;
}

/** Undefined where the path is none. `url` as it was sent, below the cluster's own prefix. */
export function proxyRequestOf(url: string): ProxyRequest | undefined {
  const match = /^\/api\/v1\/namespaces\/([^/?]+)\/(pods|services)\/([^/?]+)\/proxy(\/[^?]*)?(\?.*)?$/.exec(url);
  if (!match) return undefined;
  const [, namespace, kind, id, path = '/', query = ''] = match;
  return { namespace: namespace!, kind: kind as ProxyRequest['kind'], id: decodeURIComponent(id!), target: path + query };
}

/** Headers that belong to one connection and are not passed on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set(
  'connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade host'.split(' '),
);

/** Passes a request on from the control plane's node, and its answer back (apiserver pkg/util/proxy, pkg/registry/core/pod/rest/subresources.go). */
// Simplification: links in the pages of a proxied server are not rewritten, and upgrades are not passed on.
export async function answerProxied(
  host: SandboxHost,
  sandboxId: string,
  asked: ProxyRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { address, port } = asked.kind === 'pods' ? await podAddress(host, sandboxId, asked) : await serviceAddress(host, sandboxId, asked);
  const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
  const headers = Object.entries(request.headers).filter(
    ([name]) => !HOP_BY_HOP.has(name) && name !== 'content-length' && name !== 'authorization',
  );
  const head = [
    `${request.method} ${asked.target} HTTP/1.1`,
    `Host: ${address}:${port}`,
    ...headers.map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : value}`),
    ...(body.length > 0 ? [`Content-Length: ${body.length}`] : []),
  ];
  const text = textOf(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
  const from = await controlPlane(host, sandboxId);
  const { value } = await host.write(sandboxId, { kind: 'dial', from, host: address, port, request: text });
  return send(reply, value as Dialled, `${address}:${port}`);
}

const FAILURES = {
  refused: 'connection refused',
  timeout: 'i/o timeout',
  unreachable: 'no route to host',
  reset: 'connection reset by peer',
};

function send(reply: FastifyReply, { outcome, response = '' }: Dialled, destination: string): FastifyReply {
  if (outcome !== 'ok') {
    const why = `dial tcp ${destination}: connect: ${FAILURES[outcome]}`;
    throw new StatusError(statusOf(503, `error trying to reach service: ${why}`));
  }
  const end = response.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = response.slice(0, Math.max(0, end)).split('\r\n');
  const code = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  if (!code) throw new StatusError(statusOf(503, 'error trying to reach service: malformed HTTP response'));
  reply.status(code);
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!HOP_BY_HOP.has(name) && name !== 'content-length') reply.header(name, line.slice(colon + 1).trim());
  }
  return reply.send(Buffer.from(bytesOf(response.slice(end + 4))));
}

async function podAddress(
  host: SandboxHost,
  sandboxId: string,
  { namespace, id }: ProxyRequest,
): Promise<{ address: string; port: number }> {
  const { name, port } = nameAndPort(id);
  const pod = (await host.read(sandboxId, { kind: 'object', resource: 'pods', namespace, name })) as KubeObject;
  const address = pod.status?.['podIP'] as string | undefined;
  if (!address) throw new StatusError(badRequest(`address not allowed`));
  const ports = ((pod.spec?.['containers'] ?? []) as { ports?: { containerPort: number }[] }[]).flatMap(
    (container) => container.ports ?? [],
  );
  return { address, port: port === undefined ? (ports[0]?.containerPort ?? 80) : portNumber(port) };
}

/** One ready endpoint of the port, by chance, as `ServiceREST.ResourceLocation` chooses it. */
async function serviceAddress(
  host: SandboxHost,
  sandboxId: string,
  { namespace, id }: ProxyRequest,
): Promise<{ address: string; port: number }> {
  const { name, port } = nameAndPort(id);
  const service = (await host.read(sandboxId, { kind: 'object', resource: 'services', namespace, name })) as KubeObject;
  const ports = (service.spec?.['ports'] ?? []) as { name?: string; port: number }[];
  const wanted = port === undefined ? ports[0] : ports.find((each) => each.name === port || String(each.port) === port);
  if (!wanted)
    throw new StatusError(statusOf(503, `no service port ${JSON.stringify(port ?? '')} found for service ${JSON.stringify(name)}`));
  const endpoints = (await host.read(sandboxId, { kind: 'object', resource: 'endpoints', namespace, name }).catch(() => ({}))) as {
    subsets?: { addresses?: { ip: string }[]; ports?: { name?: string; port: number }[] }[];
  };
  const found = (endpoints.subsets ?? []).flatMap(({ addresses = [], ports: open = [] }) => {
    const match = open.find((each) => (each.name ?? '') === (wanted.name ?? ''));
    return match ? addresses.map(({ ip }) => ({ address: ip, port: match.port })) : [];
  });
  const chosen = found[Math.floor(Math.random() * found.length)];
  if (!chosen) throw new StatusError(statusOf(503, `no endpoints available for service ${JSON.stringify(name)}`));
  return chosen;
}

function nameAndPort(id: string): { readonly name: string; readonly port: string | undefined } {
  const parts = id.split(':');
  if (parts.length > 3 || (parts.length === 3 && !['', 'http'].includes(parts[0]!)))
    throw new StatusError(badRequest(`invalid proxy request ${JSON.stringify(id)}: only http is passed on here`));
  const [name = '', port] = parts.length === 3 ? parts.slice(1) : parts;
  return { name, port: port === '' ? undefined : port };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new StatusError(badRequest(`invalid port ${JSON.stringify(text)}`));
  return port;
}

/** Where the API server runs. */
async function controlPlane(host: SandboxHost, sandboxId: string): Promise<string> {
  const { items } = await host.read(sandboxId, {
    kind: 'objects',
    resource: 'nodes',
    labelSelector: 'node-role.kubernetes.io/control-plane',
  });
  return `node/${(items as KubeObject[])[0]!.metadata.name}`;
}
