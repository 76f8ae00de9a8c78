import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ClusterSummary } from '@svclab/sandbox';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { ForSandbox } from '../openapi/decorators.js';
import type { SandboxRow } from '../persistence/log-types.js';
import { Kubeconfigs } from './kubeconfig.js';

@ApiTags('5 cluster')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/kubeconfig')
export class KubeconfigController {
  constructor(
    private readonly host: SandboxHost,
    private readonly kubeconfigs: Kubeconfigs,
  ) {}

  @Get()
  @ApiProduces('application/yaml')
  @ApiOperation({
    summary: 'A kubeconfig for the cluster',
    description: 'Save it, and an unmodified kubectl works: `kubectl --kubeconfig FILE get nodes`. It holds the key of the cluster.',
  })
  async kubeconfig(@CurrentSandbox() sandbox: SandboxRow, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { name } = (await this.host.read(sandbox.id, { kind: 'kubernetes.cluster' })) as ClusterSummary;
    await this.kubeconfigs.send(request, reply, name, sandbox);
  }
}
