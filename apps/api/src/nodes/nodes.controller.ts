import { Controller, Get, Param, Query, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { NodeQuery } from '@svclab/sandbox';
import { CurrentSandbox, SandboxGuard } from '../auth/sandbox.guard.js';
import { SandboxHost } from '../engine/sandbox-host.js';
import { ForSandbox, PathParameter } from '../openapi/decorators.js';
import type { SandboxRow } from '../persistence/log-types.js';
import { defined } from '../sandboxes/defined.js';

const iptablesQuery = z.strictObject({
  table: z.enum(['raw', 'mangle', 'nat', 'filter']).default('nat'),
  format: z
    .enum(['save', 'spec', 'list', 'json'])
    .default('spec')
    .describe('As iptables-save, iptables -S, iptables -L -v -n print it, or as JSON.'),
  chain: z.string().min(1).max(64).optional(),
});

const ipvsQuery = z.strictObject({
  format: z
    .enum(['list', 'stats', 'rate', 'connections', 'save', 'json'])
    .default('list')
    .describe('As ipvsadm -Ln prints it, with --stats, with --rate, -Lnc, -Sn, or as JSON.'),
});

/** What a node's kernel holds, read as its own tools print it. */
@ApiTags('5 cluster')
@ForSandbox()
@PathParameter('node', 'myk8s-control-plane')
@ApiProduces('text/plain', 'application/json')
@UseGuards(SandboxGuard)
@Controller('sandboxes/:id/nodes/:node')
export class NodesController {
  constructor(private readonly host: SandboxHost) {}

  @Get('iptables')
  @ApiOperation({ summary: "A node's iptables rules" })
  iptables(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('node') node: string,
    @Query({ schema: iptablesQuery }) query: z.output<typeof iptablesQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.#answer(sandbox, { kind: 'iptables', node, ...defined(query) } as NodeQuery, reply);
  }

  @Get('conntrack')
  @ApiOperation({ summary: "A node's tracked connections" })
  conntrack(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('node') node: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.#answer(sandbox, { kind: 'conntrack', node }, reply);
  }

  @Get('routes')
  @ApiOperation({ summary: "A node's routes: ip route" })
  routes(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('node') node: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.#answer(sandbox, { kind: 'routes', node }, reply);
  }

  @Get('addresses')
  @ApiOperation({ summary: "A node's interfaces: ip addr" })
  addresses(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('node') node: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.#answer(sandbox, { kind: 'addresses', node }, reply);
  }

  @Get('sockets')
  @ApiOperation({ summary: "A node's listening sockets: ss -tulnp" })
  sockets(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('node') node: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.#answer(sandbox, { kind: 'sockets', node }, reply);
  }

  @Get('ipvs')
  @ApiOperation({ summary: "A node's IPVS table: 409 unless kube-proxy runs in that mode" })
  ipvs(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('node') node: string,
    @Query({ schema: ipvsQuery }) query: z.output<typeof ipvsQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.#answer(sandbox, { kind: 'ipvs', node, ...query }, reply);
  }

  @Get('nftables')
  @ApiOperation({ summary: "A node's nftables ruleset: 409 unless kube-proxy runs in that mode" })
  nftables(
    @CurrentSandbox() sandbox: SandboxRow,
    @Param('node') node: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.#answer(sandbox, { kind: 'nftables', node }, reply);
  }

  /** What a tool prints goes out as it is; data as JSON. */
  async #answer(sandbox: SandboxRow, query: NodeQuery, reply: FastifyReply): Promise<unknown> {
    const value = await this.host.read(sandbox.id, query);
    if (typeof value?.text !== 'string') return value;
    reply.type('text/plain; charset=utf-8');
    return value.text;
  }
}
