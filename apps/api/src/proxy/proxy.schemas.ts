import { z } from 'zod';
import { flow } from '../flows/flows.schemas.js';
import { trace } from '../flows/traced-request.js';

export const compare = z.strictObject(flow).meta({ example: { from: 'node/myk8s-control-plane', to: '10.200.1.100:9000' } });
export type Compare = z.output<typeof compare>;

const modeRun = z.object({
  mode: z.string(),
  counts: z.record(z.string(), z.int()).describe('Rules and entries on the node, by what they are.'),
  rules: z
    .array(z.object({ tool: z.string(), lines: z.array(z.string()) }))
    .describe("What is about the flow's Service, as the tools print it."),
  outcome: z.string().describe('What the client gets.'),
  errno: z.string().optional(),
  disposition: z.string(),
  reason: z.string(),
  ends: z.array(z.object({ end: z.string().describe('Who answers, and the source address seen there.'), probability: z.number() })),
  hops: z.array(z.string()),
  rulesLookedAt: z.int().describe('In all namespaces on the way of the first packet.'),
  trace,
  text: z.string().describe('The trace to be read.'),
});

export const compareAnswer = z.object({
  service: z.string().nullable().describe('`namespace/name` of the Service that the flow is for.'),
  node: z.string().nullable().describe('Whose rules are shown: the first node on the way.'),
  modes: z.array(modeRun),
  differences: z.array(
    z.object({
      about: z.enum(['outcome', 'trace', 'rules']),
      what: z.string(),
      values: z.record(z.string(), z.union([z.string(), z.number()])).describe('By mode.'),
    }),
  ),
});

export const kubeProxyAnswer = z.object({
  node: z.string(),
  running: z.boolean(),
  mode: z.string().optional(),
  configuration: z.looseObject({}).optional().describe('As it was read when kube-proxy started.'),
  syncs: z.object({ full: z.int(), partial: z.int() }).optional().describe('Since it started.'),
  lastSync: z.iso.datetime().optional(),
  sinceLastSyncMs: z.number().optional(),
  needsFullSync: z.boolean().optional(),
  pending: z
    .object({ services: z.array(z.string()), endpoints: z.array(z.string()) })
    .optional()
    .describe('Services with changes that wait for the next sync.'),
  healthChecks: z
    .array(z.object({ port: z.int(), namespace: z.string(), name: z.string(), localEndpoints: z.int() }))
    .optional()
    .describe('Health check node ports that it serves.'),
  failure: z.string().optional().describe('What the tool said when the last sync failed.'),
  log: z.string(),
});

const listName = z.enum(['cluster', 'local']);

export const serviceOnNodeAnswer = z.object({
  node: z.string(),
  service: z.object({ namespace: z.string(), name: z.string() }),
  mode: z.string().nullable(),
  ports: z.array(
    z.object({
      port: z.string(),
      protocol: z.string(),
      lists: z.array(listName).describe('Which lists of endpoints the port needs here, by traffic policy.'),
      topology: z.string().describe('What zone hints do.'),
      endpoints: z.array(
        z.object({
          address: z.string(),
          nodeName: z.string().nullable(),
          pod: z.object({ namespace: z.string(), name: z.string() }).nullable(),
          slice: z.string(),
          uses: z.array(z.object({ list: listName, used: z.boolean(), why: z.string() })),
        }),
      ),
    }),
  ),
  rules: z
    .array(z.object({ table: z.string(), rule: z.string(), port: z.string(), endpoints: z.array(z.string()) }))
    .describe('Its rules of iptables, each with the endpoints it is for.'),
});
