/** SPDY/3.1 frames (draft-mbelshe-httpbis-spdy-00, section 2.2; version 3), as far as Kubernetes' streams use them. */
export const FrameType = { SynStream: 1, SynReply: 2, RstStream: 3, Settings: 4, Ping: 6, GoAway: 7, Headers: 8, WindowUpdate: 9 } as const;

export const FLAG_FIN = 1;

export const RstStatus = { ProtocolError: 1, RefusedStream: 3, StreamAlreadyClosed: 9 } as const;

export type Frame =
  | { readonly kind: 'data'; readonly streamId: number; readonly fin: boolean; readonly payload: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly flags: number; readonly payload: Buffer };

const VERSION = 3;
const HEAD_BYTES = 8;

/** Largest frame taken: kubectl sends 32 KiB at most. */
const MAX_FRAME_BYTES = 2 ** 20;

/** What came is no SPDY/3.1. */
export class SpdyError extends Error {
  override readonly name = 'SpdyError';
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** The frames that are complete now. Throws {@link SpdyError}. */
  read(piece: Buffer): Frame[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    const frames: Frame[] = [];
    for (;;) {
      const length = this.#frameLength();
      if (length === undefined || this.#bytes < length) return frames;
      frames.push(parseFrame(this.#take(length)));
    }
  }

  #frameLength(): number | undefined {
    if (this.#bytes < HEAD_BYTES) return undefined;
    if (this.#pieces[0]!.length < HEAD_BYTES) this.#pieces = [Buffer.concat(this.#pieces)];
    const length = this.#pieces[0]!.readUIntBE(5, 3);
    if (length > MAX_FRAME_BYTES) throw new SpdyError(`a frame of ${length} bytes is too large`);
    return HEAD_BYTES + length;
  }

  #take(length: number): Buffer {
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces = all.length > length ? [all.subarray(length)] : [];
    this.#bytes -= length;
    return all.subarray(0, length);
  }
}

function parseFrame(bytes: Buffer): Frame {
  const flags = bytes[4]!;
  const payload = bytes.subarray(HEAD_BYTES);
  const first = bytes.readUInt32BE(0);
  if (first < 0x8000_0000) return { kind: 'data', streamId: first, fin: (flags & FLAG_FIN) !== 0, payload };
  const version = (first >>> 16) & 0x7fff;
  if (version !== VERSION) throw new SpdyError(`SPDY version ${version} is not spoken here`);
  return { kind: 'control', type: first & 0xffff, flags, payload };
}

export function controlFrame(type: number, flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE((0x8000_0000 | (VERSION << 16) | type) >>> 0, 0);
  return withLength(head, flags, payload);
}

export function dataFrame(streamId: number, fin: boolean, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(streamId, 0);
  return withLength(head, fin ? FLAG_FIN : 0, payload);
}

function withLength(head: Buffer, flags: number, payload: Uint8Array): Buffer {
  head[4] = flags;
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

/** Numbers of 32 bits one after the other. */
export function uint32s(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number >>> 0, 4 * index);
  return bytes;
}
