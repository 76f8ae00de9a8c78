import type { FastifyReply } from 'fastify';
import { apiVersionOf, type KubeObject, objectDocument, type Representation, type ResourceInfo } from '@svclab/kube-api';
import type { OpenStreams } from '../../streams/open-streams.js';
import { statusOf } from '../status-error.js';

/** A watcher that has not read so much is cut off: it lists anew when it comes back. */
const MAX_UNREAD_BYTES = 4 * 2 ** 20;

const BOOKMARK_MS = 60_000;

export interface WatchStreamOptions {
  readonly resource: ResourceInfo;
  readonly form: Representation;
  readonly timeoutMs: number;
  /** Asked now and then; undefined where the client wants no bookmarks. */
  readonly bookmarkVersion: (() => number) | undefined;
}

/** The answer to a watch: one JSON document a line (meta/v1 WatchEvent), as they come. */
export class WatchStream {
  readonly #timers: NodeJS.Timeout[] = [];
  #ended = false;

  constructor(
    private readonly reply: FastifyReply,
    private readonly options: WatchStreamOptions,
    streams: OpenStreams,
    /** Called once, when the connection has ended from either side. */
    onClose: () => void,
  ) {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
    raw.flushHeaders();
    const forget = streams.add(() => this.end());
    this.#timers.push(setTimeout(() => this.end(), options.timeoutMs));
    const { bookmarkVersion } = options;
    if (bookmarkVersion) this.#timers.push(setInterval(() => this.bookmark(bookmarkVersion()), BOOKMARK_MS));
    raw.once('close', () => {
      this.#ended = true;
      this.#timers.forEach(clearTimeout);
      forget();
      onClose();
    });
  }

  send(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Readonly<KubeObject>, nowUs: number): void {
    const { resource, form } = this.options;
    this.#write(type, objectDocument(resource, object, form, nowUs));
  }

  /** Tells up to which version everything was told. `initialEventsEnd`: the objects of the beginning were all told. */
  bookmark(version: number, initialEventsEnd = false): void {
    const { resource } = this.options;
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const metadata = { resourceVersion: String(version), creationTimestamp: null, ...(initialEventsEnd && { annotations }) };
    this.#write('BOOKMARK', { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata });
  }

  /** 410: the client must list anew. */
  expire(message: string): void {
    this.#write('ERROR', statusOf(410, message));
    this.end();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.reply.raw.end();
  }

  #write(type: string, object: object): void {
    if (this.#ended) return;
    const { raw } = this.reply;
    raw.write(`${JSON.stringify({ type, object })}\n`);
    if (raw.writableLength > MAX_UNREAD_BYTES) raw.destroy();
  }
}
