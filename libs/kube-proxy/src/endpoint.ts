import type { KubeObject } from '@svclab/kube-api';
import { servicePortKey, type ServicePortName, type ServiceProtocol } from './service-port.js';

export interface PodReference {
  readonly namespace: string;
  readonly name: string;
}

/** One address behind a service port, the same for every node (pkg/proxy/endpoint.go). */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** `10.10.1.2:80`, or `[fd00::2]:80`. Sorting and chain names go by this text. */
  readonly text: string;
  readonly nodeName?: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints: readonly string[];
  readonly pod?: PodReference;
  /** Name of the EndpointSlice that lists it. */
  readonly slice: string;
}

export interface PortEndpoints {
  readonly name: ServicePortName;
  readonly endpoints: readonly Endpoint[];
}

/** The endpoints of one Service, by {@link servicePortKey}. */
export type EndpointsMap = ReadonlyMap<string, PortEndpoints>;

interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
  readonly nodeName?: string;
  readonly hints?: { readonly forZones?: readonly { readonly name: string }[] };
  readonly targetRef?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
}

interface SlicePort {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: ServiceProtocol;
}

/**
 * Joins the EndpointSlices of one Service: ports are told apart by name and protocol, the same ip:port
 * counts once, and each list is in byte order of its text (pkg/proxy/endpointslicecache.go).
 */
export function endpointsOfSlices(namespace: string, service: string, slices: readonly Readonly<KubeObject>[]): EndpointsMap {
  const byPort = new Map<string, { name: ServicePortName; byText: Map<string, Endpoint> }>();
  for (const slice of slices) {
    for (const port of (slice['ports'] ?? []) as readonly SlicePort[]) {
      if (port.name === undefined || !port.port) continue;
      const name: ServicePortName = { namespace, service, port: port.name, protocol: port.protocol ?? 'TCP' };
      const key = servicePortKey(name);
      const { byText } = byPort.get(key) ?? { byText: new Map<string, Endpoint>() };
      byPort.set(key, { name, byText });
      for (const entry of (slice['endpoints'] ?? []) as readonly SliceEndpoint[]) {
        const endpoint = endpointOf(entry, port.port, slice.metadata.name);
        if (endpoint && !byText.has(endpoint.text)) byText.set(endpoint.text, endpoint);
      }
    }
  }
  return new Map([...byPort].map(([key, { name, byText }]) => [key, { name, endpoints: [...byText.values()].toSorted(compareText) }]));
}

export const formatEndpoint = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const compareText = (a: Endpoint, b: Endpoint): number => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);

function endpointOf(entry: SliceEndpoint, port: number, slice: string): Endpoint | undefined {
  const address = entry.addresses[0];
  if (address === undefined) return undefined;
  const { conditions, targetRef } = entry;
  const ready = conditions?.ready ?? true;
  return {
    address,
    port,
    text: formatEndpoint(address, port),
    ready,
    serving: conditions?.serving ?? true,
    terminating: conditions?.terminating ?? false,
    slice,
    zoneHints: entry.hints?.forZones?.map((zone) => zone.name) ?? [],
    ...(entry.nodeName !== undefined && { nodeName: entry.nodeName }),
    ...(targetRef?.kind === 'Pod' && { pod: { namespace: targetRef.namespace ?? '', name: targetRef.name ?? '' } }),
  };
}
