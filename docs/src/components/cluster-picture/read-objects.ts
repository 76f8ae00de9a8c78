import type { SandboxClient } from '@svclab/client';
import type { ClusterObjects, PicturedObject } from './cluster-view.js';

/** What is in the reader's cluster; the token says whose that is. */
export async function readObjects({ api }: SandboxClient, signal: AbortSignal): Promise<ClusterObjects> {
  const asked = { params: { path: { id: 'current' } }, signal };
  const [nodes, pods, services, endpointSlices] = await Promise.all([
    api.GET('/api/v1/sandboxes/{id}/nodes', asked),
    api.GET('/api/v1/sandboxes/{id}/pods', asked),
    api.GET('/api/v1/sandboxes/{id}/services', asked),
    api.GET('/api/v1/sandboxes/{id}/endpointslices', asked),
  ]);
  return { nodes: itemsOf(nodes), pods: itemsOf(pods), services: itemsOf(services), endpointSlices: itemsOf(endpointSlices) };
}

const itemsOf = ({ data }: { data?: { items: readonly unknown[] } }): readonly PicturedObject[] =>
  (data?.items ?? []) as readonly PicturedObject[];
