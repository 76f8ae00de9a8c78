import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, PathParameter } from '../openapi/decorators.js';
import type { SandboxRow } from '../persistence/log-types.js';
import { checksAnswer, checksQuery, type ChecksParameters } from './checks.schemas.js';

/** What a chapter of the guide makes of a sandbox. */
@ApiTags('8 guide')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/checks')
export class ChecksController {
  constructor(private readonly host: SandboxHost) {}

  @Get(':chapter')
  @PathParameter('chapter', 'clusterip')
  @Answers(200, 'Each check of the chapter with its conditions.', checksAnswer)
  @ApiOperation({
    summary: 'Which tasks of a chapter are done',
    description:
      "Looks at the sandbox's state alone, never at what was typed, and changes nothing. What does not hold yet comes with its cause.",
  })
  check(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('chapter') chapter: string,
    @Query({ schema: checksQuery }) { lang }: ChecksParameters,
  ): Promise<object> {
    return this.host.read(sandbox.id, { kind: 'checks', chapter, language: lang });
  }
}
