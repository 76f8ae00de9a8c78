import { Body, Controller, Delete, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Idempotency } from '../auth/idempotency.js';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { Tokens } from '../auth/tokens.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, Writes } from '../openapi/decorators.js';
import type { RequestIdentity, SandboxRow } from '../persistence/log-types.js';
import { defined } from './defined.js';
import { IfMatch } from './if-match.js';
import { links, writtenBody } from './presentation.js';
import { SandboxCreator } from './sandbox-creator.js';
import {
  clock,
  type Clock,
  clockAnswer,
  createSandbox,
  type CreateSandbox,
  fork,
  type Fork,
  noFields,
  revert,
  type Revert,
  revertAnswer,
  sandboxCreated,
  sandboxSummary,
  written,
} from './sandboxes.schemas.js';

@ApiTags('1 sandboxes')
@Controller('sandboxes')
export class SandboxesController {
  constructor(
    private readonly host: SandboxHost,
    private readonly creator: SandboxCreator,
    private readonly tokens: Tokens,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Create a sandbox',
    description: 'Returns its bearer token, once: press Authorize and paste it. Afterwards the id `current` means this sandbox.',
  })
  @Writes()
  @Answers(201, 'The sandbox and its token.', sandboxCreated)
  create(@Body({ schema: createSandbox }) body: CreateSandbox, @Idempotency('create') request?: RequestIdentity): Promise<object> {
    return this.creator.create(body, request);
  }

  @Get(':id')
  @ForSandbox()
  @UseGuards(SandboxGuard)
  @Answers(200, 'What it is, and what it holds.', sandboxSummary)
  @ApiOperation({ summary: 'How a sandbox stands' })
  async get(@CurrentSandbox() sandbox: SandboxRow): Promise<object> {
    const { id, name, profile, proxyMode, seed, createdAt, parentId, parentSeq } = sandbox;
    const summary = (await this.host.read(id, { kind: 'summary' })) as object;
    return {
      id,
      ...(name === null ? {} : { name }),
      profile,
      proxyMode,
      seed,
      createdAt,
      ...(parentId === null ? {} : { parent: { id: parentId, seq: parentSeq } }),
      ...summary,
      maxEntries: this.host.maxEntries,
      kubernetesUrl: this.tokens.kubernetesPath(sandbox),
      links: links(id),
    };
  }

  @Delete(':id')
  @HttpCode(204)
  @ForSandbox()
  @UseGuards(SandboxGuard)
  @ApiOperation({ summary: 'Delete a sandbox with its whole log' })
  async remove(@CurrentSandbox() sandbox: SandboxRow): Promise<void> {
    await this.host.remove(sandbox.id);
  }

  @Post(':id/revert')
  @HttpCode(200)
  @ForSandbox()
  @Writes()
  @UseGuards(SandboxGuard)
  @Answers(200, 'The entry that undoes.', revertAnswer)
  @ApiOperation({
    summary: 'Undo: become as after an earlier entry',
    description: 'Nothing is cut off the log: the undo is an entry itself and can be undone. Chance draws anew afterwards.',
  })
  async revert(
    @CurrentSandbox() sandbox: SandboxRow,
    @Body({ schema: revert }) { toSeq }: Revert,
    @IfMatch() ifSeq?: number,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object> {
    return writtenBody(await this.host.write(sandbox.id, { kind: 'revert', toSeq }, { ifSeq, request }));
  }

  @Post(':id/fork')
  @ForSandbox()
  @Writes()
  @UseGuards(SandboxGuard)
  @Answers(201, 'The fork and its token.', sandboxCreated)
  @ApiOperation({ summary: 'A new sandbox that begins as this one was', description: 'The fork has an id and a token of its own.' })
  fork(
    @CurrentSandbox() sandbox: SandboxRow,
    @Body({ schema: fork }) body: Fork,
    @Idempotency('create') request?: RequestIdentity,
  ): Promise<object> {
    return this.creator.fork(sandbox, body, request);
  }

  @Post(':id/reset')
  @HttpCode(200)
  @ForSandbox()
  @Writes()
  @UseGuards(SandboxGuard)
  @Answers(200, 'The first entry of the new log.', written)
  @ApiOperation({ summary: 'Start over, in a new log', description: 'Same id, token, seed and configuration; seq counts from 1 again.' })
  async reset(
    @CurrentSandbox() sandbox: SandboxRow,
    @Body({ schema: noFields.optional() }) _body: object | undefined,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object> {
    return writtenBody(await this.creator.reset(sandbox, request));
  }

  @Post(':id/clock')
  @HttpCode(200)
  @ForSandbox()
  @Writes()
  @UseGuards(SandboxGuard)
  @Answers(200, 'The time it is then.', clockAnswer)
  @ApiOperation({
    summary: 'Let virtual time pass, or change how it moves',
    description: 'Tells the new virtual time and what expired on the way.',
  })
  async clock(
    @CurrentSandbox() sandbox: SandboxRow,
    @Body({ schema: clock }) body: Clock,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object> {
    return writtenBody(await this.host.write(sandbox.id, { kind: 'clock', ...defined(body) }, { request }));
  }
}
