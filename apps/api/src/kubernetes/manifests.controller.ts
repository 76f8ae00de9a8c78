import { Controller, HttpCode, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Idempotency } from '../auth/idempotency.js';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, Writes } from '../openapi/decorators.js';
import type { RequestIdentity, SandboxRow } from '../persistence/log-types.js';
import { invalidField } from '../problems/problem.js';
import { defined } from '../sandboxes/defined.js';
import { writtenBody } from '../sandboxes/presentation.js';
import { MANIFEST_EXAMPLE } from '../sandboxes/sandboxes.schemas.js';
import { manifestsAnswer } from './kubernetes.schemas.js';

const manifestsQuery = z.strictObject({
  namespace: z.string().min(1).optional().describe('For documents that name none; default `default`.'),
});

@ApiTags('5 cluster')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/manifests')
export class ManifestsController {
  constructor(private readonly host: SandboxHost) {}

  @Post()
  @HttpCode(200)
  @Writes()
  @ApiConsumes('application/yaml', 'application/json')
  @ApiBody({
    schema: { type: 'string', example: MANIFEST_EXAMPLE },
    description: 'YAML of one or many documents, or JSON.',
    required: true,
  })
  @Answers(200, 'What became of each object, and of the rules.', manifestsAnswer)
  @ApiOperation({
    summary: 'Apply manifests',
    description:
      'As `kubectl apply`: tells for each object whether it was created, configured or unchanged, and which rules came and went on each node.',
  })
  async apply(
    @CurrentSandbox() sandbox: SandboxRow,
    @Req() http: FastifyRequest,
    @Query({ schema: manifestsQuery }) query: z.output<typeof manifestsQuery>,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object> {
    const { body } = http;
    const text = typeof body === 'string' ? body : body === undefined || body === null ? '' : JSON.stringify(body);
    if (text.trim() === '') throw invalidField(400, 'Malformed manifest', '', 'the body is empty: send YAML or JSON');
    const written = await this.host.write(sandbox.id, { kind: 'manifests', text, ...defined(query) }, { request });
    return { ...writtenBody(written), rulesDiff: written.rulesDiff };
  }
}
