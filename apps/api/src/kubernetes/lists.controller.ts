import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { Answers, ForSandbox } from '../openapi/decorators.js';
import type { SandboxRow } from '../persistence/log-types.js';
import { kubernetesList, type ListQuery, listQuery } from './kubernetes.schemas.js';
import { pageOf } from './object-paging.js';

/** Kinds that are looked at here and changed elsewhere. */
@ApiTags('5 cluster')
@ForSandbox()
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id')
export class ListsController {
  constructor(private readonly host: SandboxHost) {}

  @Get('endpointslices')
  @Answers(200, 'A page of them.', kubernetesList)
  @ApiOperation({ summary: 'EndpointSlices: the addresses behind each service' })
  endpointSlices(@CurrentSandbox() sandbox: SandboxRow, @Query({ schema: listQuery }) query: ListQuery): Promise<object> {
    return this.#list(sandbox, 'endpointslices', query);
  }

  @Get('nodes')
  @Answers(200, 'A page of them.', kubernetesList)
  @ApiOperation({ summary: 'Nodes' })
  nodes(@CurrentSandbox() sandbox: SandboxRow, @Query({ schema: listQuery }) query: ListQuery): Promise<object> {
    return this.#list(sandbox, 'nodes', query);
  }

  @Get('events')
  @Answers(200, 'A page of them.', kubernetesList)
  @ApiOperation({ summary: 'Events' })
  events(@CurrentSandbox() sandbox: SandboxRow, @Query({ schema: listQuery }) query: ListQuery): Promise<object> {
    return this.#list(sandbox, 'events', query);
  }

  async #list(sandbox: SandboxRow, resource: string, { limit, continue: token, ...filter }: ListQuery): Promise<object> {
    return pageOf(await this.host.read(sandbox.id, { kind: 'objects', resource, ...filter }), { limit, continue: token });
  }
}
