import { Body, Delete, Get, Param, Patch, Query, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Idempotency } from '../auth/idempotency.js';
import { CurrentSandbox } from '../auth/sandbox.guard.js';
import { SandboxHost, type Written } from '../engine/sandbox-host.js';
import { Answers, ForSandbox, PathParameter, Writes } from '../openapi/decorators.js';
import type { RequestIdentity, SandboxRow } from '../persistence/log-types.js';
import { kubernetesList, kubernetesObject, type ListQuery, listQuery, patch } from './kubernetes.schemas.js';
import { pageOf } from './object-paging.js';

/** The body is the Kubernetes object as it is, so the entry's seq travels as its entity tag. */
export function withSeq(reply: FastifyReply, written: Written): object {
  reply.header('ETag', `"${written.seq}"`);
  return written.value as object;
}

/** What pods and services have in common: everything but their creation. */
@ForSandbox()
export abstract class ObjectRoutes {
  protected abstract readonly resource: string;

  constructor(protected readonly host: SandboxHost) {}

  @Get()
  @Answers(200, 'A page of them.', kubernetesList)
  @ApiOperation({ summary: 'List them' })
  async list(
    @CurrentSandbox() sandbox: SandboxRow,
    @Query({ schema: listQuery }) { limit, continue: token, ...filter }: ListQuery,
  ): Promise<object> {
    const list = await this.host.read(sandbox.id, { kind: 'objects', resource: this.resource, ...filter });
    return pageOf(list, { limit, continue: token });
  }

  @Get(':namespace/:name')
  @PathParameter('namespace', 'default')
  @Answers(200, 'The object.', kubernetesObject)
  @ApiOperation({ summary: 'One of them' })
  get(@CurrentSandbox() sandbox: SandboxRow, @Param('namespace') namespace: string, @Param('name') name: string): Promise<object> {
    return this.host.read(sandbox.id, { kind: 'object', resource: this.resource, namespace, name });
  }

  @Patch(':namespace/:name')
  @PathParameter('namespace', 'default')
  @Writes()
  @Answers(200, 'The object as it is then.', kubernetesObject)
  @ApiOperation({ summary: 'Change one of them' })
  async patch(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('namespace') namespace: string,
    @Param('name') name: string,
    @Body({ schema: patch }) body: object,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object> {
    const { resource } = this;
    return withSeq(reply, await this.host.write(sandbox.id, { kind: 'object.patch', resource, namespace, name, patch: body }, { request }));
  }

  @Delete(':namespace/:name')
  @PathParameter('namespace', 'default')
  @Writes()
  @Answers(200, 'The object as it was last.', kubernetesObject)
  @ApiOperation({ summary: 'Delete one of them' })
  async remove(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('namespace') namespace: string,
    @Param('name') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Idempotency() request?: RequestIdentity,
  ): Promise<object> {
    const { resource } = this;
    return withSeq(reply, await this.host.write(sandbox.id, { kind: 'object.delete', resource, namespace, name }, { request }));
  }
}
