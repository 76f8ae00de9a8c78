import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { RequestIdentity } from '../persistence/log-types.js';
import { invalidField } from '../problems/problem.js';

const MAX_LENGTH = 255;
/** Whoever sends the same key for a creation is told the same token: it must be as hard to guess as one. */
const MIN_LENGTH_TO_CREATE = 16;

/** The request's Idempotency-Key with a digest of the request; undefined without the header. */
export const Idempotency = createParamDecorator((use: 'create' | undefined, context: ExecutionContext): RequestIdentity | undefined => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  const detail = faultOf(String(key), use);
  if (detail) throw invalidField(400, 'Invalid Idempotency-Key', 'Idempotency-Key', detail);
  const { method, url, headers, body } = request;
  // A stream and a plain answer are made of different entries: neither can stand in for the other.
  const streamed = headers.accept?.includes('text/event-stream') ? ['text/event-stream'] : [];
  const hash = createHash('sha256')
    .update(JSON.stringify([method, url, headers['if-match'] ?? null, body ?? null, ...streamed]))
    .digest('hex');
  return { key: String(key), hash };
});

function faultOf(key: string, use: 'create' | undefined): string | undefined {
  if (key.length < 1 || key.length > MAX_LENGTH) return `must have 1 to ${MAX_LENGTH} characters`;
  if (!/^[\x21-\x7e]+$/.test(key)) return 'must be printable ASCII without spaces';
  if (use === 'create' && key.length < MIN_LENGTH_TO_CREATE) {
    return `must have at least ${MIN_LENGTH_TO_CREATE} characters where a sandbox is made: it stands in for the token, so take a random UUID`;
  }
  return undefined;
}
