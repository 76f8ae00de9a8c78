import { Controller, Get, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { type HostEvent, SandboxHost } from '../engine/sandbox-host.js';
import { ForSandbox } from '../openapi/decorators.js';
import type { SandboxRow } from '../persistence/log-types.js';
import { isoTime } from '../sandboxes/presentation.js';
import { EventStream } from './event-stream.js';
import { OpenStreams } from './open-streams.js';
import { RealtimeClocks } from './realtime-clocks.js';

/** Entries that a resuming client is told again, at most; further back it reads the log. */
const MAX_REPLAY = 500;

const streamQuery = z.strictObject({
  after: z.coerce.number<string>().int().min(0).optional().describe('Tell entries after this seq first.'),
});

@ApiTags('7 history')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/stream')
export class StreamController {
  constructor(
    private readonly host: SandboxHost,
    private readonly streams: OpenStreams,
    private readonly clocks: RealtimeClocks,
  ) {}

  @Get()
  @ApiProduces('text/event-stream')
  @ApiOperation({
    summary: 'Follow a sandbox',
    description:
      'Server-sent events: `hello`, then an `entry` for each write, `reset`, `deleted`. Each names its `log`, which a reset raises. Resumes with Last-Event-ID or `after`.',
  })
  async follow(
    @CurrentSandbox() sandbox: SandboxRow,
    @Query({ schema: streamQuery }) { after }: z.output<typeof streamQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { id } = sandbox;
    // Events that come while the beginning is still being put together wait for it.
    let waiting: HostEvent[] | undefined = [];
    const unsubscribe = this.host.subscribe(id, (event) => (waiting ? waiting.push(event) : this.#tell(stream, id, event)));
    const unwatch = this.clocks.watch(id);
    const release = (): void => {
      unsubscribe();
      unwatch();
    };
    const summary = await this.host.read(id, { kind: 'summary' }).catch((error: unknown) => {
      release();
      throw error;
    });
    const stream: EventStream = new EventStream(reply, () => {
      release();
      remove();
    });
    const remove = this.streams.add(() => stream.end());
    const from = after ?? lastEventId(request);
    const missed = from === undefined ? [] : await this.host.listEntries(id, { afterSeq: from, limit: MAX_REPLAY });
    stream.send('hello', { log: sandbox.log, seq: summary.seq, virtualTime: summary.virtualTime, clockMode: summary.clockMode });
    for (const entry of missed) if (entry.seq <= summary.seq) stream.send('entry', entryEvent({ ...entry, log: sandbox.log }), entry.seq);
    this.clocks.setMode(id, summary.clockMode);
    const early = waiting;
    waiting = undefined;
    for (const event of early) if (event.type !== 'entry' || event.written.seq > summary.seq) this.#tell(stream, id, event);
  }

  #tell(stream: EventStream, id: string, event: HostEvent): void {
    if (event.type === 'deleted') {
      stream.send('deleted', {});
      stream.end();
      return;
    }
    const { kind, log, written } = event;
    if (kind === 'clock') this.clocks.setMode(id, written.value.mode);
    stream.send(event.type, entryEvent({ kind, log, ...written }), written.seq);
  }
}

function entryEvent(entry: {
  log: number;
  seq: number;
  kind: string;
  virtualTimeUs: number;
  stateHash: string;
  rulesDiff?: readonly { node: string; added: readonly unknown[]; removed: readonly unknown[] }[];
}): object {
  const rules = (entry.rulesDiff ?? []).map(({ node, added, removed }) => ({ node, added: added.length, removed: removed.length }));
  return { log: entry.log, seq: entry.seq, kind: entry.kind, virtualTime: isoTime(entry.virtualTimeUs), stateHash: entry.stateHash, rules };
}

function lastEventId(request: FastifyRequest): number | undefined {
  const id = Number(request.headers['last-event-id'] ?? Number.NaN);
  return Number.isInteger(id) && id >= 0 ? id : undefined;
}
