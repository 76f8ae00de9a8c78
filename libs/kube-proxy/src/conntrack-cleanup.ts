import { servingUdpEndpoints, type Changes, type ChangeTracker, type UdpEndpoints } from './change-tracker.js';
import type { IpFamily } from './configuration.js';
import type { NodeTools } from './node-tools.js';
import { servicePortKey, type ServicePort } from './service-port.js';

/**
 * Deletes the conntrack entries of UDP flows that would go on to where no rule sends them any more
 * (pkg/proxy/conntrack/cleanup.go). TCP needs none: its flows end by themselves.
 */
export function cleanStaleConntrack(tools: NodeTools, family: IpFamily, tracker: ChangeTracker, changes: Changes): void {
  const conntrack = (...args: string[]): void => {
    // Exit code 1 says that no entry matched.
    tools.run(['conntrack', ...args, ...(family === 'IPv6' ? ['-f', 'ipv6'] : [])]);
  };
  const { addresses, nodePorts } = staleDestinations(tracker, changes);
  for (const address of addresses) conntrack('-D', '--orig-dst', address, '-p', 'udp');
  for (const port of nodePorts) conntrack('-D', '-p', 'udp', '--dport', String(port));
  for (const { port, endpointIP } of removedEndpoints(tracker, changes)) {
    if (port.nodePort !== 0) conntrack('-D', '-p', 'udp', '--dport', String(port.nodePort), '--dst-nat', endpointIP);
    for (const address of frontAddresses(port)) conntrack('-D', '--orig-dst', address, '--dst-nat', endpointIP, '-p', 'udp');
  }
}

/** Cluster IPs of UDP ports that are gone, and all ways into those that have just got their first endpoint. */
function staleDestinations(tracker: ChangeTracker, changes: Changes): { addresses: string[]; nodePorts: number[] } {
  const addresses = new Set<string>();
  const nodePorts = new Set<number>();
  for (const [key, udpPorts] of Object.entries(changes.services)) {
    const present = new Set(tracker.servicePortsOfService(key).map(({ name }) => servicePortKey(name)));
    for (const { name, clusterIP } of udpPorts) if (!present.has(servicePortKey(name))) addresses.add(clusterIP);
  }
  for (const [key, before] of Object.entries(changes.endpoints)) {
    const hadEndpoints = new Set(before.filter(({ serving }) => serving.length > 0).map(({ name }) => servicePortKey(name)));
    for (const { name, serving } of servingUdpEndpoints(tracker.endpointsOfService(key))) {
      if (serving.length === 0 || hadEndpoints.has(servicePortKey(name))) continue;
      const port = portNamed(tracker, key, name);
      if (!port) continue;
      for (const address of frontAddresses(port)) addresses.add(address);
      if (port.nodePort !== 0) nodePorts.add(port.nodePort);
    }
  }
  return { addresses: [...addresses].toSorted(), nodePorts: [...nodePorts].toSorted((a, b) => a - b) };
}

function removedEndpoints(tracker: ChangeTracker, changes: Changes): { port: ServicePort; endpointIP: string }[] {
  return Object.entries(changes.endpoints).flatMap(([key, before]) => {
    const now = servingUdpEndpoints(tracker.endpointsOfService(key));
    return before.flatMap(({ name, serving }) => {
      const port = portNamed(tracker, key, name);
      if (!port) return [];
      const left = now.find((other) => servicePortKey(other.name) === servicePortKey(name))?.serving ?? [];
      return serving.filter((text) => !left.includes(text)).map((text) => ({ port, endpointIP: ipPart(text) }));
    });
  });
}

const portNamed = (tracker: ChangeTracker, key: string, name: UdpEndpoints['name']): ServicePort | undefined =>
  tracker.servicePortsOfService(key).find((port) => servicePortKey(port.name) === servicePortKey(name));

const frontAddresses = (port: ServicePort): string[] => [port.clusterIP, ...port.externalIPs, ...port.loadBalancerVIPs];

const ipPart = (endpoint: string): string => endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');
