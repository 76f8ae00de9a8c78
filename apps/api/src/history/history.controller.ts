import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, PathParameter } from '../openapi/decorators.js';
import type { SandboxRow, StoredEntry } from '../persistence/log-types.js';
import { invalidField, notFound } from '../problems/problem.js';
import { isoTime } from '../sandboxes/presentation.js';
import { logEntry, logPage, logQuery, rulesDiffAnswer } from './history.schemas.js';

/** What was done, in order, readable without doing it again. */
@ApiTags('7 history')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/log')
export class HistoryController {
  constructor(private readonly host: SandboxHost) {}

  @Get()
  @Answers(200, 'A page of the log.', logPage)
  @ApiOperation({ summary: 'The log: what was asked, with transcripts' })
  async list(@CurrentSandbox() sandbox: SandboxRow, @Query({ schema: logQuery }) query: z.output<typeof logQuery>): Promise<object> {
    const { order, limit } = query;
    const from = query.continue === undefined ? undefined : Number(query.continue);
    if (from !== undefined && (!Number.isInteger(from) || from < 0))
      throw invalidField(400, 'Invalid page token', 'continue', 'must come from the page before');
    const range = order === 'oldest' ? { afterSeq: from } : { beforeSeq: from };
    const entries = await this.host.listEntries(sandbox.id, { ...range, order, limit: limit + 1 });
    const items = entries.slice(0, limit);
    return { items: items.map(entryBody), ...(entries.length > items.length ? { continue: String(items.at(-1)!.seq) } : {}) };
  }

  @Get(':seq')
  @PathParameter('seq', '1')
  @Answers(200, 'The entry.', logEntry)
  @ApiOperation({ summary: 'One entry of the log' })
  async get(@CurrentSandbox() sandbox: SandboxRow, @Param('seq') seq: string): Promise<object> {
    return entryBody(await this.#find(sandbox, seq));
  }

  @Get(':seq/rules-diff')
  @PathParameter('seq', '1')
  @Answers(200, 'Nodes whose rules changed.', rulesDiffAnswer)
  @ApiOperation({ summary: 'Rules that came and went with one entry', description: 'Per node, each with the object that caused it.' })
  async rulesDiff(@CurrentSandbox() sandbox: SandboxRow, @Param('seq') seq: string): Promise<object> {
    const entry = await this.#find(sandbox, seq);
    return { seq: entry.seq, nodes: entry.rulesDiff ?? [] };
  }

  async #find(sandbox: SandboxRow, seq: string): Promise<StoredEntry> {
    const entry = /^\d{1,9}$/.test(seq) ? await this.host.findEntry(sandbox.id, Number(seq)) : undefined;
    if (!entry) throw notFound(`no entry ${seq} in this sandbox's log`);
    return entry;
  }
}

const entryBody = ({ seq, kind, input, transcript, virtualTimeUs, createdAt, stateHash, engineVersion }: StoredEntry): object => ({
  seq,
  kind,
  input,
  transcript,
  virtualTime: isoTime(virtualTimeUs),
  createdAt,
  stateHash,
  engineVersion,
});
