import { LANGUAGES } from '@svclab/labs';
import { z } from 'zod';

export const checksQuery = z.strictObject({
  lang: z.enum(LANGUAGES).default('en').describe('Of the sentences.'),
});
export type ChecksParameters = z.output<typeof checksQuery>;

const condition = z.object({
  id: z.string(),
  text: z.string().describe('What shall be so. Backticks enclose what a tool would print.'),
  status: z.enum(['holds', 'not-yet', 'waits']).describe('`waits`: another condition must hold first.'),
  found: z
    .object({ reason: z.string().describe('The same in every language.'), text: z.string() })
    .optional()
    .describe('The value that was found and, where it does not hold yet, its cause. Absent while it waits.'),
});

export const checksAnswer = z.object({
  chapter: z.string(),
  seq: z.int().describe('The entry after which the sandbox was looked at.'),
  language: z.enum(LANGUAGES),
  passed: z.boolean(),
  checks: z.array(z.object({ id: z.string(), title: z.string(), passed: z.boolean(), conditions: z.array(condition) })),
});
