import type { Answer } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { answer, problem } from './answer.js';

/** Asks how the kube-proxy of one node stands. */
export interface KubeProxyQuery {
  readonly kind: 'kube-proxy';
  readonly node: string;
}

export function readKubeProxy({ sim, world }: Sandbox, { node }: KubeProxyQuery): Answer {
  if (!world.container(`node/${node}`)) return problem(404, 'NotFound', `nodes "${node}" not found`);
  const status = world.kubeProxy.status(node);
  const log = world.kubeProxy.log(node);
  if (!status) return answer({ node, running: false, log });
  const { mode, configuration, syncs, needFullSync, changes, lastSyncUs, healthChecks, failure } = status;
  return answer({
    node,
    running: true,
    mode,
    configuration,
    syncs,
    lastSync: new Date(lastSyncUs / 1000).toISOString(),
    sinceLastSyncMs: (sim.nowUs - lastSyncUs) / 1000,
    needsFullSync: needFullSync,
    pending: { services: Object.keys(changes.services), endpoints: Object.keys(changes.endpoints) },
    healthChecks: Object.entries(healthChecks).map(([port, health]) => ({ port: Number(port), ...health })),
    ...(failure === undefined ? {} : { failure }),
    log,
  });
}
