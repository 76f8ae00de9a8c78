import { Body, Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Idempotency } from '../auth/idempotency.js';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, PathParameter, Writes } from '../openapi/decorators.js';
import type { RequestIdentity, SandboxRow } from '../persistence/log-types.js';
import { notFound } from '../problems/problem.js';
import { defined } from '../sandboxes/defined.js';
import { writtenBody } from '../sandboxes/presentation.js';
import { requests, requestsAnswer, type Requests, traces, tracesAnswer, type Traces } from './flows.schemas.js';
import { tracedRequest } from './traced-request.js';

@ApiTags('6 requests and traces')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id')
export class FlowsController {
  constructor(private readonly host: SandboxHost) {}

  @Post('requests')
  @HttpCode(200)
  @Answers(200, 'What became of each request.', requestsAnswer)
  @Writes()
  @ApiOperation({
    summary: 'Send requests',
    description:
      'Tells who answered each, how they were distributed, and the traces asked for. It moves counters and conntrack, as curl does.',
  })
  async send(
    @CurrentSandbox() sandbox: SandboxRow,
    @Body({ schema: requests }) body: Requests,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object> {
    return writtenBody(await this.host.write(sandbox.id, { kind: 'requests', ...defined(body) }, { request }));
  }

  @Post('traces')
  @HttpCode(200)
  @Answers(200, 'The branches, the likeliest first.', tracesAnswer)
  @ApiOperation({
    summary: 'Where would it go?',
    description: 'Every branch with its probability, worked out on a throwaway copy: nothing changes.',
  })
  explore(@CurrentSandbox() sandbox: SandboxRow, @Body({ schema: traces }) body: Traces): Promise<object> {
    return this.host.read(sandbox.id, { kind: 'traces', ...defined(body) });
  }

  @Get('traces/:traceId')
  @PathParameter('traceId', '4-1', 'From an answer to requests or exec.')
  @Answers(200, 'What it met on its way.', tracedRequest)
  @ApiOperation({ summary: 'The trace of a request that was sent' })
  async trace(@CurrentSandbox() sandbox: SandboxRow, @Param('traceId') traceId: string): Promise<object> {
    const seq = /^(\d{1,9})-\d{1,9}$/.exec(traceId)?.[1];
    const entry = seq === undefined ? undefined : await this.host.findEntry(sandbox.id, Number(seq));
    const traces: readonly { readonly traceId: string }[] = entry?.answer.traces ?? [];
    const found = traces.find((trace) => trace.traceId === traceId);
    if (!found) throw notFound(`no trace ${traceId} in this sandbox's log`);
    return found;
  }
}
