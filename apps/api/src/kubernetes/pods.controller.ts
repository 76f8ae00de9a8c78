import { Body, Controller, Post, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Idempotency } from '../auth/idempotency.js';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, Writes } from '../openapi/decorators.js';
import type { RequestIdentity, SandboxRow } from '../persistence/log-types.js';
import { defined } from '../sandboxes/defined.js';
import { createPod, type CreatePod, kubernetesObject } from './kubernetes.schemas.js';
import { ObjectRoutes, withSeq } from './object-routes.js';

@ApiTags('3 pods')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/pods')
export class PodsController extends ObjectRoutes {
  protected readonly resource = 'pods';

  // Nest reads what to inject from the class itself, not from the one it extends.
  // oxlint-disable-next-line no-useless-constructor
  constructor(host: SandboxHost) {
    super(host);
  }

  @Post()
  @Writes()
  @Answers(201, 'The object as it is then.', kubernetesObject)
  @ApiOperation({
    summary: 'Create a pod',
    description: 'Answers when it runs, or when nothing moves any more. The ETag is the seq of the entry.',
  })
  async create(
    @CurrentSandbox() sandbox: SandboxRow,
    @Body({ schema: createPod }) body: CreatePod,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object> {
    const { namespace = 'default', ...pod } = body;
    return withSeq(
      reply,
      await this.host.write(sandbox.id, { kind: 'object.create', resource: 'pods', namespace, object: podObject(pod) }, { request }),
    );
  }
}

function podObject({ name, labels, nodeName, image }: Omit<CreatePod, 'namespace'>): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...defined({ labels }) },
    spec: { ...defined({ nodeName }), containers: [{ name: 'container', image }], terminationGracePeriodSeconds: 0 },
  };
}
