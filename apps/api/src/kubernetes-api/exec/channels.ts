import type { WebSocket } from 'ws';

/** The first byte of a frame says which stream it belongs to (apimachinery pkg/util/remotecommand/constants.go). */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const CLOSE = 255;

/** In order of preference. v5 is v4 with a frame that says which stream has ended. */
export const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

const MAX_FRAME_BYTES = 32 * 1024;
const NORMAL_CLOSURE = 1000;

/** Everything typed or piped into one command. */
const MAX_STDIN_BYTES = 2 ** 20;

/** The streams of one `exec` over one WebSocket. */
export class Channels {
  readonly #stdin: Buffer[] = [];
  #stdinBytes = 0;
  #endStdin: () => void = () => undefined;
  /** Resolves to all of standard input, when the client says that it has ended. Never when it hangs up before. */
  readonly stdin = new Promise<string>((resolve) => {
    this.#endStdin = () => resolve(Buffer.concat(this.#stdin).toString('utf8'));
  });

  constructor(
    private readonly socket: WebSocket,
    private readonly isTerminal: boolean,
  ) {
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
  }

  /** A terminal has one screen, and its lines end in a carriage return too. */
  write(stream: 'stdout' | 'stderr', text: string): void {
    const bytes = Buffer.from(this.isTerminal ? text.replaceAll('\n', '\r\n') : text);
    const channel = stream === 'stdout' || this.isTerminal ? STDOUT : STDERR;
    for (let at = 0; at < bytes.length; at += MAX_FRAME_BYTES) this.#send(channel, bytes.subarray(at, at + MAX_FRAME_BYTES));
  }

  /** Says how it ended, which must come before the close: a client that is not told takes a close for success. */
  end(status: object): void {
    this.#send(STATUS, Buffer.from(JSON.stringify(status)));
    this.socket.close(NORMAL_CLOSURE);
  }

  #send(channel: number, bytes: Uint8Array): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(Buffer.concat([Buffer.of(channel), bytes]), { binary: true });
  }

  #receive(frame: Buffer, isBinary: boolean): void {
    if (!isBinary) return this.socket.close(1003, 'frames are binary');
    if (frame[0] === CLOSE && frame[1] === STDIN) return this.#endStdin();
    if (frame[0] !== STDIN) return;
    this.#stdinBytes += frame.length - 1;
    if (this.#stdinBytes > MAX_STDIN_BYTES) return this.socket.close(1009, 'standard input is too large');
    this.#stdin.push(frame.subarray(1));
  }
}
