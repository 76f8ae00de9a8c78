import { Body, Controller, HttpCode, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Idempotency } from '../auth/idempotency.js';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, Writes } from '../openapi/decorators.js';
import type { RequestIdentity, SandboxRow } from '../persistence/log-types.js';
import { invalidField, notFound } from '../problems/problem.js';
import { defined } from '../sandboxes/defined.js';
import { writtenBody } from '../sandboxes/presentation.js';
import { exec, execAnswer, type Exec, signal, signalAnswer, type Signal } from './exec.schemas.js';
import { LiveExecutions } from './live-executions.js';

@ApiTags('2 shell')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/exec')
export class ExecController {
  constructor(
    private readonly host: SandboxHost,
    private readonly live: LiveExecutions,
  ) {}

  @Post()
  @HttpCode(200)
  @Writes()
  @Answers(200, 'What the command wrote, and how it ended.', execAnswer)
  @ApiProduces('application/json', 'text/event-stream')
  @ApiOperation({
    summary: 'Run a command line',
    description:
      'With `Accept: text/event-stream` the command is paced by the real clock and its output comes as it is written: events `start`, `stdout`, ' +
      '`stderr`, `trace`, `tick`, `end`; a retry with the same Idempotency-Key is told all of it again. Otherwise virtual time jumps over every wait, and an endless command ends after 10 virtual seconds.',
  })
  async run(
    @CurrentSandbox() sandbox: SandboxRow,
    @Body({ schema: exec }) body: Exec,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object | undefined> {
    const { cluster, ...asked } = body;
    if (cluster !== undefined)
      throw invalidField(422, 'No such cluster', '/cluster', `"${cluster}" cannot be chosen: use kubectl --context in the command`);
    if (!http.headers.accept?.includes('text/event-stream')) {
      return writtenBody(await this.host.write(sandbox.id, { kind: 'exec', ...defined(asked) }, { request }));
    }
    await this.live.follow(sandbox.id, asked, reply, request);
    return undefined;
  }

  @Post(':execId/signal')
  @HttpCode(200)
  @Writes()
  @Answers(200, 'The entry that the signal made.', signalAnswer)
  @ApiOperation({
    summary: 'Send a signal to a command that is being streamed',
    description: 'SIGINT is Ctrl-C: the command ends with 130 and keeps what it has shown.',
  })
  async signal(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('execId') execId: string,
    @Body({ schema: signal }) body: Signal,
  ): Promise<object> {
    const written = await this.live.signal(sandbox.id, execId, body.signal);
    if (!written) throw notFound(`execution ${execId} has ended or is not known`);
    return { seq: written.seq };
  }
}
