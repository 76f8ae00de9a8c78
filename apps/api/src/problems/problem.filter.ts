import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '@svclab/sandbox';
import { ProblemError } from './problem.js';

/** Every error becomes application/problem+json (RFC 9457). What is not foreseen is logged and told as 500 without its inner parts. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('problems');

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const problem = this.#problemOf(error, request);
    if (reply.sent) return;
    const headers = error instanceof ProblemError ? error.headers : {};
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

/** Errors that Fastify and Nest raise themselves. */
function knownProblem(error: unknown, request: FastifyRequest): Problem | undefined {
  const { code, message, statusCode } = error as { code?: string; message?: string; statusCode?: number };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return {
        status: 413,
        title: 'Content Too Large',
        detail: `the body is larger than ${request.routeOptions.bodyLimit ?? 0} bytes, this server's limit`,
      };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return {
        status: 415,
        title: 'Unsupported Media Type',
        detail: `Content-Type ${request.headers['content-type'] ?? '(none)'} is not understood here`,
      };
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return {
        status: 400,
        title: 'Malformed JSON',
        detail: message ?? 'the body is not JSON',
        errors: [{ pointer: '', detail: message ?? 'not JSON' }],
      };
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    const detail = status === 404 ? `nothing is served at ${request.method} ${request.url.split('?')[0]}` : error.message;
    return { status, title: STATUS_CODES[status] ?? 'Error', detail };
  }
  if (error instanceof SyntaxError && statusCode === 400) return { status: 400, title: 'Malformed JSON', detail: error.message };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, title: STATUS_CODES[statusCode] ?? 'Error', detail: message ?? '' };
  }
  return undefined;
}
