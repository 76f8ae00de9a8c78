import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** A request to change the protocol of its connection. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly socket: Duplex;
  /** The first bytes of the new protocol, where they came along. */
  readonly head: Buffer;
}

/** What takes the upgrades of some paths. */
export interface UpgradeHandler {
  takes(pathname: string): boolean;
  /** Takes the connection over. What it rejects with is answered by `refusal`. */
  upgrade(upgrade: Upgrade): Promise<void>;
  /** Status and document of an answer in place of the upgrade. */
  refusal(error: unknown): { readonly code: number; readonly contentType: string; readonly document: object };
}

/** Connections that may be upgraded at a time, open ones and those on their way. */
export const MAX_UPGRADES = 2000;

/** Sends each upgrade to who takes it. Nothing is read from a connection before somebody does. */
export function serveUpgrades(server: Server, handlers: readonly UpgradeHandler[]): void {
  let open = 0;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Somebody who hangs up in the middle of an upgrade is no error of ours.
    socket.on('error', () => undefined);
    socket.once('close', () => open--);
    open++;
    const url = urlOf(request);
    const handler = url && handlers.find(({ takes }) => takes(url.pathname));
    if (!url || !handler) return answer(socket, 404, 'text/plain', 'there is nothing to upgrade here\n');
    if (open > MAX_UPGRADES) return answer(socket, 503, 'text/plain', `this server has ${MAX_UPGRADES} streams open already\n`);
    handler.upgrade({ request, url, socket, head }).catch((error: unknown) => {
      const { code, contentType, document } = handler.refusal(error);
      answer(socket, code, contentType, JSON.stringify(document));
    });
  });
}

function urlOf({ url = '/' }: IncomingMessage): URL | undefined {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost') : undefined;
}

function answer(socket: Duplex, code: number, contentType: string, text: string): void {
  if (socket.writableEnded) return;
  const body = Buffer.from(text);
  const head = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}
