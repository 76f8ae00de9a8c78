import type { Problem } from '@svclab/sandbox';

/** An answer other than success, on its way to the one who asked; becomes application/problem+json. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly problem: Problem,
    /** Headers that belong to it: Retry-After, WWW-Authenticate. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem.detail);
  }
}

export const notFound = (detail: string): ProblemError => new ProblemError({ status: 404, title: 'Not Found', detail });

/** A field's error: `pointer` is a JSON pointer into the body, or names a query parameter or header. */
export const invalidField = (status: number, title: string, pointer: string, detail: string): ProblemError =>
  new ProblemError({ status, title, detail: `${pointer.replace(/^\//, '')} ${detail}`.trim(), errors: [{ pointer, detail }] });
