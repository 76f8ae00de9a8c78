import { type CanActivate, type ExecutionContext, Injectable, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SandboxHost } from '../engine/sandbox-host.js';
import type { SandboxRow } from '../persistence/log-types.js';
import { notFound, ProblemError } from '../problems/problem.js';
import { hashToken, tokenMatches } from './tokens.js';

/** Stands for the id of the sandbox whose token is sent, so that an example runs as it stands. */
export const CURRENT = 'current';

type SandboxRequest = FastifyRequest<{ Params: { id: string } }> & { sandbox?: Readonly<SandboxRow> };

/**
 * Lets in who bears the sandbox's token. Without a token: 401. A wrong token, another
 * sandbox's or an unknown sandbox: 404, the same to the letter, so that ids cannot be probed.
 */
@Injectable()
export class SandboxGuard implements CanActivate {
  constructor(private readonly host: SandboxHost) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SandboxRequest>();
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw new ProblemError(
        { status: 401, title: 'Unauthorized', detail: 'send the token that creating the sandbox returned: Authorization: Bearer <token>' },
        { 'WWW-Authenticate': 'Bearer realm="svclab"' },
      );
    }
    const { id } = request.params;
    const sandbox = await (id === CURRENT ? this.host.findByTokenHash(hashToken(token)) : this.host.find(id));
    if (!sandbox || !tokenMatches(token, sandbox.tokenHash)) throw notFound('no such sandbox, or the token is not its token');
    request.sandbox = sandbox;
    return true;
  }
}

/** The sandbox that the guard let the request in to. */
export const CurrentSandbox = createParamDecorator(
  (_: unknown, context: ExecutionContext): Readonly<SandboxRow> => context.switchToHttp().getRequest<SandboxRequest>().sandbox!,
);
