import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiParam, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { CURRENT } from '../auth/sandbox.guard.js';

/** Documents a path parameter with a value that works as it stands. */
export const PathParameter = (name: string, example: string, description?: string): MethodDecorator & ClassDecorator =>
  ApiParam({ name, schema: { type: 'string', example }, ...(description === undefined ? {} : { description }) });

/** Documents a route under one sandbox: its id and its token. */
export const ForSandbox = (): MethodDecorator & ClassDecorator =>
  applyDecorators(ApiBearerAuth(), PathParameter('id', CURRENT, `A sandbox's id, or \`${CURRENT}\` for the one whose token is sent.`));

/** Documents a write. */
export const Writes = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A retry with the same key and the same request is not done twice, but answered as the first time.',
    }),
  );

/** Documents what a route answers when all is well. */
export const Answers = (status: number, description: string, schema?: z.ZodType): MethodDecorator =>
  ApiResponse({ status, description, ...(schema ? { standardSchema: schema } : {}) } as Parameters<typeof ApiResponse>[0]);
