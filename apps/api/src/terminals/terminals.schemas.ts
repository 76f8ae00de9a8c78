import { z } from 'zod';
import { location } from '../exec/exec.schemas.js';
import { written } from '../sandboxes/sandboxes.schemas.js';

const size = (usual: number, what: string) => z.int().min(1).max(1000).default(usual).describe(what);

export const openTerminal = z
  .strictObject({
    at: location.optional().describe('Where its shell runs; default `host`.'),
    cols: size(80, 'Characters in a line.'),
    rows: size(24, 'Lines on the screen.'),
    command: z
      .array(z.string().max(65_536))
      .min(1)
      .max(1000)
      .optional()
      .describe('A program and its arguments. Default: the shell that a person meets there.'),
  })
  .meta({ example: { at: 'host', cols: 120, rows: 30 } });
export type OpenTerminal = z.output<typeof openTerminal>;

const connection = {
  terminalId: z.string(),
  socket: z
    .string()
    .describe(
      'Path of its WebSocket, with a ticket that opens it once and within a minute. Add `&offset=<n>` to be shown what came after.',
    ),
};

export const terminalOpened = z.object({ ...written.shape, ...connection, offset: z.int().describe('Bytes that it has shown.') });

export const terminalTicket = z.object(connection);

export const terminalList = z.object({
  items: z.array(
    z.object({
      terminalId: z.string(),
      at: z.string(),
      cols: z.int(),
      rows: z.int(),
      offset: z.int(),
      busy: z.boolean().describe('A program runs in it.'),
    }),
  ),
});

/** What a client sends over a terminal's WebSocket, one JSON text each. */
export const terminalMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input'), text: z.string().max(65_536) }),
  z.strictObject({ type: z.literal('resize'), cols: z.int().min(1).max(1000), rows: z.int().min(1).max(1000) }),
  z.strictObject({ type: z.literal('signal'), signal: z.enum(['SIGINT', 'SIGTERM', 'SIGKILL']) }),
]);
export type TerminalMessage = z.output<typeof terminalMessage>;
