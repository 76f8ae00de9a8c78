import type { Endpoint } from './endpoint.js';
import { minorVersion } from './minor-version.js';
import { usesClusterEndpoints, usesLocalEndpoints, type ServicePort } from './service-port.js';

/** What one node may use of a service port's endpoints. */
export interface CategorizedEndpoints {
  /** For the Cluster traffic policy. */
  readonly cluster: readonly Endpoint[];
  /** For the Local traffic policy. */
  readonly local: readonly Endpoint[];
  /** Everything this node may send to. */
  readonly allReachable: readonly Endpoint[];
  /** Whether there is a usable endpoint anywhere in the cluster. */
  readonly hasAnyEndpoints: boolean;
}

/**
 * Chooses the endpoints that node `nodeName` in zone `zone` (may be '') uses: pkg/proxy/topology.go
 * CategorizeEndpoints. `version` is that of kube-proxy, as in `v1.31.0`.
 */
export function categorizeEndpoints(
  endpoints: readonly Endpoint[],
  port: ServicePort,
  nodeName: string,
  zone: string,
  version?: string,
): CategorizedEndpoints {
  const useTopology = mayUseHints(port, version) && zoneHintsCount(endpoints, zone);
  const isLocal = (endpoint: Endpoint): boolean => endpoint.nodeName === nodeName;
  let cluster: readonly Endpoint[] = [];
  if (usesClusterEndpoints(port)) {
    cluster = endpoints.filter((endpoint) => endpoint.ready && (!useTopology || endpoint.zoneHints.includes(zone)));
    if (cluster.length === 0) cluster = endpoints.filter(isServingTerminating);
  }
  if (!usesLocalEndpoints(port)) return { cluster, local: [], allReachable: cluster, hasAnyEndpoints: cluster.length > 0 };

  const readyLocal = endpoints.filter((endpoint) => endpoint.ready && isLocal(endpoint));
  const local = readyLocal.length > 0 ? readyLocal : endpoints.filter((endpoint) => isLocal(endpoint) && isServingTerminating(endpoint));
  const fellBack = readyLocal.length === 0 && local.length > 0;
  let allReachable = cluster;
  if (!usesClusterEndpoints(port)) allReachable = local;
  else if (useTopology || fellBack) allReachable = [...cluster, ...local.filter((endpoint) => !cluster.includes(endpoint))];
  const hasAnyEndpoints = cluster.length > 0 || endpoints.some((endpoint) => endpoint.ready || isServingTerminating(endpoint));
  return { cluster, local, allReachable, hasAnyEndpoints };
}

const isServingTerminating = (endpoint: Endpoint): boolean => endpoint.serving && endpoint.terminating;

/**
 * Before v1.31, where feature gate ServiceTrafficDistribution is on, hints were used only for Services that ask
 * for them by annotation; any value did but `Disabled`.
 */
export function mayUseHints({ hintsAnnotation }: ServicePort, version?: string): boolean {
  if (minorVersion(version) >= 31) return true;
  return hintsAnnotation !== '' && hintsAnnotation !== 'Disabled' && hintsAnnotation !== 'disabled';
}

/** Hints count only when every ready endpoint has one and one of them is for this zone (canUseTopology of v1.31). */
export function zoneHintsCount(endpoints: readonly Endpoint[], zone: string): boolean {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  if (zone === '' || ready.some((endpoint) => endpoint.zoneHints.length === 0)) return false;
  return ready.some((endpoint) => endpoint.zoneHints.includes(zone));
}
