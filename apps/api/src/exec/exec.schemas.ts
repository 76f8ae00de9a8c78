import { z } from 'zod';
import { tracedRequest } from '../flows/traced-request.js';
import { written } from '../sandboxes/sandboxes.schemas.js';

/** Places of a sandbox, as `at` and `from` name them. */
export const location = z
  .string()
  .regex(
    /^(host|node\/[^/\s]+|pod\/[^/\s]+\/[^/\s]+|client\/[^/\s]+)$/,
    'must be host, node/<name>, pod/<namespace>/<name> or client/<name>',
  );

export const exec = z
  .strictObject({
    command: z.string().min(1).max(65_536).describe('One line, or several, of shell.'),
    at: location.optional().describe('Where it runs; default `host`, the lab host with kubectl, docker and kind.'),
    stdin: z.string().optional(),
    session: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ -')
      .optional()
      .describe('Keeps variables, functions and the working directory between commands.'),
    cluster: z.string().min(1).max(64).optional().describe('The kubectl context to use; default: the present one.'),
    trace: z.enum(['none', 'first']).optional().describe('`first`: follow the first request that the command sends.'),
    settle: z.boolean().optional().describe('Default true: afterwards virtual time runs until the cluster has come to rest.'),
  })
  .meta({ example: { command: 'kubectl get nodes -o wide' } });
export type Exec = z.output<typeof exec>;

export const signal = z.strictObject({ signal: z.enum(['SIGINT', 'SIGTERM', 'SIGKILL']) }).meta({ example: { signal: 'SIGINT' } });
export type Signal = z.output<typeof signal>;

export const signalAnswer = z.object({ seq: z.int() });

export const execAnswer = z.object({
  ...written.shape,
  stdout: z.string(),
  stderr: z.string(),
  exitCode: z.int(),
  virtualMs: z.number().describe('Virtual time that the command itself took.'),
  traces: z.array(tracedRequest).optional().describe('Absent when none was asked for, or no request was sent.'),
});
