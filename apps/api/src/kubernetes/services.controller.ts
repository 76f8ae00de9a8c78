import { Body, Controller, Post, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Idempotency } from '../auth/idempotency.js';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, Writes } from '../openapi/decorators.js';
import type { RequestIdentity, SandboxRow } from '../persistence/log-types.js';
import { defined } from '../sandboxes/defined.js';
import { createService, type CreateService, kubernetesObject } from './kubernetes.schemas.js';
import { ObjectRoutes, withSeq } from './object-routes.js';

@ApiTags('4 services')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/services')
export class ServicesController extends ObjectRoutes {
  protected readonly resource = 'services';

  // Nest reads what to inject from the class itself, not from the one it extends.
  // oxlint-disable-next-line no-useless-constructor
  constructor(host: SandboxHost) {
    super(host);
  }

  @Post()
  @Writes()
  @Answers(201, 'The object as it is then.', kubernetesObject)
  @ApiOperation({
    summary: 'Create a service',
    description: 'Answers when every kube-proxy has written its rules. The ETag is the seq of the entry.',
  })
  async create(
    @CurrentSandbox() sandbox: SandboxRow,
    @Body({ schema: createService }) body: CreateService,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object> {
    const { namespace = 'default', ...service } = body;
    const object = serviceObject(service);
    return withSeq(
      reply,
      await this.host.write(sandbox.id, { kind: 'object.create', resource: 'services', namespace, object }, { request }),
    );
  }
}

function serviceObject({ name, labels, ...spec }: Omit<CreateService, 'namespace'>): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, ...defined({ labels }) }, spec: defined(spec) };
}
