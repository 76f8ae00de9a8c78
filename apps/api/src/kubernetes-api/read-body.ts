import type { Readable } from 'node:stream';
import { StatusError, statusOf } from './status-error.js';

/** So many times the limit is still listened to; who sends more is cut off. */
const PATIENCE = 16;

/**
 * Reads a request's body. One that is too large is read to its end and thrown away, so that the client, which first sends and
 * then listens, hears the 413 (apiserver `limitedReadBody`).
 */
export async function readBody(payload: Readable, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (bytes > limitBytes * PATIENCE) break;
  }
  if (bytes > limitBytes) throw new StatusError(statusOf(413, `Request entity too large: limit is ${limitBytes}`));
  return Buffer.concat(chunks, bytes);
}
