import type { WebSocket } from 'ws';
import { type RemoteInput, type RemoteStreams, terminalSizeOf } from './remote-streams.js';

/** The first byte of a frame says which stream it belongs to (apimachinery pkg/util/remotecommand/constants.go). */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const RESIZE = 4;
const CLOSE = 255;

/** In order of preference. v5 is v4 with a frame that says which stream has ended. */
export const CHANNEL_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

const MAX_FRAME_BYTES = 32 * 1024;
const NORMAL_CLOSURE = 1000;

/** Sent and not yet taken: a client that does not read so much is let go. */
export const MAX_UNSENT_BYTES = 8 * 2 ** 20;

/** The streams of one command over one WebSocket. */
export class WebSocketChannels implements RemoteStreams {
  #taker: (input: RemoteInput) => void = () => undefined;
  readonly #input = new Promise<RemoteInput>((resolve) => (this.#taker = resolve));
  /** Frames are worked off one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly socket: WebSocket) {
    socket.on('message', (data, isBinary) => {
      if (!isBinary) return socket.close(1003, 'frames are binary');
      socket.pause();
      this.#turn = this.#turn.then(async () => {
        await this.#receive(data as Buffer).catch(() => socket.terminate());
        socket.resume();
      });
    });
    // A broken connection is told by its close as well.
    socket.on('error', () => undefined);
    socket.once('close', () => void this.#input.then((input) => input.closed()));
  }

  take(input: RemoteInput): void {
    this.#taker(input);
  }

  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const channel = stream === 'stdout' ? STDOUT : STDERR;
    for (let at = 0; at < bytes.length; at += MAX_FRAME_BYTES) this.#send(channel, bytes.subarray(at, at + MAX_FRAME_BYTES));
  }

  /** The status must come before the close: a client that is not told takes a close for success. */
  end(status: object): void {
    this.#send(STATUS, Buffer.from(JSON.stringify(status)));
    this.socket.resume();
    this.socket.close(NORMAL_CLOSURE);
  }

  #send(channel: number, bytes: Uint8Array): void {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(Buffer.concat([Buffer.of(channel), bytes]), { binary: true });
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
  }

  async #receive(frame: Buffer): Promise<void> {
    const channel = frame[0];
    if (channel === STDIN) return (await this.#input).stdin(frame.subarray(1));
    if (channel === CLOSE && frame[1] === STDIN) return (await this.#input).stdinEnded();
    if (channel !== RESIZE) return;
    const size = terminalSizeOf(frame.toString('utf8', 1));
    if (size) (await this.#input).resize(size.columns, size.rows);
  }
}
