import { z } from 'zod';

/** Flow, forward and return hops with their steps, disposition: see the reference of traces. */
export const trace = z.looseObject({ disposition: z.string(), reason: z.string(), probability: z.number() });

/** One request that was sent and followed. */
export const tracedRequest = z.object({ traceId: z.string(), trace, text: z.string().describe('The same to be read, or read aloud.') });
