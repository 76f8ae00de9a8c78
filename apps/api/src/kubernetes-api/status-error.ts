import { internalError, type Status } from '@svclab/kube-api';
import { ProblemError } from '../problems/problem.js';

/** An answer other than success on its way to a Kubernetes client, which understands a Status and nothing else. */
export class StatusError extends Error {
  override readonly name = 'StatusError';

  constructor(readonly status: Status) {
    super(status.message);
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  503: 'ServiceUnavailable',
};

/** A Status that kube-api has no constructor for. */
export const statusOf = (code: number, message: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason: REASONS[code] ?? '',
  code,
});

export const successStatus = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** Whatever went wrong, as a Status. What is not foreseen is told without its inner parts. */
export function statusOfError(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  if (error instanceof ProblemError) return error.problem.kubernetes ?? statusOf(error.problem.status, error.problem.detail);
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return statusOf(statusCode, message ?? '');
  return internalError('the simulator failed; its log says more');
}
