import { formatEndpoint } from '@svclab/wire';
import type { Program } from './program.js';
import { canonicalHeader, GO_BAD_REQUEST, goResponse, headerOf, parseHttpRequest, type HttpRequest } from './http.js';

/** traefik/whoami: tells who answers and what was asked. Source: github.com/traefik/whoami `app.go`, `whoamiHandler`. */
export const whoami: Program = {
  name: 'whoami',
  answer(text, connection, { hostname, addresses, nowUs }) {
    const request = parseHttpRequest(text);
    if (!request) return GO_BAD_REQUEST;
    const head = request.method === 'HEAD';
    if (request.target.split('?')[0] === '/health') return goResponse({ status: '200 OK', body: '', nowUs, head });
    const body = [
      `Hostname: ${hostname}\n`,
      ...addresses.map((address) => `IP: ${address}\n`),
      `RemoteAddr: ${formatEndpoint(connection.remote.address, connection.remote.port)}\n`,
      asGoWritesIt(request),
    ].join('');
    return goResponse({ status: '200 OK', body, nowUs, head });
  },
};

/** `http.Request.Write`: Host and User-Agent first, then the length of a body, then the rest by name. */
function asGoWritesIt(request: HttpRequest): string {
  const first = new Set(['host', 'user-agent', 'content-length', 'transfer-encoding', 'trailer', 'connection']);
  const rest = request.headers
    .filter(([name]) => !first.has(name.toLowerCase()))
    .map(([name, value]) => `${canonicalHeader(name)}: ${value}`)
    .toSorted();
  const lines = [
    `${request.method} ${request.target} HTTP/1.1`,
    `Host: ${headerOf(request, 'host') ?? ''}`,
    `User-Agent: ${headerOf(request, 'user-agent') ?? 'Go-http-client/1.1'}`,
    ...(request.body === '' ? [] : [`Content-Length: ${headerOf(request, 'content-length') ?? request.body.length}`]),
    ...rest,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${request.body}`;
}
