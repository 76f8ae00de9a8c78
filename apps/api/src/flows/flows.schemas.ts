import { z } from 'zod';
import { location } from '../exec/exec.schemas.js';

const flow = {
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
  .meta({ example: { from: 'node/myk8s-control-plane', to: 'svc-clusterip:9000', count: 100, trace: 'first' } });
export type Requests = z.output<typeof requests>;

export const traces = z.strictObject(flow).meta({ example: { from: 'node/myk8s-control-plane', to: 'svc-clusterip:9000' } });
export type Traces = z.output<typeof traces>;
