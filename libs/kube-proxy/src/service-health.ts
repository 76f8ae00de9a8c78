import { serviceKey, type ChangeTracker } from './change-tracker.js';

/** The health check node port of one Service (pkg/proxy/healthcheck/service_health.go). Plain JSON. */
export interface ServiceHealth {
  readonly namespace: string;
  readonly name: string;
  /** Distinct addresses of ready endpoints on this node, over all ports. Terminating ones do not count. */
  readonly localEndpoints: number;
}

/** By port number: the Services that have a health check node port, and what one node would answer there. */
export function serviceHealth(tracker: ChangeTracker, nodeName: string): Readonly<Record<string, ServiceHealth>> {
  const found: Record<string, ServiceHealth> = {};
  for (const { name, healthCheckNodePort } of tracker.portsWithHealthCheck()) {
    if (found[healthCheckNodePort]) continue;
    const local = new Set<string>();
    for (const { endpoints } of tracker.endpointsOfService(serviceKey(name)).values()) {
      for (const endpoint of endpoints) if (endpoint.ready && endpoint.nodeName === nodeName) local.add(endpoint.address);
    }
    found[healthCheckNodePort] = { namespace: name.namespace, name: name.service, localEndpoints: local.size };
  }
  return found;
}
