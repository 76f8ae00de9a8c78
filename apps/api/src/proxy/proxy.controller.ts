import { Body, Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, PathParameter } from '../openapi/decorators.js';
import type { SandboxRow } from '../persistence/log-types.js';
import { defined } from '../sandboxes/defined.js';
import { compare, type Compare, compareAnswer, kubeProxyAnswer, serviceOnNodeAnswer } from './proxy.schemas.js';

/** What kube-proxy does on its nodes, and what it would do in another mode. */
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id')
export class ProxyController {
  constructor(private readonly host: SandboxHost) {}

  @Post('compare')
  @HttpCode(200)
  @ApiTags('6 requests and traces')
  @Answers(200, 'The flow in each mode, and in what they differ.', compareAnswer)
  @ApiOperation({
    summary: 'The same flow in every proxy mode',
    description: 'Each mode runs on a copy of the sandbox that is thrown away: nothing changes.',
  })
  compare(@CurrentSandbox() sandbox: SandboxRow, @Body({ schema: compare }) body: Compare): Promise<object> {
    return this.host.read(sandbox.id, { kind: 'compare', ...defined(body) });
  }

  @Get('nodes/:node/kube-proxy')
  @ApiTags('5 cluster')
  @PathParameter('node', 'myk8s-control-plane')
  @Answers(200, 'Mode, configuration, syncs and log.', kubeProxyAnswer)
  @ApiOperation({ summary: "How a node's kube-proxy stands" })
  kubeProxy(@CurrentSandbox() sandbox: SandboxRow, @Param('node') node: string): Promise<object> {
    return this.host.read(sandbox.id, { kind: 'kube-proxy', node });
  }

  @Get('nodes/:node/services/:namespace/:name')
  @ApiTags('5 cluster')
  @PathParameter('node', 'myk8s-control-plane')
  @PathParameter('namespace', 'default')
  @PathParameter('name', 'kubernetes')
  @Answers(200, 'Its endpoints with why they are used or not, and its rules.', serviceOnNodeAnswer)
  @ApiOperation({
    summary: 'Why a node has these rules for a service',
    description: 'Each endpoint that is left out of a list says why: not ready, terminating, not local, another zone.',
  })
  service(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('node') node: string,
    @Param('namespace') namespace: string,
    @Param('name') name: string,
  ): Promise<object> {
    return this.host.read(sandbox.id, { kind: 'service', node, namespace, name });
  }
}
