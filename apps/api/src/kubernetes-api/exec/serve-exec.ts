import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { badRequest, type KubeObject, type Status } from '@svclab/kube-api';
import type { Tokens } from '../../auth/tokens.js';
import type { SandboxHost } from '../../engine/sandbox-host.js';
import type { OpenStreams } from '../../streams/open-streams.js';
import { sandboxOfKey } from '../key.js';
import { containerOf, readPod } from '../pod-log.js';
import { requestInfoOf } from '../request-info.js';
import { isTrue } from '../request-options.js';
import { StatusError, statusOf, statusOfError } from '../status-error.js';
import { PROTOCOLS } from './channels.js';
import { type ExecRequest, runExec } from './exec-session.js';

export interface ExecServices {
  readonly host: SandboxHost;
  readonly tokens: Tokens;
  readonly streams: OpenStreams;
}

/**
 * Serves `pods/<name>/exec` over WebSocket, as kubectl speaks it since 1.30. Any answer but an upgrade makes kubectl ask once
 * more in SPDY: that is told the same, so that the reason is shown.
 */
// Simplification: attach and port-forward are refused, as is exec over SPDY, which kubectl spoke up to 1.29.
export function serveExec(server: Server, services: ExecServices): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 2 ** 20,
    handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Somebody who hangs up in the middle of an upgrade is no error of ours.
    socket.on('error', () => undefined);
    execRequestOf(request, services).then(
      (asked) =>
        sockets.handleUpgrade(request, socket, head, (webSocket) => {
          const forget = services.streams.add(() => webSocket.close());
          webSocket.once('close', forget);
          void runExec(services.host, asked, webSocket);
        }),
      (error: unknown) => refuse(socket, statusOfError(error)),
    );
  });
}

async function execRequestOf(request: IncomingMessage, { host, tokens }: ExecServices): Promise<ExecRequest> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const [, key = '', path = ''] = /^\/k8s\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
  const sandboxId = await sandboxOfKey(key, host, tokens);
  const info = requestInfoOf(decodeURIComponent(path));
  if (info?.resource.kind !== 'Pod' || info.name === undefined)
    throw new StatusError(statusOf(404, 'the server could not find the requested resource'));
  if (info.subresource !== 'exec') throw new StatusError(statusOf(501, `${info.subresource ?? 'an upgrade'} is not simulated yet`));
  const pod = await readPod(host, sandboxId, info);
  refuseUnlessRunning(pod, containerOf(pod, searchParams.get('container') ?? undefined));
  const [program, ...args] = searchParams.getAll('command');
  if (!program) throw new StatusError(badRequest('you must specify at least one command for the container'));
  if (request.headers.upgrade?.toLowerCase() !== 'websocket')
    throw new StatusError(badRequest('exec is served over WebSocket only, which kubectl speaks since 1.30'));
  return {
    sandboxId,
    namespace: info.namespace,
    pod: info.name,
    command: [program, ...args],
    stdin: isTrue(searchParams.get('stdin') ?? undefined),
    tty: isTrue(searchParams.get('tty') ?? undefined),
  };
}

function refuseUnlessRunning(pod: KubeObject, container: string): void {
  if (!pod.spec?.['nodeName']) throw new StatusError(badRequest(`pod ${pod.metadata.name} does not have a host assigned`));
  const statuses = (pod.status?.['containerStatuses'] ?? []) as { name: string; state?: { running?: object } }[];
  if (!statuses.some((status) => status.name === container && status.state?.running))
    throw new StatusError(statusOf(404, `container not found ("${container}")`));
}

function refuse(socket: Duplex, status: Status): void {
  const body = Buffer.from(JSON.stringify(status));
  const head = [
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}
