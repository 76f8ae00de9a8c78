import type { Duplex } from 'node:stream';
import { type RemoteInput, type RemoteStreams, terminalSizeOf } from './remote-streams.js';
import { SpdyConnection, type SpdyStream } from './spdy/connection.js';
import { RstStatus } from './spdy/frames.js';

type StreamType = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

/** The streams of one command over one SPDY connection (kubelet pkg/kubelet/cri streaming remotecommand/httpstream.go). */
export class SpdyStreams implements RemoteStreams {
  readonly #connection: SpdyConnection;
  readonly #open = new Map<string, SpdyStream>();
  #taker: (input: RemoteInput) => void = () => undefined;
  readonly #input = new Promise<RemoteInput>((resolve) => (this.#taker = resolve));
  #ready: (are: boolean) => void = () => undefined;
  /** Whether all streams that are to come have come; false where the client hangs up before. */
  readonly complete = new Promise<boolean>((resolve) => (this.#ready = resolve));

  /** `expected`: the streams that the request's query asks for. */
  constructor(
    transport: Duplex,
    head: Buffer,
    private readonly expected: ReadonlySet<StreamType>,
  ) {
    this.#connection = new SpdyConnection(transport, {
      onStream: (stream) => this.#add(stream),
      onClose: () => {
        this.#ready(false);
        void this.#input.then((input) => input.closed());
      },
    });
    void this.#connection.run(head);
  }

  take(input: RemoteInput): void {
    this.#taker(input);
  }

  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    this.#open.get(stream)?.write(bytes);
  }

  end(status: object): void {
    this.#open.get('error')?.write(Buffer.from(JSON.stringify(status)));
    for (const stream of this.#open.values()) stream.end();
    this.#connection.close();
  }

  #add(stream: SpdyStream): void {
    const [type = ''] = stream.headers['streamtype'] ?? [];
    if (!this.expected.has(type as StreamType) || this.#open.has(type)) return stream.reset(RstStatus.RefusedStream);
    this.#open.set(type, stream);
    if (type === 'stdin') {
      stream.onData = async (bytes) => (await this.#input).stdin(bytes);
      stream.onEnd = () => void this.#input.then((input) => input.stdinEnded());
    } else if (type === 'resize') this.#readSizes(stream);
    if (this.#open.size === this.expected.size) this.#ready(true);
  }

  /** One JSON object after the other, a line each. */
  #readSizes(stream: SpdyStream): void {
    let rest = '';
    stream.onData = async (bytes) => {
      const lines = (rest + bytes.toString('utf8')).split('\n');
      rest = lines.pop()!.slice(-1000);
      const size = lines.map(terminalSizeOf).findLast(Boolean);
      if (size) (await this.#input).resize(size.columns, size.rows);
    };
  }
}
