import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { Problem } from '@svclab/sandbox';
import { ProblemError } from './problem.js';

/** A schema library's complaint; zod adds `code` and `keys` to what the Standard Schema asks for. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: string;
  readonly keys?: readonly string[];
}

/** Validates bodies, queries and parameters by the schemas their decorators name; complaints carry JSON pointers. */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({ exceptionFactory: (issues) => new ProblemError(validationProblem(issues)) });

export function validationProblem(issues: readonly Issue[]): Problem {
  const errors = issues.flatMap(errorsOf);
  return {
    status: 400,
    title: 'Invalid request',
    detail: errors.map(({ pointer, detail }) => `${pointer.slice(1) || 'body'}: ${detail}`).join('; '),
    errors,
  };
}

function errorsOf(issue: Issue): { pointer: string; detail: string }[] {
  const path = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    return issue.keys.map((key) => ({ pointer: pointerOf([...path, key]), detail: `unknown field "${key}"` }));
  }
  return [{ pointer: pointerOf(path), detail: issue.message }];
}

/** RFC 6901. */
const pointerOf = (path: readonly string[]): string =>
  path.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
