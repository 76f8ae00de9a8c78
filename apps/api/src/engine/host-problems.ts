import { invalidField, notFound, ProblemError } from '../problems/problem.js';
import type { CommandTimedOut, WorkerLost } from './engine-errors.js';

export const tooManySandboxes = (limit: number): ProblemError =>
  new ProblemError({
    status: 507,
    title: 'Too many sandboxes',
    detail: `this server holds ${limit} sandboxes, its limit: delete one first (DELETE /api/v1/sandboxes/{id})`,
  });

export const logFull = (limit: number): ProblemError =>
  new ProblemError({
    status: 507,
    title: 'Log full',
    detail: `this sandbox's log holds ${limit} entries, its limit: reset it, or fork it at an earlier seq`,
  });

export const movedOn = (believed: number, seq: number): ProblemError =>
  new ProblemError({
    status: 412,
    title: 'Precondition Failed',
    detail: `If-Match says seq ${believed}, but the sandbox is at seq ${seq}: look again before you undo`,
  });

export const keyReused = (): ProblemError =>
  invalidField(422, 'Idempotency-Key reused', 'Idempotency-Key', 'was used before with another request: take a new key for a new request');

export const gone = (): ProblemError => notFound('no such sandbox');

export const timedOut = (error: CommandTimedOut): ProblemError =>
  new ProblemError({
    status: 503,
    title: 'Command timed out',
    detail: `the command was ${error.message} of computing, the server's limit; nothing was changed`,
  });

export const unavailable = (error: WorkerLost): ProblemError =>
  new ProblemError(
    { status: 503, title: 'Worker lost', detail: `the sandbox's worker ended under the command (${error.message}); nothing was changed` },
    { 'Retry-After': '1' },
  );
