import type { Duplex } from 'node:stream';
import { SpdyConnection, type SpdyStream } from '../spdy/connection.js';
import { RstStatus } from '../spdy/frames.js';
import { ForwardedConnection, type ForwardTarget } from './forwarded-connection.js';

/** Both streams of one forwarded connection must have come within this time (kubelet's DefaultStreamCreationTimeout). */
const PAIR_MS = 30_000;

/**
 * Forwards ports over SPDY: for each connection of the client's a stream for its data and one for errors, that name the port and
 * belong together by their `requestid` (kubelet pkg/cri/streaming/portforward/httpstream.go). Resolves when the client has gone.
 */
export async function forwardStreams(target: ForwardTarget, transport: Duplex, head: Buffer): Promise<void> {
  const pairs = new Map<string, StreamPair>();
  const connection = new SpdyConnection(transport, {
    onStream(stream) {
      const port = Number(stream.headers['port']?.[0]);
      const type = stream.headers['streamtype']?.[0];
      const id = stream.headers['requestid']?.[0] ?? String(type === 'error' ? stream.id : stream.id - 2);
      if (!Number.isInteger(port) || port < 1 || port > 65_535 || (type !== 'error' && type !== 'data'))
        return stream.reset(RstStatus.ProtocolError);
      const pair = pairs.get(id) ?? new StreamPair(target, port, () => pairs.delete(id));
      pairs.set(id, pair);
      pair.add(type, stream);
    },
    onClose: () => {
      for (const pair of pairs.values()) pair.abandon();
    },
  });
  await connection.run(head);
}

class StreamPair {
  #error: SpdyStream | undefined;
  #data: SpdyStream | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly target: ForwardTarget,
    private readonly port: number,
    private readonly forget: () => void,
  ) {
    this.#timer = setTimeout(() => this.abandon(), PAIR_MS);
    this.#timer.unref();
  }

  add(type: 'error' | 'data', stream: SpdyStream): void {
    if (type === 'error') this.#error ??= stream;
    else this.#data ??= stream;
    if (this.#error && this.#data) this.#forward(this.#error, this.#data);
  }

  /** It never became a connection, or its client has gone. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.#error?.reset();
    this.#data?.reset();
    this.forget();
  }

  #forward(error: SpdyStream, data: SpdyStream): void {
    clearTimeout(this.#timer);
    const over = (): void => {
      data.end();
      error.end();
      this.forget();
    };
    const connection = new ForwardedConnection(this.target, this.port, {
      write: (bytes) => data.write(bytes),
      end: over,
      fail: (message) => {
        error.write(Buffer.from(message));
        over();
      },
    });
    // One after the other: what comes first is answered first.
    let turn = connection.open();
    const next = (step: () => Promise<void> | void): Promise<void> => (turn = turn.then(step, over));
    data.onData = (bytes) => next(() => connection.send(bytes));
    data.onEnd = () => void next(() => connection.close());
    data.onReset = data.onEnd;
  }
}
