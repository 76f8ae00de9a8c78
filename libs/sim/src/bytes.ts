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
  if (!holdsBytes(text)) return encoder.encode(text);
  const parts = text
    .split(ESCAPED)
    .map((part) => (part.length === 1 && holdsBytes(part) ? Uint8Array.of(part.charCodeAt(0) - 0xdc00) : encoder.encode(part)));
  return joined(...parts);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The text that stands for `bytes`. */
export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return escaped(bytes);
  }
}

function escaped(bytes: Uint8Array): string {
  let text = '';
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += strict.decode(bytes.subarray(from, at)) + String.fromCharCode(0xdc00 + bytes[at]!);
    from = ++at;
  }
  return text + strict.decode(bytes.subarray(from));
}

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
