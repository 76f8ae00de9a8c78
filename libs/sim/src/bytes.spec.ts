import fc from 'fast-check';
import { ByteReader, bytesOf, holdsBytes, textOf } from './bytes.js';

const bytes = fc.uint8Array({ maxLength: 60 });

describe('text that stands for bytes', () => {
  it('is the text itself where there is one', () => {
    expect(textOf(Buffer.from('a한🙂\ufeff'))).toBe('a한🙂\ufeff');
    expect(textOf(Uint8Array.of(0x61, 0xff, 0xed, 0xa0, 0x80))).toBe('a\udcff\udced\udca0\udc80');
    expect([holdsBytes('한🙂'), holdsBytes('\udcff')]).toEqual([false, true]);
  });

  it('gives any bytes back, also through JSON', () => {
    fc.assert(
      fc.property(bytes, (given) => expect(Buffer.from(bytesOf(JSON.parse(JSON.stringify(textOf(given)))))).toEqual(Buffer.from(given))),
    );
  });

  it('gives them back where they come in pieces, and does not cut characters', () => {
    fc.assert(
      fc.property(fc.array(bytes), (pieces) => {
        const reader = new ByteReader();
        const texts = [...pieces.map((piece) => reader.read(piece)), reader.end()];
        expect(Buffer.concat(texts.map((text) => Buffer.from(bytesOf(text))))).toEqual(Buffer.concat(pieces));
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => !/\p{Cs}/u.test(text)),
        fc.integer({ min: 0, max: 20 }),
        (text, cut) => {
          const reader = new ByteReader();
          const all = Buffer.from(text);
          expect(reader.read(all.subarray(0, cut)) + reader.read(all.subarray(cut)) + reader.end()).toBe(text);
        },
      ),
    );
  });
});
