import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { badRequest, type KubeObject } from '@svclab/kube-api';
import type { Tokens } from '../../auth/tokens.js';
import type { SandboxHost } from '../../engine/sandbox-host.js';
import type { OpenStreams } from '../../streams/open-streams.js';
import type { RealtimeClocks } from '../../streams/realtime-clocks.js';
import type { Upgrade, UpgradeHandler } from '../../streams/upgrades.js';
import { sandboxOfKey } from '../key.js';
import { containerOf, readPod } from '../pod-log.js';
import { type RequestInfo, requestInfoOf } from '../request-info.js';
import { isTrue } from '../request-options.js';
import { StatusError, statusOf, statusOfError } from '../status-error.js';
import { runAttach, type AttachServices } from './attach.js';
import { forwardChannels } from './port-forward/channel-form.js';
import { forwardStreams } from './port-forward/stream-form.js';
import { type ExecRequest, runExec } from './remote-command.js';
import type { RemoteStreams } from './remote-streams.js';
import { SpdyStreams } from './spdy-streams.js';
import { CHANNEL_PROTOCOLS, WebSocketChannels } from './websocket-channels.js';

export interface StreamServices extends AttachServices {
  readonly host: SandboxHost;
  readonly tokens: Tokens;
  readonly streams: OpenStreams;
  readonly clocks: RealtimeClocks;
}

/** What SPDY streams speak, as the headers of a request and its answer name it. */
const SPDY = 'SPDY/3.1';
const SPDY_COMMAND_PROTOCOL = 'v4.channel.k8s.io';
const SPDY_FORWARD_PROTOCOL = 'portforward.k8s.io';
/** The same inside a WebSocket, as kubectl tunnels it since 1.31 (KEP 4006). */
const TUNNELLED_FORWARD_PROTOCOL = `${SPDY}+${SPDY_FORWARD_PROTOCOL}`;

/** A client that has upgraded gets this long to open its streams (kubelet's DefaultStreamCreationTimeout). */
const STREAM_CREATION_MS = 30_000;

/** Serves exec, attach and port-forward under `/k8s/<key>`: over WebSocket, and over SPDY as kubectl speaks it up to 1.29. */
export class KubernetesStreams implements UpgradeHandler {
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 4 * 2 ** 20 });

  constructor(private readonly services: StreamServices) {
    this.#sockets.on('headers', (headers, request) => {
      const protocol = chosenProtocols.get(request);
      if (protocol) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
    });
  }

  takes(pathname: string): boolean {
    return pathname.startsWith('/k8s/');
  }

  refusal(error: unknown): ReturnType<UpgradeHandler['refusal']> {
    const status = statusOfError(error);
    return { code: status.code, contentType: 'application/json', document: status };
  }

  async upgrade(upgrade: Upgrade): Promise<void> {
    const { url } = upgrade;
    const [, key = '', path = ''] = /^\/k8s\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
    const sandboxId = await sandboxOfKey(key, this.services.host, this.services.tokens, upgrade.request.headers.authorization);
    const info = requestInfoOf(decodePath(path));
    if (info?.resource.kind !== 'Pod' || info.name === undefined)
      throw new StatusError(statusOf(404, 'the server could not find the requested resource'));
    switch (info.subresource) {
      case 'exec':
        return this.#exec(upgrade, await this.#execRequest(sandboxId, info, url.searchParams));
      case 'attach':
        return this.#attach(upgrade, sandboxId, info);
      case 'portforward':
        return this.#portForward(upgrade, sandboxId, info);
      default:
        throw new StatusError(statusOf(501, `${info.subresource ?? 'an upgrade'} is not simulated yet`));
    }
  }

  async #exec(upgrade: Upgrade, request: ExecRequest): Promise<void> {
    const streams = await this.#remoteStreams(upgrade, request);
    if (streams) await runExec(this.services, request, streams);
  }

  async #attach(upgrade: Upgrade, sandboxId: string, info: RequestInfo): Promise<void> {
    const { searchParams } = upgrade.url;
    const pod = await readPod(this.services.host, sandboxId, info);
    const { at, container } = runningContainer(pod, searchParams);
    const asked = { stdin: flag(searchParams, 'stdin'), tty: flag(searchParams, 'tty') };
    const streams = await this.#remoteStreams(upgrade, asked);
    if (streams) await runAttach(this.services, { sandboxId, pod, container, at, ...asked }, streams);
  }

  async #execRequest(sandboxId: string, info: RequestInfo, query: URLSearchParams): Promise<ExecRequest> {
    const pod = await readPod(this.services.host, sandboxId, info);
    const { at } = runningContainer(pod, query);
    const [program, ...args] = query.getAll('command');
    if (!program) throw new StatusError(badRequest('you must specify at least one command for the container'));
    return {
      sandboxId,
      namespace: info.namespace,
      at,
      command: [program, ...args],
      stdin: flag(query, 'stdin'),
      tty: flag(query, 'tty'),
    };
  }

  /** The streams, once the client has opened all of them; undefined where it has hung up before. */
  async #remoteStreams(upgrade: Upgrade, { stdin, tty }: { stdin: boolean; tty: boolean }): Promise<RemoteStreams | undefined> {
    if (isWebSocket(upgrade)) {
      const socket = await this.#webSocket(upgrade, CHANNEL_PROTOCOLS);
      return new WebSocketChannels(socket);
    }
    const { searchParams } = upgrade.url;
    const expected = new Set<'error' | 'stdin' | 'stdout' | 'stderr' | 'resize'>(['error']);
    if (stdin) expected.add('stdin');
    if (flag(searchParams, 'stdout')) expected.add('stdout');
    if (flag(searchParams, 'stderr') && !tty) expected.add('stderr');
    if (tty) expected.add('resize');
    switchToSpdy(upgrade, SPDY_COMMAND_PROTOCOL);
    const streams = new SpdyStreams(upgrade.socket, upgrade.head, expected);
    this.#track(upgrade);
    return (await inTime(streams.complete, upgrade)) ? streams : undefined;
  }

  async #portForward(upgrade: Upgrade, sandboxId: string, info: RequestInfo): Promise<void> {
    const { host } = this.services;
    const pod = await readPod(host, sandboxId, info);
    if (pod.status?.['phase'] !== 'Running')
      throw new StatusError(statusOf(400, `unable to forward port because pod is not running. Current status=${pod.status?.['phase']}`));
    const target = { host, sandboxId, at: `pod/${info.namespace}/${info.name}`, uid: pod.metadata.uid ?? '' };
    if (!isWebSocket(upgrade)) {
      switchToSpdy(upgrade, SPDY_FORWARD_PROTOCOL);
      this.#track(upgrade);
      return forwardStreams(target, upgrade.socket, upgrade.head);
    }
    const ports = upgrade.url.searchParams
      .getAll('ports')
      .flatMap((list) => list.split(','))
      .map(Number);
    if (offers(upgrade, [TUNNELLED_FORWARD_PROTOCOL])) {
      const socket = await this.#webSocket(upgrade, [TUNNELLED_FORWARD_PROTOCOL]);
      return forwardStreams(target, createWebSocketStream(socket), Buffer.alloc(0));
    }
    if (ports.length === 0 || !ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536))
      throw new StatusError(badRequest(`query parameter "ports" must be one or more port numbers`));
    forwardChannels(target, ports, await this.#webSocket(upgrade, CHANNEL_PROTOCOLS));
  }

  async #webSocket(upgrade: Upgrade, protocols: readonly string[]): Promise<WebSocket> {
    const protocol = offers(upgrade, protocols);
    if (protocol === undefined)
      throw new StatusError(
        statusOf(400, `unable to upgrade: unable to select a protocol, one of ${protocols.join(', ')} must be asked for`),
      );
    const { request, socket, head } = upgrade;
    chosenProtocols.set(request, protocol);
    // ws refuses names with a slash in them, which Kubernetes gives: the choice is made above, and told by the `headers` event.
    delete request.headers['sec-websocket-protocol'];
    this.#track(upgrade);
    return new Promise((resolve) => this.#sockets.handleUpgrade(request, socket, head, resolve));
  }

  /** A stopping server ends it. */
  #track({ socket }: Upgrade): void {
    const forget = this.services.streams.add(() => socket.destroy());
    socket.once('close', forget);
  }
}

const chosenProtocols = new WeakMap<object, string>();

const isWebSocket = ({ request }: Upgrade): boolean => request.headers.upgrade?.toLowerCase() === 'websocket';

function offers({ request }: Upgrade, protocols: readonly string[]): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return protocols.find((protocol) => offered.includes(protocol));
}

/** Says yes to SPDY, where the client speaks the protocol on top of it. */
function switchToSpdy({ request, socket }: Upgrade, protocol: string): void {
  if (request.headers.upgrade?.toLowerCase() !== SPDY.toLowerCase())
    throw new StatusError(
      badRequest(`unable to upgrade: ${request.headers.upgrade ?? 'nothing'} is not spoken here, ${SPDY} and websocket are`),
    );
  const offered = String(request.headers['x-stream-protocol-version'] ?? '')
    .split(',')
    .map((name) => name.trim());
  if (!offered.includes(protocol))
    throw new StatusError(
      statusOf(
        403,
        `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocol}]`,
      ),
    );
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${SPDY}\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
}

/** Ends a connection whose client does not open its streams. */
async function inTime(complete: Promise<boolean>, { socket }: Upgrade): Promise<boolean> {
  const timer = setTimeout(() => socket.destroy(), STREAM_CREATION_MS);
  try {
    return await complete;
  } finally {
    clearTimeout(timer);
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new StatusError(badRequest('the path is not well-formed'));
  }
}

const flag = (query: URLSearchParams, name: string): boolean => isTrue(query.get(name) ?? undefined);

/** The wanted container, and where it runs, as the shell names places. */
function runningContainer(pod: KubeObject, query: URLSearchParams): { readonly container: string; readonly at: string } {
  const { namespace, name } = pod.metadata;
  const container = containerOf(pod, query.get('container') ?? undefined);
  if (!pod.spec?.['nodeName']) throw new StatusError(badRequest(`pod ${name} does not have a host assigned`));
  const statuses = ['containerStatuses', 'ephemeralContainerStatuses'].flatMap(
    (member) => (pod.status?.[member] ?? []) as { name: string; state?: { running?: object } }[],
  );
  if (!statuses.some((status) => status.name === container && status.state?.running))
    throw new StatusError(statusOf(404, `container not found ("${container}")`));
  const first = (pod.spec['containers'] as { name: string }[])[0]!.name;
  return { container, at: container === first ? `pod/${namespace}/${name}` : `pod/${namespace}/${name}/${container}` };
}
