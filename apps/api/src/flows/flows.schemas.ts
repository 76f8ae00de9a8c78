import { z } from 'zod';
import { location } from '../exec/exec.schemas.js';
import { written } from '../sandboxes/sandboxes.schemas.js';
import { trace, tracedRequest } from './traced-request.js';

/** What a request and a trace ask about. */
export const flow = {
  from: location.describe('Who sends: `host`, `node/<name>`, `pod/<namespace>/<name>`, `client/<name>`.'),
  to: z.string().min(1).max(2048).describe('`host-or-ip:port`, or a URL.'),
  protocol: z.enum(['tcp', 'udp', 'icmp']).optional(),
  connectTimeoutSeconds: z.number().positive().max(300).optional(),
};

export const requests = z
  .strictObject({
    ...flow,
    count: z.int().min(1).max(10_000).optional(),
    trace: z.enum(['none', 'first', 'all']).optional().describe('Which requests are traced. `all` keeps the first hundred.'),
  })
  .meta({ example: { from: 'node/myk8s-control-plane', to: '10.200.1.100:9000', count: 100, trace: 'first' } });
export type Requests = z.output<typeof requests>;

export const traces = z.strictObject(flow).meta({ example: { from: 'node/myk8s-control-plane', to: '10.200.1.100:9000' } });
export type Traces = z.output<typeof traces>;

export const requestsAnswer = z.object({
  ...written.shape,
  results: z.array(
    z.object({
      outcome: z.enum(['ok', 'refused', 'timeout', 'unreachable', 'reset']),
      errno: z.string().optional(),
      exitCode: z.int().describe('As curl would exit.'),
      hostname: z.string().optional().describe('Who answered.'),
      remoteAddress: z.string().optional().describe('The client as the server saw it.'),
      remotePort: z.int().optional(),
      sourcePort: z.int(),
      elapsedMs: z.number(),
      traceId: z.string().optional(),
    }),
  ),
  distribution: z.record(z.string(), z.int()).describe('Answers by host name, failures by outcome.'),
  traces: z.array(tracedRequest),
});

export const tracesAnswer = z.object({
  branches: z.array(z.object({ probability: z.number(), disposition: z.string(), reason: z.string(), trace, text: z.string() })),
});
