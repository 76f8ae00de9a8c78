import { Body, Controller, Delete, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, PathParameter, Writes } from '../openapi/decorators.js';
import type { SandboxRow } from '../persistence/log-types.js';
import { notFound } from '../problems/problem.js';
import { writtenBody } from '../sandboxes/presentation.js';
import { LiveTerminals } from './live-terminals.js';
import { openTerminal, terminalList, terminalOpened, terminalTicket, type OpenTerminal } from './terminals.schemas.js';
import { socketPath } from './serve-terminals.js';
import { Tickets } from './tickets.js';

const TERMINAL_ID = '0123456789abcdef';

@ApiTags('2 shell')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/terminals')
export class TerminalsController {
  constructor(
    private readonly host: SandboxHost,
    private readonly live: LiveTerminals,
    private readonly tickets: Tickets,
  ) {}

  @Post()
  @Writes()
  @Answers(201, 'The terminal is open; its WebSocket shows it.', terminalOpened)
  @ApiOperation({
    summary: 'Open a terminal',
    description:
      'Over its WebSocket go JSON texts. You send `{"type":"input","text"}`, `{"type":"resize","cols","rows"}`, `{"type":"signal","signal"}`; ' +
      'you get `{"type":"output","text","offset"}` and at last `{"type":"end","exitCode"}`. After a break, get a new ticket and go on with `&offset=` of the last output.',
  })
  async open(@CurrentSandbox() sandbox: SandboxRow, @Body({ schema: openTerminal }) body: OpenTerminal): Promise<object> {
    const written = await this.live.open(sandbox.id, body);
    return { ...writtenBody(written), socket: this.#socket(sandbox.id, written.value.terminalId as string) };
  }

  @Get()
  @Answers(200, 'The terminals that are open.', terminalList)
  @ApiOperation({ summary: 'List open terminals' })
  async list(@CurrentSandbox() sandbox: SandboxRow): Promise<object> {
    return this.host.read(sandbox.id, { kind: 'terminals' });
  }

  @Post(':terminalId/tickets')
  @PathParameter('terminalId', TERMINAL_ID)
  @Answers(201, 'A way back to the terminal.', terminalTicket)
  @ApiOperation({ summary: 'Come back to a terminal', description: 'It keeps its shell at the prompt, also over a restart of the server.' })
  async ticket(@CurrentSandbox() sandbox: SandboxRow, @Param('terminalId') terminalId: string): Promise<object> {
    await this.#require(sandbox, terminalId);
    return { terminalId, socket: this.#socket(sandbox.id, terminalId) };
  }

  @Delete(':terminalId')
  @HttpCode(204)
  @PathParameter('terminalId', TERMINAL_ID)
  @Answers(204, 'It ends, with what runs in it.')
  @ApiOperation({ summary: 'Close a terminal' })
  async close(@CurrentSandbox() sandbox: SandboxRow, @Param('terminalId') terminalId: string): Promise<void> {
    await this.#require(sandbox, terminalId);
    this.live.hangUp(sandbox.id, terminalId);
  }

  async #require({ id }: SandboxRow, terminalId: string): Promise<void> {
    const { items } = await this.host.read(id, { kind: 'terminals' });
    if (!(items as { terminalId: string }[]).some((terminal) => terminal.terminalId === terminalId))
      throw notFound(`terminal ${terminalId} has ended or is not known`);
  }

  #socket(sandboxId: string, terminalId: string): string {
    const path = socketPath(sandboxId, terminalId);
    return `${path}?ticket=${this.tickets.issue(path)}`;
  }
}
