import { z } from 'zod';

/** Makes the service that the other examples speak of. */
export const MANIFEST_EXAMPLE = `apiVersion: v1
kind: Service
metadata:
  name: svc-clusterip
spec:
  ports:
  - name: svc-webport
    port: 9000
    targetPort: 80
  selector:
    app: webpod
`;

export const createSandbox = z
  .strictObject({
    profile: z
      .enum(['kind', 'empty'])
      .default('kind')
      .describe('`kind`: a four-node kind v1.31.0 cluster is up. `empty`: the bare lab host.'),
    proxyMode: z
      .enum(['iptables', 'ipvs', 'nftables'])
      .optional()
      .describe('How kube-proxy does its work. Default: as `kindConfig` says, else `iptables`.'),
    seed: z
      .int()
      .min(0)
      .max(0xffff_ffff)
      .optional()
      .describe('The same seed and the same entries give the same results. Drawn when absent.'),
    name: z.string().min(1).max(100).optional(),
    kindConfig: z.string().max(65_536).optional().describe('YAML as `kind create cluster --config` takes it.'),
    manifest: z.string().optional().describe('YAML documents that are applied at once.'),
  })
  .meta({ example: { profile: 'kind', name: 'my first cluster' } });
export type CreateSandbox = z.output<typeof createSandbox>;

export const revert = z
  .strictObject({ toSeq: z.int().min(1).describe('Everything becomes as it was after this entry.') })
  .meta({ example: { toSeq: 1 } });
export type Revert = z.output<typeof revert>;

export const fork = z
  .strictObject({ atSeq: z.int().min(1).optional().describe('Default: the last entry.'), name: z.string().min(1).max(100).optional() })
  .meta({ example: {} });
export type Fork = z.output<typeof fork>;

export const noFields = z.strictObject({}).meta({ example: {} });

export const clockMode = z.enum(['auto', 'realtime', 'paused']);

export const clock = z
  .strictObject({
    advanceSeconds: z.number().min(0).optional().describe('Lets virtual time pass.'),
    mode: clockMode
      .optional()
      .describe('`auto`: writes settle. `realtime`: time also moves while somebody follows the stream. `paused`: nothing moves by itself.'),
    step: z.boolean().optional().describe('Runs what is due next, whatever its distance.'),
  })
  .meta({ example: { advanceSeconds: 5 } });
export type Clock = z.output<typeof clock>;

const kubernetesUrl = z
  .string()
  .describe(
    'Path of its Kubernetes API, for kubectl and other clients; `<kubernetesUrl>/kubeconfig` is all they need. Whoever knows it may use it.',
  );

export const sandboxCreated = z.object({
  id: z.string(),
  token: z.string().describe('Bearer token. Told once.'),
  name: z.string().optional(),
  profile: z.string(),
  proxyMode: z.string(),
  seed: z.int(),
  seq: z.int(),
  virtualTime: z.iso.datetime(),
  kubernetesUrl,
  links: z.record(z.string(), z.string()),
});

/** What every write answers, beside what it has to tell. */
export const written = z.object({ seq: z.int().describe('Of the entry.'), virtualTime: z.iso.datetime() });

export const sandboxSummary = z.object({
  id: z.string(),
  name: z.string().optional(),
  profile: z.string(),
  proxyMode: z.string(),
  seed: z.int(),
  createdAt: z.iso.datetime(),
  parent: z.object({ id: z.string(), seq: z.int() }).optional().describe('Where this one was forked from.'),
  seq: z.int().describe('Of the last entry.'),
  maxEntries: z.int().describe('How many entries a log may hold.'),
  stateHash: z.string(),
  virtualTime: z.iso.datetime(),
  clockMode,
  counts: z.object({ nodes: z.int(), pods: z.int(), services: z.int() }),
  running: z.array(z.string()).describe('execId of each command that is being streamed.'),
  kubernetesUrl,
  links: z.record(z.string(), z.string()),
});

export const revertAnswer = z.object({ ...written.shape, toSeq: z.int(), changedRecords: z.int() });

export const clockAnswer = z.object({
  ...written.shape,
  advancedMs: z.number(),
  mode: clockMode,
  expired: z.object({ conntrack: z.int(), recent: z.int() }).describe('Tracked connections and affinity records that ran out on the way.'),
});
