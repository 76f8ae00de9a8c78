import { formatAddress } from '@svclab/wire';
import { endpointName, protocolName, serviceName } from './names.js';
import type { Ipvs } from './ipvs.js';
import { compareDestinations, compareServices } from './order.js';
import { rates } from './statistics.js';
import type { Destination, ForwardingMethod, Totals, VirtualService } from './types.js';

/** Counters by name: all there have been, or per second. */
export interface IpvsCounters {
  readonly connections: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** A real server as data: for JSON answers and `ipvsadm -L`. */
export interface RealServerListing {
  /** `10.10.1.2:80`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly method: ForwardingMethod;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly active: number;
  readonly inactive: number;
  readonly persistent: number;
  readonly statistics: IpvsCounters;
  readonly rates: IpvsCounters;
}

/** A virtual service as data. */
export interface VirtualServiceListing {
  /** `TCP 10.200.1.1:443`, `FWM 5`. */
  readonly name: string;
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly fwmark: number | null;
  readonly scheduler: string;
  readonly schedulerFlags: readonly string[];
  readonly persistentSeconds: number | null;
  readonly netmask: string;
  readonly onePacket: boolean;
  readonly statistics: IpvsCounters;
  readonly rates: IpvsCounters;
  readonly realServers: readonly RealServerListing[];
}

/** Connections of one real server. */
interface Connected {
  active: number;
  inactive: number;
  persistent: number;
}

/** All virtual services of a namespace in the order of `ipvsadm -L`, or in the kernel's. Changes nothing. */
export function listVirtualServices(ipvs: Ipvs, netns: string, sorted = true): VirtualServiceListing[] {
  const connected = connectedByServer(ipvs, netns);
  const services = ipvs.services.list(netns);
  return (sorted ? services.toSorted(compareServices) : services).map((service) => listService(ipvs, netns, service, connected, sorted));
}

function listService(
  ipvs: Ipvs,
  netns: string,
  service: Readonly<VirtualService>,
  connected: ReadonlyMap<string, Connected>,
  sorted: boolean,
): VirtualServiceListing {
  const { protocol, address, port, fwmark, scheduler, schedulerFlags, persistentSeconds, netmask, onePacket, destinations } = service;
  const state = ipvs.services.state(netns, service);
  const servers = sorted ? destinations.toSorted(compareDestinations) : destinations;
  return {
    name: serviceName(service),
    protocol: protocolName(protocol),
    address: formatAddress(address),
    port,
    fwmark: fwmark ?? null,
    scheduler,
    schedulerFlags: schedulerFlags ?? [],
    persistentSeconds: persistentSeconds ?? null,
    netmask: formatAddress(netmask),
    onePacket: onePacket === true,
    statistics: counters(state.totals),
    rates: counters(rates(state, ipvs.nowUs)),
    realServers: servers.map((server) => listServer(ipvs, netns, serviceName(service), server, connected)),
  };
}

function listServer(
  ipvs: Ipvs,
  netns: string,
  service: string,
  server: Destination,
  connected: ReadonlyMap<string, Connected>,
): RealServerListing {
  const name = endpointName(server);
  const state = ipvs.services.destinationState(netns, service, server)!;
  return {
    name,
    address: formatAddress(server.address),
    port: server.port,
    method: server.method,
    weight: server.weight,
    upperThreshold: server.upper,
    lowerThreshold: server.lower,
    ...(connected.get(`${service}|${name}`) ?? { active: 0, inactive: 0, persistent: 0 }),
    statistics: counters(state.totals),
    rates: counters(rates(state, ipvs.nowUs)),
  };
}

/** Counted from the live connections: what has ended may still be in the table until a packet comes. */
function connectedByServer(ipvs: Ipvs, netns: string): ReadonlyMap<string, Connected> {
  const connected = new Map<string, Connected>();
  for (const { service, server, template, active } of ipvs.connections.list(netns)) {
    const key = `${service}|${endpointName(server)}`;
    let of = connected.get(key);
    if (!of) connected.set(key, (of = { active: 0, inactive: 0, persistent: 0 }));
    of[template ? 'persistent' : active ? 'active' : 'inactive']++;
  }
  return connected;
}

const counters = ([connections, packetsIn, packetsOut, bytesIn, bytesOut]: Readonly<Totals>): IpvsCounters => ({
  connections,
  packetsIn,
  packetsOut,
  bytesIn,
  bytesOut,
});
