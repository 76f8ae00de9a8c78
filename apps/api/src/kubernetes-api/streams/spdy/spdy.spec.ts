import { Duplex } from 'node:stream';
import { constants, createDeflate, createInflate, type Deflate } from 'node:zlib';
import fc from 'fast-check';
import { SpdyConnection, type SpdyStream } from './connection.js';
import { DICTIONARY } from './dictionary.js';
import { controlFrame, dataFrame, type Frame, FrameReader, FrameType, uint32s } from './frames.js';
import { HeaderReader, HeaderWriter } from './header-block.js';

/** Checksum that zlib streams with this dictionary name it by (RFC 1950). */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}

const block = (headers: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat([
    uint32s(Object.keys(headers).length),
    ...Object.entries(headers).flatMap(([name, value]) => [
      uint32s(name.length),
      Buffer.from(name),
      uint32s(value.length),
      Buffer.from(value),
    ]),
  ]);

/** A client: deflates with the dictionary, as kubectl does. */
class Client {
  readonly received: Frame[] = [];
  readonly opened: SpdyStream[] = [];
  closed = 0;
  readonly #deflate: Deflate = createDeflate({ dictionary: DICTIONARY });
  readonly #frames = new FrameReader();
  readonly transport: Duplex;
  readonly done: Promise<void>;
  #wake: () => void = () => undefined;

  constructor(onStream: (stream: SpdyStream) => void = () => undefined) {
    const take = (bytes: Buffer): void => {
      this.received.push(...this.#frames.read(bytes));
      this.#wake();
    };
    this.transport = new Duplex({
      read() {},
      write(bytes: Buffer, _encoding, done) {
        take(bytes);
        done();
      },
    });
    const connection = new SpdyConnection(this.transport, {
      onStream: (stream) => {
        this.opened.push(stream);
        onStream(stream);
      },
      onClose: () => this.closed++,
    });
    this.connection = connection;
    this.done = connection.run();
  }
  readonly connection: SpdyConnection;

  send(bytes: Uint8Array): void {
    this.transport.push(bytes);
  }

  async open(id: number, headers: Readonly<Record<string, string>>): Promise<void> {
    const packed: Buffer[] = [];
    this.#deflate.on('data', (piece: Buffer) => packed.push(piece));
    this.#deflate.write(block(headers));
    await new Promise<void>((resolve) => this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    this.#deflate.removeAllListeners('data');
    this.send(controlFrame(FrameType.SynStream, 0, Buffer.concat([uint32s(id, 0), Buffer.of(0, 0), ...packed])));
  }

  /** Waits for what has come to satisfy `test`. */
  async until(test: (frames: readonly Frame[]) => boolean): Promise<void> {
    while (!test(this.received)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

describe('SPDY/3.1', () => {
  it('has the dictionary of the draft', () => {
    expect([DICTIONARY.length, adler32(DICTIONARY).toString(16)]).toEqual([1423, 'e3c6a7c2']);
  });

  it('reads frames however their bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ streamId: fc.integer({ min: 1, max: 0x7fff_ffff }), fin: fc.boolean(), payload: fc.uint8Array({ maxLength: 50 }) }),
        ),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map(({ streamId, fin, payload }) => dataFrame(streamId, fin, payload)));
          const reader = new FrameReader();
          const read: Frame[] = [];
          for (let at = 0, cut = 0; at < bytes.length; at += cuts[cut++ % cuts.length]!)
            read.push(...reader.read(bytes.subarray(at, at + cuts[cut % cuts.length]!)));
          expect(read).toEqual(frames.map((frame) => ({ kind: 'data', ...frame, payload: Buffer.from(frame.payload) })));
        },
      ),
    );
  });

  it('packs header blocks that zlib unpacks, several in one stream', async () => {
    const writer = new HeaderWriter();
    const inflate = createInflate({ dictionary: DICTIONARY, finishFlush: constants.Z_SYNC_FLUSH });
    const pieces: Buffer[] = [];
    inflate.on('data', (piece: Buffer) => pieces.push(piece));
    for (const headers of [{ a: 'b' }, {}, { streamtype: 'data', port: '80' }] as Record<string, string>[]) {
      await new Promise<void>((resolve) => inflate.write(writer.write(headers), () => resolve()));
      expect(Buffer.concat(pieces.splice(0))).toEqual(block(headers));
    }
  });

  it('replies to streams, passes data on and echoes pings', async () => {
    const client = new Client((stream) => {
      stream.onData = (bytes) => stream.write(Buffer.from(bytes.toString().toUpperCase()));
      stream.onEnd = () => stream.end();
    });
    await client.open(1, { streamtype: 'data', port: '80' });
    await client.open(3, { streamtype: 'error' });
    client.send(controlFrame(FrameType.Settings, 0, uint32s(0)));
    client.send(controlFrame(FrameType.WindowUpdate, 0, uint32s(1, 65_536)));
    client.send(
      Buffer.concat([
        dataFrame(1, false, Buffer.from('hello')),
        controlFrame(FrameType.Ping, 0, uint32s(7)),
        dataFrame(1, true, Buffer.alloc(0)),
      ]),
    );
    await client.until((frames) => frames.some((frame) => frame.kind === 'data' && frame.fin));
    expect(client.opened.map(({ id, headers }) => [id, { ...headers }])).toEqual([
      [1, { streamtype: ['data'], port: ['80'] }],
      [3, { streamtype: ['error'] }],
    ]);
    const [first, second, data, ping, end] = client.received;
    expect([first, second].map((frame) => frame?.kind === 'control' && [frame.type, frame.payload.readUInt32BE(0)])).toEqual([
      [FrameType.SynReply, 1],
      [FrameType.SynReply, 3],
    ]);
    expect(data).toEqual({ kind: 'data', streamId: 1, fin: false, payload: Buffer.from('HELLO') });
    expect(ping).toEqual({ kind: 'control', type: FrameType.Ping, flags: 0, payload: uint32s(7) });
    expect(end).toMatchObject({ streamId: 1, fin: true });
    // The stream is gone.
    client.send(dataFrame(1, false, Buffer.from('more')));
    await client.until((frames) => frames.length > 5);
    expect(client.received[5]).toMatchObject({ kind: 'control', type: FrameType.RstStream });
    client.connection.close();
    client.transport.push(null);
    await client.done;
    expect(client.closed).toBe(1);
  });

  it('reads nothing more while somebody still works on what came', async () => {
    let release: () => void = () => undefined;
    const seen: string[] = [];
    const client = new Client((stream) => {
      stream.onData = (bytes) => {
        seen.push(bytes.toString());
        return new Promise((resolve) => (release = resolve));
      };
    });
    await client.open(1, {});
    client.send(dataFrame(1, false, Buffer.from('a')));
    client.send(dataFrame(1, false, Buffer.from('b')));
    client.send(controlFrame(FrameType.Ping, 0, uint32s(1)));
    await client.until((frames) => frames.length === 1);
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['a']);
    release();
    while (seen.length === 1) await new Promise((resolve) => setImmediate(resolve));
    release();
    await client.until((frames) => frames.length === 2);
    expect(seen).toEqual(['a', 'b']);
    client.transport.destroy();
    await client.done;
  });

  it.each([
    ['another version', Buffer.from('8002000600000004', 'hex')],
    ['a frame too large', Buffer.from('00000001ffffffff00', 'hex')],
    ['a stream of the server’s', controlFrame(FrameType.SynStream, 0, Buffer.concat([uint32s(2, 0), Buffer.of(0, 0)]))],
    ['headers that are no zlib', controlFrame(FrameType.SynStream, 0, Buffer.concat([uint32s(1, 0), Buffer.of(0, 0, 1, 2, 3)]))],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('ends a connection that sends %s', async (_what, bytes) => {
    const client = new Client();
    client.send(bytes);
    client.transport.push(null);
    await client.done;
    expect(client.closed).toBe(1);
    expect(client.opened).toEqual([]);
  });

  it('ends a connection whose headers unpack to too much', async () => {
    const client = new Client();
    await client.open(1, { name: 'x'.repeat(200_000) });
    await client.done;
    expect(client.opened).toEqual([]);
  });

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const client = new Client();
        client.send(bytes);
        client.transport.push(null);
        await client.done;
        expect(client.closed).toBe(1);
      }),
    );
  });

  it('unpacks what a client with a dictionary packs', async () => {
    const reader = new HeaderReader();
    const deflate = createDeflate({ dictionary: DICTIONARY });
    const packed: Buffer[] = [];
    deflate.on('data', (piece: Buffer) => packed.push(piece));
    for (const headers of [{ streamtype: 'stdin' }, { StreamType: 'stdout', requestid: '1' }] as Record<string, string>[]) {
      deflate.write(block(headers));
      await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
      const expected = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));
      expect({ ...(await reader.read(Buffer.concat(packed.splice(0)))) }).toEqual(expected);
    }
  });
});
