import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiParam } from '@nestjs/swagger';
import { CURRENT } from '../auth/sandbox.guard.js';

/** Documents a route under one sandbox: its id and its token. */
export const ForSandbox = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiBearerAuth(),
    ApiParam({ name: 'id', description: `A sandbox's id, or \`${CURRENT}\` for the one whose token is sent.`, example: CURRENT }),
  );

/** Documents a write. */
export const Writes = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A retry with the same key and the same request is not done twice, but answered as the first time.',
    }),
  );
