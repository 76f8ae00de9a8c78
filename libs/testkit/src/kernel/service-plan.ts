import type { World } from '@svclab/cluster';
import type { Draw } from './draw.js';
import { expectOk } from './kind-world.js';

export const WEB_PORT = 80;
export const UDP_PORT = 8080;
export const NO_LISTENER = 81;

/** A Service to be made, and where clients may ask for it. */
export interface ServicePlan {
  readonly name: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  readonly nodePort?: number;
  /** Addresses beside the ClusterIP: external IPs, and that of a load balancer. */
  readonly addresses: readonly string[];
  readonly loadBalancerIp?: string;
  readonly spec: object;
}

/** Any kind of Service for which kube-proxy writes rules. */
export function planService(draw: Draw, i: number): ServicePlan {
  const protocol = draw.oneIn(4) ? 'UDP' : 'TCP';
  const port = draw.pick([WEB_PORT, 9000, 9000 + i]);
  const targetPort = protocol === 'UDP' ? UDP_PORT : draw.oneIn(8) ? NO_LISTENER : WEB_PORT;
  const type = draw.pick(['ClusterIP', 'ClusterIP', 'NodePort', 'LoadBalancer']);
  const nodePort = type === 'ClusterIP' ? undefined : 30_080 + i;
  const selector = draw.pick([{ group: 'a' }, { group: 'b' }, { own: 'p0' }, { own: 'p1' }, { group: 'nobody' }]);
  // Clients outside have a route to the Services' network alone, so their addresses lie in it.
  const externalIps = draw.oneIn(5) ? [`10.200.1.${240 + i}`] : [];
  const loadBalancerIp = type === 'LoadBalancer' ? `10.200.1.${250 + i}` : undefined;
  const spec = {
    selector,
    type,
    ports: [{ protocol, port, targetPort, ...(nodePort !== undefined && { nodePort }) }],
    ...(externalIps.length > 0 && { externalIPs: externalIps }),
    ...(nodePort !== undefined && draw.oneIn(3) && { externalTrafficPolicy: 'Local' }),
    ...(draw.oneIn(5) && { internalTrafficPolicy: 'Local' }),
    ...(draw.oneIn(4) && { sessionAffinity: 'ClientIP' }),
    ...(loadBalancerIp !== undefined &&
      draw.oneIn(2) && { loadBalancerSourceRanges: [draw.pick(['172.18.0.100/32', '172.18.0.0/16', '10.10.0.0/16', '192.0.2.0/24'])] }),
  };
  const addresses = [...externalIps, ...(loadBalancerIp === undefined ? [] : [loadBalancerIp])];
  return {
    name: `s${i}`,
    protocol,
    port,
    spec,
    addresses,
    ...(nodePort !== undefined && { nodePort }),
    ...(loadBalancerIp !== undefined && { loadBalancerIp }),
  };
}

export const serviceManifest = ({ name, spec }: ServicePlan): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });

/** What a cloud's controller would do: gives every load balancer its address. */
export function provideLoadBalancers(world: World, services: readonly ServicePlan[]): void {
  for (const { name, loadBalancerIp } of services) {
    if (loadBalancerIp === undefined) continue;
    const service = world.api.get('services', 'default', name)!;
    const status = { ...service.status, loadBalancer: { ingress: [{ ip: loadBalancerIp }] } };
    expectOk(world.api.updateStatus('services', { ...service, status }));
  }
  world.settle();
}
