import { z } from 'zod';

export const logQuery = z.strictObject({
  limit: z.coerce.number<string>().int().min(1).max(500).default(50),
  order: z.enum(['oldest', 'newest']).default('oldest').describe('Which entry comes first.'),
  continue: z.string().optional().describe('From the page before.'),
});

export const logEntry = z.object({
  seq: z.int(),
  kind: z.string(),
  input: z.looseObject({ kind: z.string() }).describe('What was asked.'),
  transcript: z
    .object({ stdout: z.string(), stderr: z.string(), exitCode: z.int().nullable() })
    .nullable()
    .describe('What a command wrote.'),
  virtualTime: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  stateHash: z.string(),
  engineVersion: z.int(),
});

export const logPage = z.object({ items: z.array(logEntry), continue: z.string().optional().describe('Absent on the last page.') });

const ruleChange = z.object({
  table: z.string(),
  rule: z.string().describe('As iptables -S prints it.'),
  cause: z
    .string()
    .nullable()
    .describe(
      'The object whose change caused the line, where one did: `EndpointSlice default/web-abcde (Pod default/web-1)`, `Service default/web`.',
    ),
});

const nodeRulesDiff = z.object({ node: z.string(), added: z.array(ruleChange), removed: z.array(ruleChange) });

export const rulesDiff = z.array(nodeRulesDiff);

export const rulesDiffAnswer = z.object({ seq: z.int(), nodes: rulesDiff });
