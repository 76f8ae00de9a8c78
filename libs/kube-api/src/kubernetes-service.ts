import { assert, type Result } from '@svclab/sim';
import { sameJson } from './json.js';
import type { ApiServer } from './server.js';
import type { KubeObject, Status } from './types.js';

const NAME = 'kubernetes';
const NAMESPACE = 'default';

/** Where the API server can be reached from: addresses of the control-plane nodes. */
export interface ServerEndpoints {
  readonly addresses: readonly string[];
  readonly port: number;
}

/** pkg/controlplane/controller/kubernetesservice and pkg/controlplane/reconcilers. */
export function bootstrapKubernetesService(api: ApiServer, clusterIP: string, { addresses, port }: ServerEndpoints): void {
  const sorted = addresses.toSorted();
  if (!api.get('services', NAMESPACE, NAME))
    must(
      api.create('services', {
        metadata: { name: NAME, namespace: NAMESPACE, labels: { component: 'apiserver', provider: 'kubernetes' } },
        spec: { clusterIP, ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }] },
      }),
    );
  put(api, 'endpoints', {
    metadata: { name: NAME, namespace: NAMESPACE, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: sorted.map((ip) => ({ ip })), ports: [{ name: 'https', port, protocol: 'TCP' }] }],
  });
  put(api, 'endpointslices', {
    metadata: { name: NAME, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } },
    addressType: 'IPv4',
    endpoints: sorted.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  });
}

function put(api: ApiServer, resource: string, { metadata, ...content }: Pick<KubeObject, 'metadata'> | Record<string, any>): void {
  const existing = api.get(resource, NAMESPACE, NAME);
  if (!existing) must(api.create(resource, { metadata, ...content }));
  else if (Object.keys(content).some((member) => !sameJson(existing[member], (content as Record<string, unknown>)[member])))
    must(api.update(resource, { ...existing, ...content }));
}

/** The server's own objects cannot be refused but by a fault of ours. */
function must(result: Result<unknown, Status>): void {
  assert(result.ok, result.ok ? '' : result.error.message);
}
