import type { FastifyReply } from 'fastify';

/** Keeps proxies and browsers from taking a quiet stream for a dead one. */
const HEARTBEAT_MS = 15_000;

/** One answer of server-sent events (WHATWG HTML, "Server-sent events"). */
export class EventStream {
  readonly #heartbeat: NodeJS.Timeout;
  #ended = false;

  constructor(
    private readonly reply: FastifyReply,
    /** Called once, when the connection has ended from either side. */
    onClose: () => void,
  ) {
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    reply.raw.flushHeaders();
    this.#heartbeat = setInterval(() => reply.raw.write(': still here\n\n'), HEARTBEAT_MS);
    reply.raw.once('close', () => {
      clearInterval(this.#heartbeat);
      this.#ended = true;
      onClose();
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** `id` is what a client resumes from with Last-Event-ID. */
  send(event: string, data: object, id?: number): void {
    if (this.#ended) return;
    this.reply.raw.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#heartbeat);
    this.reply.raw.end();
  }
}
