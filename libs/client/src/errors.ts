/** What the API says when it refuses, as RFC 9457 problem details. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  /** Which fields are wrong: JSON pointers into the body, or names of query parameters and headers. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** The API answered, and said no. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly problem: Problem,
    /** From Retry-After, where the server names a time. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(problem.detail);
  }
}

/**
 * No answer came, or not the whole of one: nobody knows whether a write was done. Send it again with the same
 * idempotency key and it is done once.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** Makes an error of an answer that is no success, whether or not the API wrote it: a proxy in between speaks otherwise. */
export async function problemOf(response: Response): Promise<ProblemError | ConnectionError> {
  const { status, headers, url } = response;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  const text = await response.text().catch(() => '');
  if (/\bapplication\/problem\+json\b/.test(headers.get('content-type') ?? ''))
    return new ProblemError(JSON.parse(text) as Problem, retryAfterMs);
  if (status === 502 || status === 503 || status === 504) return new ConnectionError(`the way to the server is broken: status ${status}`);
  const detail = text.slice(0, 200) || `the server answered with status ${status}`;
  return new ProblemError({ type: 'about:blank', title: response.statusText, status, detail, instance: url }, retryAfterMs);
}
