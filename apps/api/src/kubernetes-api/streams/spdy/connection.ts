import type { Duplex } from 'node:stream';
import { controlFrame, dataFrame, FLAG_FIN, type Frame, FrameReader, FrameType, RstStatus, SpdyError, uint32s } from './frames.js';
import { HeaderReader, type Headers, HeaderWriter } from './header-block.js';

/** Data frames that are sent: as large as kubectl's own. */
const DATA_BYTES = 32 * 1024;

/** A client gets this long to take what was written and to hang up. */
const LINGER_MS = 5000;

/** Streams that one connection may have open. */
const MAX_STREAMS = 1000;

/** Sent and not yet taken: a client that does not read so much is let go. */
const MAX_UNSENT_BYTES = 8 * 2 ** 20;

/** One stream that the other side has opened. */
export class SpdyStream {
  /** Is given what comes; while its promise is pending nothing more is read from the whole connection. */
  onData: (bytes: Buffer) => Promise<void> | void = () => undefined;
  /** The other side sends nothing more. */
  onEnd: () => void = () => undefined;
  /** The other side wants it gone. */
  onReset: () => void = () => undefined;
  #theyEnded = false;
  #weEnded = false;

  constructor(
    readonly id: number,
    readonly headers: Headers,
    private readonly send: (frame: Buffer) => void,
    private readonly forget: () => void,
  ) {}

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#weEnded; at += DATA_BYTES)
      this.send(dataFrame(this.id, false, bytes.subarray(at, at + DATA_BYTES)));
  }

  /** This side sends nothing more. */
  end(): void {
    if (this.#weEnded) return;
    this.#weEnded = true;
    this.send(dataFrame(this.id, true, Buffer.alloc(0)));
    if (this.#theyEnded) this.forget();
  }

  reset(status: number = RstStatus.ProtocolError): void {
    this.#weEnded = true;
    this.send(controlFrame(FrameType.RstStream, 0, uint32s(this.id, status)));
    this.forget();
  }

  /** For the connection: the other side has ended. */
  ended(): void {
    if (this.#theyEnded) return;
    this.#theyEnded = true;
    this.onEnd();
    if (this.#weEnded) this.forget();
  }
}

export interface SpdyListener {
  /** A stream was opened; it has been replied to. Its handlers must be set before this returns. */
  onStream(stream: SpdyStream): void;
  /** The connection is over, from whatever side. Called once. */
  onClose(): void;
}

/**
 * The server's side of a SPDY/3.1 connection, as kubelet and API server speak it. Windows are not kept: neither moby/spdystream nor
 * kubectl does, and what is read waits for whom it is given to instead.
 */
export class SpdyConnection {
  readonly #streams = new Map<number, SpdyStream>();
  readonly #headers = new HeaderReader();
  readonly #headerWriter = new HeaderWriter();
  readonly #frames = new FrameReader();
  #lastStreamId = 0;

  constructor(
    private readonly transport: Duplex,
    private readonly listener: SpdyListener,
  ) {}

  /** Reads until the connection ends; `head` came with the upgrade. Never rejects. */
  async run(head: Buffer = Buffer.alloc(0)): Promise<void> {
    try {
      if (head.length > 0) await this.#take(head);
      for await (const piece of this.transport) await this.#take(piece as Buffer);
    } catch {
      // A broken connection and one that speaks something else end the same way.
    } finally {
      this.#headers.close();
      this.transport.destroy();
      this.#streams.clear();
      this.listener.onClose();
    }
  }

  /** No more streams are taken, and what was written goes out before the connection ends. */
  close(): void {
    if (this.transport.destroyed || this.transport.writableEnded) return;
    this.#send(controlFrame(FrameType.GoAway, 0, uint32s(this.#lastStreamId, 0)));
    this.transport.end();
    setTimeout(() => this.transport.destroy(), LINGER_MS).unref();
  }

  async #take(piece: Buffer): Promise<void> {
    for (const frame of this.#frames.read(piece)) await (frame.kind === 'data' ? this.#data(frame) : this.#control(frame));
  }

  async #data({ streamId, fin, payload }: Extract<Frame, { kind: 'data' }>): Promise<void> {
    const stream = this.#streams.get(streamId);
    if (!stream) return this.#send(controlFrame(FrameType.RstStream, 0, uint32s(streamId, RstStatus.StreamAlreadyClosed)));
    if (payload.length > 0) await stream.onData(payload);
    if (fin) stream.ended();
  }

  async #control({ type, flags, payload }: Extract<Frame, { kind: 'control' }>): Promise<void> {
    const need = (bytes: number): void => {
      if (payload.length < bytes) throw new SpdyError(`frame type ${type} is too short`);
    };
    switch (type) {
      case FrameType.SynStream:
        need(10);
        return this.#open(payload.readUInt32BE(0) & 0x7fff_ffff, await this.#headers.read(payload.subarray(10)), (flags & FLAG_FIN) !== 0);
      case FrameType.Headers:
        need(4);
        // Trailers say nothing here, but what deflates them belongs to the one zlib stream of the connection.
        await this.#headers.read(payload.subarray(4));
        return;
      case FrameType.RstStream: {
        need(4);
        const id = payload.readUInt32BE(0) & 0x7fff_ffff;
        this.#streams.get(id)?.onReset();
        this.#streams.delete(id);
        return;
      }
      case FrameType.Ping:
        return this.#send(controlFrame(FrameType.Ping, 0, payload));
      default:
        // SETTINGS and WINDOW_UPDATE ask for nothing; after GOAWAY the streams that are open go on.
        return;
    }
  }

  #open(id: number, headers: Headers, ended: boolean): void {
    if (id % 2 === 0 || id <= this.#lastStreamId) throw new SpdyError(`stream ${id} is out of turn`);
    this.#lastStreamId = id;
    const forget = (): void => void this.#streams.delete(id);
    const stream = new SpdyStream(id, headers, (frame) => this.#send(frame), forget);
    if (this.#streams.size >= MAX_STREAMS) return stream.reset(RstStatus.RefusedStream);
    this.#streams.set(id, stream);
    this.#send(controlFrame(FrameType.SynReply, 0, Buffer.concat([uint32s(id), this.#headerWriter.write({})])));
    this.listener.onStream(stream);
    if (ended) stream.ended();
  }

  #send(frame: Buffer): void {
    if (this.transport.destroyed || this.transport.writableEnded) return;
    this.transport.write(frame);
    if (this.transport.writableLength > MAX_UNSENT_BYTES) this.transport.destroy();
  }
}
