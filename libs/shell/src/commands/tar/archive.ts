import { bytesOf, textOf } from '@svclab/sim';

/** One member of an archive. A directory has no content. */
export interface Member {
  /** As it is stored, directories without their last slash. */
  readonly name: string;
  /** Bytes as text; `undefined` for a directory. */
  readonly content: string | undefined;
}

const BLOCK = 512;

/** Not a tar archive. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** Writes an archive in POSIX ustar format (pax(1), "ustar Interchange Format"); longer names get a pax record. */
export function writeArchive(members: readonly Member[], mtimeSeconds: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { name, content } of members) {
    const stored = content === undefined ? `${name}/` : name;
    const bytes = bytesOf(content ?? '');
    const nameBytes = bytesOf(stored);
    if (nameBytes.length > 100) {
      const record = bytesOf(paxRecord('path', stored));
      blocks.push(header('PaxHeaders/path', 'x', record.length, mtimeSeconds), padded(record));
    }
    blocks.push(header(textOf(nameBytes.subarray(0, 100)), content === undefined ? '5' : '0', bytes.length, mtimeSeconds), padded(bytes));
  }
  return joined([...blocks, new Uint8Array(2 * BLOCK)]);
}

/** The members of an archive in ustar, pax or GNU format; kinds other than files and directories are left out. */
export function readArchive(bytes: Uint8Array): readonly Member[] {
  const members: Member[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) return members;
    if (octal(block, 148, 8) !== checksum(block)) throw new ArchiveError('This does not look like a tar archive');
    const size = octal(block, 124, 12);
    const body = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (body.length < size) throw new ArchiveError('Unexpected EOF in archive');
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const kind = String.fromCharCode(block[156]!);
    if (kind === 'x' || kind === 'L') {
      longName = kind === 'L' ? field(body, 0, body.length) : (paxPath(body) ?? longName);
      continue;
    }
    const prefix = field(block, 257, 5) === 'ustar' && block[262] === 0 ? field(block, 345, 155) : '';
    const name = (longName ?? (prefix ? `${prefix}/` : '') + field(block, 0, 100)).replace(/(?<=.)\/+$/, '');
    longName = undefined;
    if (kind === '5') members.push({ name, content: undefined });
    else if (kind === '0' || kind === '\0' || kind === '7') members.push({ name, content: textOf(body) });
  }
  if (bytes.length > 0 && members.length === 0) throw new ArchiveError('This does not look like a tar archive');
  return members;
}

function header(name: string, kind: string, size: number, mtimeSeconds: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number): void => block.set(bytesOf(text), at);
  const number = (value: number, at: number, length: number): void => put(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  put(name, 0);
  number(kind === '5' ? 0o755 : 0o644, 100, 8);
  number(0, 108, 8);
  number(0, 116, 8);
  number(size, 124, 12);
  number(mtimeSeconds, 136, 12);
  put('        ', 148);
  put(kind, 156);
  put('ustar\u000000', 257);
  put('root', 265);
  put('root', 297);
  put(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** The sum of a header's bytes, its own field taken for blanks. */
const checksum = (block: Uint8Array): number => block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);

const field = (block: Uint8Array, at: number, length: number): string => {
  const end = block.indexOf(0, at);
  return textOf(block.subarray(at, end < 0 || end > at + length ? at + length : end));
};

const octal = (block: Uint8Array, at: number, length: number): number => Number.parseInt(field(block, at, length).trim() || '0', 8);

/** `<length> path=<name>\n`, the length counting itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const size = bytesOf(rest).length;
  let length = size;
  while (String(length).length + size !== length) length = String(length).length + size;
  return `${length}${rest}`;
}

const paxPath = (body: Uint8Array): string | undefined => /^\d+ path=(.*)$/m.exec(textOf(body))?.[1];

function padded(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK);
  block.set(bytes);
  return block;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
