import { constants, createInflate, type Inflate } from 'node:zlib';
import { DICTIONARY } from './dictionary.js';
import { SpdyError } from './frames.js';

/** Names in lower case. Of a name that comes several times the values stand in their order. */
export type Headers = Readonly<Record<string, readonly string[]>>;

/** An empty block that is stored: Go's inflate gives nothing out before it. */
const SYNC_FLUSH = Buffer.of(0, 0, 0, 0xff, 0xff);

/** All headers of one frame, unpacked. */
const MAX_BLOCK_BYTES = 64 * 1024;
/** A deflate block that is stored has a length of 16 bits. */
const MAX_STORED_BYTES = 0xffff;

/** Unpacks the header blocks that one side of a connection sends: one zlib stream for all of them. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({
    dictionary: DICTIONARY,
    flush: constants.Z_SYNC_FLUSH,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  #unpacked: Buffer[] = [];
  #bytes = 0;
  #fail: ((error: Error) => void) | undefined;

  constructor() {
    this.#inflate.on('data', (piece: Buffer) => {
      this.#bytes += piece.length;
      if (this.#bytes > MAX_BLOCK_BYTES) this.#inflate.destroy(new SpdyError('a header block is too large'));
      else this.#unpacked.push(piece);
    });
    this.#inflate.on('error', (error) => this.#fail?.(error instanceof SpdyError ? error : new SpdyError(error.message)));
  }

  /** One block after the other. Rejects with {@link SpdyError}. */
  async read(block: Buffer): Promise<Headers> {
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      this.#inflate.write(block, () => resolve());
    });
    const plain = Buffer.concat(this.#unpacked);
    this.#unpacked = [];
    this.#bytes = 0;
    return parseBlock(plain);
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function parseBlock(block: Buffer): Headers {
  let at = 0;
  const number = (): number => {
    if (at + 4 > block.length) throw new SpdyError('a header block ends too early');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > block.length) throw new SpdyError('a header block ends too early');
    at += length;
    return block.toString('utf8', at - length, at);
  };
  const headers: Record<string, readonly string[]> = Object.create(null) as Record<string, readonly string[]>;
  for (let left = number(); left > 0; left--) headers[text().toLowerCase()] = text().split('\0');
  return headers;
}

/**
 * Packs the header blocks that this side sends. They are stored, not deflated: zlib's format allows it, no dictionary is needed
 * to read them, and what is sent is short (RFC 1951, section 3.2.4).
 */
export class HeaderWriter {
  #begun = false;

  write(headers: Readonly<Record<string, string>>): Buffer {
    const entries = Object.entries(headers);
    const plain = Buffer.concat([
      uint32(entries.length),
      ...entries.flatMap(([name, value]) => [lengthAndText(name), lengthAndText(value)]),
    ]);
    if (plain.length > MAX_STORED_BYTES) throw new RangeError('a header block is too large');
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(plain.length, 1);
    stored.writeUInt16LE(~plain.length & 0xffff, 3);
    const parts = [stored, plain, SYNC_FLUSH];
    // The head of a zlib stream: deflate with a window of 32 KiB, no dictionary.
    if (!this.#begun) parts.unshift(Buffer.of(0x78, 0x01));
    this.#begun = true;
    return Buffer.concat(parts);
  }
}

function uint32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

function lengthAndText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint32(bytes.length), bytes]);
}
