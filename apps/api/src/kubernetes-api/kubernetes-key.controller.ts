import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { Tokens } from '../auth/tokens.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox } from '../openapi/decorators.js';
import type { SandboxRow } from '../persistence/log-types.js';

const rotatedKey = z.object({ kubernetesUrl: z.string().describe('Path of its Kubernetes API from now on.') });

@ApiTags('5 cluster')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/kubernetes-key')
export class KubernetesKeyController {
  constructor(
    private readonly host: SandboxHost,
    private readonly tokens: Tokens,
  ) {}

  @Post('rotate')
  @HttpCode(200)
  @Answers(200, 'The new address.', rotatedKey)
  @ApiOperation({
    summary: 'Take back the key of the Kubernetes API',
    description:
      'The address changes, and kubeconfigs handed out before open nothing any more. Streams that are open stay open until they end.',
  })
  async rotate(@CurrentSandbox() sandbox: SandboxRow): Promise<z.output<typeof rotatedKey>> {
    const rotated = await this.host.rotateKubernetesKey(sandbox.id);
    return { kubernetesUrl: this.tokens.kubernetesPath(rotated ?? sandbox) };
  }
}
