import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Level 1: on a delta's repetitive JSON the higher levels gain little and cost several times as long. */
const LEVEL = 1;

/** JSON text, deflated. */
export function pack(value: unknown): Uint8Array<ArrayBuffer> {
  const packed = deflateRawSync(JSON.stringify(value), { level: LEVEL });
  // A buffer of its own: zlib's may share one, and only a whole buffer can be handed to another thread.
  return new Uint8Array(packed);
}

export function unpack<T>(packed: Uint8Array): T {
  return JSON.parse(inflateRawSync(packed).toString('utf8')) as T;
}
