import { type WebSocket, WebSocketServer } from 'ws';
import { notFound, ProblemError } from '../problems/problem.js';
import type { OpenStreams } from '../streams/open-streams.js';
import type { Upgrade, UpgradeHandler } from '../streams/upgrades.js';
import type { LiveTerminals } from './live-terminals.js';
import { terminalMessage } from './terminals.schemas.js';
import type { Tickets } from './tickets.js';

const PATH = /^\/api\/v1\/sandboxes\/([^/]+)\/terminals\/([^/]+)$/;

export const socketPath = (sandboxId: string, terminalId: string): string => `/api/v1/sandboxes/${sandboxId}/terminals/${terminalId}`;

/** A client that does not take what a terminal shows is let go; it may come back and go on from its offset. */
const MAX_UNSENT_BYTES = 8 * 2 ** 20;

const Close = { normal: 1000, goingAway: 1001, badMessage: 1008, failed: 1011 } as const;

/** Serves the WebSockets of terminals. */
export class TerminalSockets implements UpgradeHandler {
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 2 ** 20 });

  constructor(
    private readonly live: LiveTerminals,
    private readonly tickets: Tickets,
    private readonly streams: OpenStreams,
  ) {}

  takes(pathname: string): boolean {
    return PATH.test(pathname);
  }

  refusal(error: unknown): ReturnType<UpgradeHandler['refusal']> {
    const problem =
      error instanceof ProblemError ? error.problem : { status: 500, title: 'Internal Server Error', detail: 'the server failed' };
    return { code: problem.status, contentType: 'application/problem+json', document: { type: 'about:blank', ...problem } };
  }

  async upgrade({ request, url, socket, head }: Upgrade): Promise<void> {
    const [, sandboxId = '', terminalId = ''] = PATH.exec(url.pathname) ?? [];
    if (!this.tickets.redeem(url.searchParams.get('ticket') ?? '', url.pathname))
      throw notFound('no such terminal, or the ticket has been used or is too old');
    const offset = Number(url.searchParams.get('offset') ?? 0);
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new ProblemError({ status: 400, title: 'Bad Request', detail: 'offset must be a number' });
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => void this.#serve(webSocket, sandboxId, terminalId, offset));
  }

  async #serve(socket: WebSocket, sandboxId: string, terminalId: string, offset: number): Promise<void> {
    const forget = this.streams.add(() => socket.close(Close.goingAway, 'the server stops'));
    socket.once('close', forget);
    socket.on('error', () => undefined);
    // Nothing is read before somebody can take it.
    socket.pause();
    const send = (message: object): void => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify(message));
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
    };
    try {
      const { live, leave } = await this.live.attach(sandboxId, terminalId, offset, {
        output: (text, at) => send({ type: 'output', text, offset: at }),
        end(exitCode, reason) {
          send({ type: 'end', exitCode, ...(reason !== undefined && { reason }) });
          socket.close(Close.normal);
        },
      });
      if (socket.readyState === socket.CLOSED) return leave();
      socket.once('close', leave);
      socket.on('message', (data) => {
        const message = parsed(String(data));
        if (!message) return socket.close(Close.badMessage, 'not a message that a terminal takes');
        if (message.type === 'input') live.type(message.text);
        else if (message.type === 'resize') live.resize(message.cols, message.rows);
        else live.signal(message.signal);
      });
      socket.resume();
    } catch {
      socket.close(Close.failed, 'the sandbox cannot be read');
    }
  }
}

function parsed(text: string): ReturnType<typeof terminalMessage.parse> | undefined {
  try {
    return terminalMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
