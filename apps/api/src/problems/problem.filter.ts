import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { finished } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '@svclab/sandbox';
import { ProblemError } from './problem.js';

const DRAIN_LIMIT_MS = 5000;

/** Every error becomes application/problem+json (RFC 9457). What is not foreseen is logged and told as 500 without its inner parts. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('problems');

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const problem = this.#problemOf(error, request);
    if (reply.sent) return;
    if (problem.status === 413) void drained(request.raw).then(() => this.#send(reply, request, problem, {}));
    else this.#send(reply, request, problem, error instanceof ProblemError ? error.headers : {});
  }

  #send(reply: FastifyReply, request: FastifyRequest, problem: Problem, headers: Readonly<Record<string, string>>): void {
    void reply
      .status(problem.status)
      .headers(headers)
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemDocument(problem, request.url)));
  }

  #problemOf(error: unknown, request: FastifyRequest): Problem {
    if (error instanceof ProblemError) return error.problem;
    const known = knownProblem(error, request);
    if (known) return known;
    this.#logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { status: 500, title: 'Internal Server Error', detail: 'the server failed; its log says more' };
  }
}

export function problemDocument(problem: Problem, url: string): object {
  const { status, title, detail, errors } = problem;
  const slug = title
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return { type: `urn:svclab:problem:${slug}`, title, status, detail, instance: url.split('?')[0], ...(errors ? { errors } : {}) };
}

/**
 * Reads the rest of a body that is too large, and throws it away: a connection that is closed while its client still
 * sends is reset, and the client never sees the answer. Not for ever.
 */
function drained(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, DRAIN_LIMIT_MS);
    finished(request.resume(), () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Errors that Fastify and Nest raise themselves; Nest hands on Fastify's with status and message alone. */
function knownProblem(error: unknown, request: FastifyRequest): Problem | undefined {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
  if (status === undefined || status < 400 || status >= 500) return undefined;
  const detail = error instanceof Error ? error.message : String(error);
  const title = STATUS_CODES[status] ?? 'Error';
  switch (status) {
    case 400:
      return /json/i.test(detail)
        ? { status, title: 'Malformed JSON', detail, errors: [{ pointer: '', detail }] }
        : { status, title, detail };
    case 404:
      return { status, title, detail: `nothing is served at ${request.method} ${request.url.split('?')[0]}` };
    case 413:
      return {
        status,
        title: 'Content Too Large',
        detail: `the body is larger than this server takes: ${request.routeOptions.bodyLimit} bytes`,
      };
    case 415:
      return { status, title, detail: `Content-Type ${request.headers['content-type'] ?? '(none)'} is not understood here` };
    default:
      return { status, title, detail };
  }
}
