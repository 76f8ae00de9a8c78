import { z } from 'zod';
import { rulesDiff } from '../history/history.schemas.js';
import { written } from '../sandboxes/sandboxes.schemas.js';

const labels = z.record(z.string(), z.string());

export const createPod = z
  .strictObject({
    name: z.string().min(1),
    namespace: z.string().min(1).optional(),
    labels: labels.optional(),
    nodeName: z.string().min(1).optional().describe('Default: the scheduler chooses.'),
    image: z.string().min(1).default('traefik/whoami'),
  })
  .meta({ example: { name: 'webpod1', labels: { app: 'webpod' }, nodeName: 'myk8s-worker' } });
export type CreatePod = z.output<typeof createPod>;

const servicePort = z.strictObject({
  name: z.string().optional(),
  port: z.int(),
  targetPort: z.union([z.int(), z.string()]).optional(),
  protocol: z.string().optional(),
  nodePort: z.int().optional(),
  appProtocol: z.string().optional(),
});

export const createService = z
  .strictObject({
    name: z.string().min(1),
    namespace: z.string().min(1).optional(),
    labels: labels.optional(),
    type: z.string().optional().describe('Default `ClusterIP`.'),
    ports: z.array(servicePort).min(1),
    selector: labels.optional(),
    clusterIP: z.string().optional(),
    sessionAffinity: z.string().optional(),
    sessionAffinityConfig: z.looseObject({}).optional(),
    internalTrafficPolicy: z.string().optional(),
    externalTrafficPolicy: z.string().optional(),
  })
  .meta({
    example: {
      name: 'svc-clusterip',
      clusterIP: '10.200.1.100',
      ports: [{ name: 'svc-webport', port: 9000, targetPort: 80 }],
      selector: { app: 'webpod' },
    },
  });
export type CreateService = z.output<typeof createService>;

export const patch = z
  .looseObject({})
  .describe('A strategic merge patch, as `kubectl patch` sends it.')
  .meta({ example: { spec: { sessionAffinity: 'ClientIP' } } });

export const listQuery = z.strictObject({
  namespace: z.string().optional().describe('Default: all namespaces.'),
  labelSelector: z.string().optional().describe('`app=webpod,tier in (a,b),!x`'),
  limit: z.coerce.number<string>().int().min(1).max(1000).default(500),
  continue: z.string().optional().describe('From `metadata.continue` of the page before.'),
});
export type ListQuery = z.output<typeof listQuery>;

const typeMeta = { apiVersion: z.string(), kind: z.string() };

/** As the Kubernetes API of the sandbox would serve it. */
export const kubernetesObject = z.looseObject({
  ...typeMeta,
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), uid: z.string(), labels: labels.optional() }),
  spec: z.looseObject({}).optional(),
  status: z.looseObject({}).optional(),
});

export const kubernetesList = z.looseObject({
  ...typeMeta,
  metadata: z.looseObject({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(kubernetesObject),
});

export const manifestsAnswer = z.object({
  ...written.shape,
  objects: z.array(
    z.object({
      ...typeMeta,
      namespace: z.string().nullable(),
      name: z.string(),
      resource: z.string(),
      result: z.enum(['created', 'configured', 'unchanged']),
    }),
  ),
  rulesDiff,
});
