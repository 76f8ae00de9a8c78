import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalidField } from '../problems/problem.js';

/** The seq named by If-Match, quoted as an entity tag or bare; undefined without the header or with `*`. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const seq = /^"?(\d{1,15})"?$/.exec(header)?.[1];
  if (seq === undefined)
    throw invalidField(400, 'Invalid If-Match', 'If-Match', 'must be the seq of the last entry you know: If-Match: 12');
  return Number(seq);
});
