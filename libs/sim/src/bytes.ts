/**
 * Text stands for bytes: UTF-8, and each byte that is none is U+DC00 plus its value, as Python's `surrogateescape` (PEP 383) has
 * it. So JSON and the log carry any bytes, and give them back as they were.
 */
const ESCAPED = /([\udc80-\udcff])/u;

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether `text` stands for bytes that are no text. */
export const holdsBytes = (text: string): boolean => ESCAPED.test(text);

/** The bytes that `text` stands for. */
export function bytesOf(text: string): Uint8Array {
  return holdsBytes(text) ? unescaped(text) : encoder.encode(text);
}

function unescaped(text: string): Uint8Array {
  const bytes = new Uint8Array(3 * text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes[length++] = unit;
    else if (unit < 0x800) {
      bytes[length++] = 0xc0 | (unit >> 6);
      bytes[length++] = 0x80 | (unit & 0x3f);
    } else if (unit >= 0xdc80 && unit <= 0xdcff) bytes[length++] = unit - 0xdc00;
    else {
      const { written } = encoder.encodeInto(String.fromCodePoint(text.codePointAt(at)!), bytes.subarray(length));
      if (written === 4) at++;
      length += written;
    }
  }
  return bytes.subarray(0, length);
}

/** The text that stands for `bytes`. */
export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return escaped(bytes);
  }
}

/** Units that are made text at a time: a call takes no more arguments than the stack holds. */
const UNITS = 8192;

function escaped(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    const byte = bytes[at]!;
    if (length <= 1) units[count++] = length === 1 ? byte : 0xdc00 + byte;
    else for (const unit of unitsOf(strict.decode(bytes.subarray(at, at + length)))) units[count++] = unit;
    at += Math.max(1, length);
  }
  let text = '';
  for (let at = 0; at < count; at += UNITS) text += String.fromCharCode(...units.subarray(at, Math.min(count, at + UNITS)));
  return text;
}

const unitsOf = (text: string): readonly number[] => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));

/** Bytes of the character at `at`; 0 where none is (Unicode, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const [least, most] =
    lead === 0xe0
      ? [0xa0, 0xbf]
      : lead === 0xed
        ? [0x80, 0x9f]
        : lead === 0xf0
          ? [0x90, 0xbf]
          : lead === 0xf4
            ? [0x80, 0x8f]
            : [0x80, 0xbf];
  if (second < least || second > most) return 0;
  for (let next = at + 2; next < at + length; next++) if ((bytes[next]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** Makes text of bytes that come in pieces: a character that is cut in two waits for its end. */
export class ByteReader {
  #rest: Uint8Array = new Uint8Array(0);

  read(piece: Uint8Array): string {
    const bytes = this.#rest.length === 0 ? piece : joined(this.#rest, piece);
    const end = bytes.length - unfinished(bytes);
    this.#rest = bytes.slice(end);
    return textOf(bytes.subarray(0, end));
  }

  /** What is left, when nothing more will come. */
  end(): string {
    const text = textOf(this.#rest);
    this.#rest = new Uint8Array(0);
    return text;
  }
}

/** How many bytes at the end begin a character that goes on. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return length > back && byte < 0xf5 ? back : 0;
  }
  return 0;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
