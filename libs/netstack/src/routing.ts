import type { NetworkPort } from '@svclab/netfilter';
import { formatAddress, inPrefix, isIpv4, type Address } from '@svclab/wire';
import { isLoopback, routeText, type Topology } from './topology.js';
import type { Redirects } from './redirects.js';
import type { LinkRecord, RouteRecord } from './types.js';

/** Where a packet goes next, and the address it leaves from when its sender had chosen none. */
export interface RouteDecision {
  readonly kind: 'local' | 'unicast' | 'broadcast';
  readonly dev: string;
  /** The neighbour to hand the packet to: a gateway, or the destination itself. */
  readonly nexthop: Address;
  readonly source: Address | undefined;
  /** Another router than the routing table's has been told by ICMP, until then. */
  readonly redirectedUntilUs?: number;
  /** As `ip route` writes it. */
  readonly text: string;
}

const LIMITED_BROADCAST = 0xffffffff;
/** A cache that a scan of addresses filled is thrown away rather than kept in order. */
const CACHE_SIZE = 4096;

/** Route lookup of every namespace: local table, then longest prefix of table main (Linux: net/ipv4/fib_trie.c, route.c). */
// Simplification: packets are IPv4; IPv6 addresses are shown by the tools but nothing is routed to them.
export class Routing implements NetworkPort {
  readonly #cache = new Map<string, Map<number, RouteDecision | null>>();
  #generation = -1;

  constructor(
    private readonly topology: Topology,
    private readonly redirects: Pick<Redirects, 'exception'>,
  ) {}

  /** `undefined`: the network is unreachable. */
  lookup(netns: string, destination: Address): RouteDecision | undefined {
    if (!isIpv4(destination)) return undefined;
    if (this.#generation !== this.topology.generation) {
      this.#cache.clear();
      this.#generation = this.topology.generation;
    }
    let decisions = this.#cache.get(netns);
    if (!decisions || decisions.size > CACHE_SIZE) this.#cache.set(netns, (decisions = new Map()));
    let decision = decisions.get(destination);
    if (decision === undefined) {
      decision = this.#decide(netns, destination) ?? null;
      decisions.set(destination, decision);
    }
    return decision ? this.#redirected(netns, destination, decision) : undefined;
  }

  #redirected(netns: string, destination: number, decision: RouteDecision): RouteDecision {
    const exception = this.redirects.exception(netns, destination, decision.nexthop);
    return exception ? { ...decision, nexthop: exception.gateway, redirectedUntilUs: exception.untilUs } : decision;
  }

  addressType(netns: string, address: Address): 'LOCAL' | 'BROADCAST' | 'MULTICAST' | 'UNICAST' | 'UNSPEC' {
    if (address === 0 || address === LIMITED_BROADCAST) return 'BROADCAST';
    if (isIpv4(address) && address >>> 28 === 0xe) return 'MULTICAST';
    if (this.topology.localLink(netns, address)) return 'LOCAL';
    return this.topology.isBroadcast(netns, address) ? 'BROADCAST' : 'UNICAST';
  }

  /** inet_select_addr towards the next hop, as nf_nat_masquerade_ipv4 asks. */
  interfaceAddress(netns: string, iface: string, destination: Address): Address | undefined {
    const link = this.topology.link(netns, iface);
    if (!link) return undefined;
    return this.selectSource(netns, link, this.lookup(netns, destination)?.nexthop ?? destination);
  }

  /**
   * The address of `link` in the neighbour's subnet, else its first, else any of the namespace;
   * none that is good within this host alone (inet_select_addr in net/ipv4/devinet.c).
   */
  selectSource(netns: string, link: LinkRecord, neighbour: Address): Address | undefined {
    const own = usable(link);
    const near = own.find((a) => inPrefix(neighbour, a.prefix)) ?? own[0];
    if (near) return near.prefix.address;
    // Simplification: Linux asks the other interfaces in the order in which they came; here those with a network come first, as a node's uplink does.
    const others = this.topology.links(netns).filter((other) => other.up && other.name !== link.name);
    const global = others.flatMap(usable).filter((a) => a.scope === 'global');
    return (global.find((a) => a.prefix.length < 32) ?? global[0])?.prefix.address;
  }

  #decide(netns: string, destination: number): RouteDecision | undefined {
    const local = this.topology.localLink(netns, destination);
    if (local)
      return {
        kind: 'local',
        dev: 'lo',
        nexthop: destination,
        source: destination,
        text: `local ${formatAddress(destination)} dev ${local.name}`,
      };
    const route = this.#longestMatch(netns, destination);
    if (!route) return undefined;
    const link = this.topology.link(netns, route.dev)!;
    const nexthop = route.via ?? destination;
    return {
      kind: this.topology.isBroadcast(netns, destination) ? 'broadcast' : 'unicast',
      dev: route.dev,
      nexthop,
      source: route.src ?? this.selectSource(netns, link, nexthop),
      text: routeText(route),
    };
  }

  #longestMatch(netns: string, destination: number): RouteRecord | undefined {
    return this.topology
      .routesByLength(netns)
      .find((route) => inPrefix(destination, route.destination) && this.topology.link(netns, route.dev)?.up);
  }

  /**
   * Why Linux refuses an arriving packet before forwarding or delivering it, or `undefined`:
   * ip_route_input_slow and fib_validate_source.
   */
  refuseArrival(netns: string, iface: string, source: Address, destination: Address): string | undefined {
    if (iface === 'lo') return undefined;
    const { routeLocalnet, rpFilter } = this.topology.arrivalChecks(netns, iface);
    const martian = isLoopback(source) ? 'source' : isLoopback(destination) ? 'destination' : undefined;
    if (martian && !routeLocalnet) {
      return `martian ${martian}: 127.0.0.0/8 arrived on ${iface} and route_localnet is 0`;
    }
    // Of 127.0.0.0/8, lo holds one address alone (inet_lookup_ifaddr_rcu).
    if (this.topology.holdsAddress(netns, source)) return `martian source: the packet carries an address of this kernel itself`;
    if (!rpFilter) return undefined;
    const back = this.lookup(netns, source);
    if (!back) return 'rp_filter: no route back to the source';
    return rpFilter === 1 && back.dev !== iface
      ? `rp_filter: the way back to the source leaves by ${back.dev}, not by ${iface}`
      : undefined;
  }
}

const usable = (link: LinkRecord) => link.addresses.filter((a) => isIpv4(a.prefix.address) && a.scope !== 'host');
