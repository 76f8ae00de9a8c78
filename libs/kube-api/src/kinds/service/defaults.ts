import type { KubeObject } from '../../types.js';
import { isExternallyAccessible, specOf } from './fields.js';

/** How long ClientIP affinity lasts when a Service does not say (3 hours). */
const DEFAULT_AFFINITY_SECONDS = 10_800;

/** Defaults of a Service (pkg/apis/core/v1/defaults.go `SetDefaults_Service`). Those that depend on the cluster are the allocation's. */
export function applyServiceDefaults(service: KubeObject): void {
  const spec = specOf(service);
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined)
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: DEFAULT_AFFINITY_SECONDS } };
  spec.type ??= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    if (!port.targetPort) port.targetPort = port.port;
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (['ClusterIP', 'NodePort', 'LoadBalancer'].includes(spec.type)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}
