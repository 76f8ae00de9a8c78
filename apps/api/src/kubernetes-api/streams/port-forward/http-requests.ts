/** A request that a client sent whole. */
export interface WholeRequest {
  readonly bytes: Buffer;
  /** The client waits for the body until it is told to go on. */
  readonly expectsContinue?: boolean;
}

/** One request, its body too. */
const MAX_REQUEST_BYTES = 4 * 2 ** 20;
const MAX_HEAD_BYTES = 64 * 1024;

/** RFC 9112: what the first line of a request begins with. */
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} /;

/** What the client sends is no HTTP, or too much of it. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/**
 * Cuts what a client sends into HTTP/1.1 requests (RFC 9112), since a simulated server answers one whole request at a time. What does
 * not begin like HTTP is passed on as it comes.
 */
export class HttpRequests {
  #pieces: Buffer = Buffer.alloc(0);
  #continued = false;

  /** The requests that are complete now. Throws {@link RequestError}. */
  take(piece: Buffer): WholeRequest[] {
    this.#pieces = this.#pieces.length === 0 ? piece : Buffer.concat([this.#pieces, piece]);
    const requests: WholeRequest[] = [];
    for (;;) {
      const length = this.#length();
      if (length === undefined) break;
      requests.push({ bytes: this.#pieces.subarray(0, length) });
      this.#pieces = this.#pieces.subarray(length);
      this.#continued = false;
    }
    if (this.#pieces.length > MAX_REQUEST_BYTES) throw new RequestError(`a request is larger than ${MAX_REQUEST_BYTES} bytes`);
    return requests;
  }

  /** Whether the client waits to be told to send its body (`Expect: 100-continue`); true once for each request. */
  awaitsContinue(): boolean {
    const end = this.#pieces.indexOf('\r\n\r\n');
    if (this.#continued || end < 0 || headerOf(this.#head(end), 'expect')?.toLowerCase() !== '100-continue') return false;
    return (this.#continued = true);
  }

  /** Bytes of the first request, where it is complete. */
  #length(): number | undefined {
    const bytes = this.#pieces;
    if (bytes.length === 0) return undefined;
    const start = bytes.toString('latin1', 0, 33);
    if (!METHOD.test(start)) return start.length < 33 && /^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/.test(start) ? undefined : bytes.length;
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) {
      if (bytes.length > MAX_HEAD_BYTES) throw new RequestError(`a request's head is larger than ${MAX_HEAD_BYTES} bytes`);
      return undefined;
    }
    const head = this.#head(end);
    const body = end + 4;
    if (/(?:^|,)\s*chunked\s*$/i.test(headerOf(head, 'transfer-encoding') ?? '')) return chunkedEnd(bytes, body);
    const length = Number(headerOf(head, 'content-length') ?? 0);
    if (!Number.isSafeInteger(length) || length < 0) throw new RequestError('a request has a bad Content-Length');
    if (length > MAX_REQUEST_BYTES) throw new RequestError(`a request is larger than ${MAX_REQUEST_BYTES} bytes`);
    return bytes.length >= body + length ? body + length : undefined;
  }

  #head(end: number): string {
    return this.#pieces.toString('latin1', 0, end);
  }
}

export function headerOf(head: string, name: string): string | undefined {
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (line.slice(0, colon).trim().toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}

/** Where a body in chunks ends, behind its trailers; undefined where it is not complete. */
function chunkedEnd(bytes: Buffer, from: number): number | undefined {
  for (let at = from; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = /^\s*([0-9a-f]{1,8})\s*(?:;|$)/i.exec(bytes.toString('latin1', at, lineEnd))?.[1];
    if (size === undefined) throw new RequestError('a chunk has a bad size');
    const length = Number.parseInt(size, 16);
    if (length > 0) {
      at = lineEnd + 2 + length + 2;
      if (at > bytes.length) return undefined;
      continue;
    }
    // Trailers, up to an empty line.
    for (let line = lineEnd + 2; ;) {
      const end = bytes.indexOf('\r\n', line);
      if (end < 0) return undefined;
      if (end === line) return end + 2;
      line = end + 2;
    }
  }
}
