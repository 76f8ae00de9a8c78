import { Netfilter, type Chance, type NetworkPort, type ToolResult } from '@svclab/netfilter';
import type { Sim } from '@svclab/sim';
import type { Address, Prefix } from '@svclab/wire';
import { Datapath } from './datapath.js';
import { EchoExchange, UdpExchange } from './datagram-exchange.js';
import type { Draws, ExchangeContext } from './exchange.js';
import { exploreBranches, WitnessedChance, withoutConsequences } from './explore.js';
import { IcmpRateLimit } from './icmp.js';
import { ipCommand, type IpOptions } from './ip/ip-command.js';
import { type Neighbour, Neighbours } from './neighbours.js';
import { Redirects } from './redirects.js';
import { Routing } from './routing.js';
import { Sockets } from './sockets.js';
import { ssCommand, type SsOptions } from './ss.js';
import { TcpExchange } from './tcp-exchange.js';
import { type NewLink, Topology } from './topology.js';
import type { Application, Flow, FlowResult, LinkAddress, LinkRecord, NamespaceRecord, RouteRecord, SocketRecord, Trace } from './types.js';

/** A port or sequence number of an exploration: the first there is, since no random stream may move. */
const FIRST: Draws = { below: () => 0, u32: () => 0 };

/**
 * The kernels of all namespaces: topology, routes, sockets and the packets between them.
 * State lies in the tables `net.*`; `netfilter` holds rules and connections.
 */
export class Netstack implements NetworkPort {
  readonly netfilter: Netfilter;
  /** While set, requests whose sender did not say otherwise are traced, and their traces told here. No state: whoever sets it takes it off. */
  follower: ((trace: Trace) => void) | undefined;
  readonly #topology: Topology;
  readonly #redirects: Redirects;
  readonly #routing: Routing;
  readonly #neighbours: Neighbours;
  readonly #sockets: Sockets;
  readonly #icmpLimit: IcmpRateLimit;
  readonly #datapath: Datapath;
  readonly #applications = new Map<string, Application>();

  constructor(private readonly sim: Sim) {
    this.#topology = new Topology(sim);
    this.#redirects = new Redirects(sim);
    this.#routing = new Routing(this.#topology, this.#redirects);
    this.#neighbours = new Neighbours(sim, this.#topology);
    this.#sockets = new Sockets(sim);
    this.#icmpLimit = new IcmpRateLimit(sim);
    this.netfilter = new Netfilter(sim, this);
    this.#datapath = new Datapath({
      topology: this.#topology,
      routing: this.#routing,
      neighbours: this.#neighbours,
      icmpLimit: this.#icmpLimit,
      redirects: this.#redirects,
      filter: this.netfilter,
    });
  }

  // ---- Building the network ----

  /** A namespace with `lo` up; sysctls not given have the kernel's defaults. */
  addNamespace(record: Omit<NamespaceRecord, 'sysctls'> & Partial<NamespaceRecord>): void {
    this.#topology.addNamespace(record);
  }

  /** With its links, their peers, routes, sockets, rules and connections. */
  removeNamespace(name: string): void {
    this.#topology.removeNamespace(name);
    this.#sockets.removeNamespace(name);
    this.#neighbours.forget(name);
    this.#icmpLimit.removeNamespace(name);
    this.#redirects.removeNamespace(name);
    this.netfilter.removeNamespace(name);
  }

  namespace(name: string): Readonly<NamespaceRecord> | undefined {
    return this.#topology.namespace(name);
  }

  namespaces(): readonly Readonly<NamespaceRecord>[] {
    return this.#topology.namespaces();
  }

  addLink(link: NewLink): LinkRecord {
    return this.#topology.addLink(link);
  }

  addVethPair(one: Omit<NewLink, 'kind'>, other: Omit<NewLink, 'kind'>): void {
    this.#topology.addVethPair(one, other);
  }

  removeLink(netns: string, name: string): boolean {
    this.#neighbours.forget(netns, name);
    return this.#topology.removeLink(netns, name);
  }

  setLink(netns: string, name: string, change: Parameters<Topology['setLink']>[2]): boolean {
    return this.#topology.setLink(netns, name, change);
  }

  link(netns: string, name: string): Readonly<LinkRecord> | undefined {
    return this.#topology.link(netns, name);
  }

  /** In order of ifindex. */
  links(netns: string): readonly Readonly<LinkRecord>[] {
    return this.#topology.links(netns);
  }

  addAddress(netns: string, link: string, address: LinkAddress, options?: { prefixRoute?: boolean }): boolean {
    return this.#topology.addAddress(netns, link, address, options);
  }

  removeAddress(netns: string, link: string, address: Address): boolean {
    return this.#topology.removeAddress(netns, link, address);
  }

  addRoute(route: RouteRecord): void {
    this.#topology.addRoute(route);
  }

  removeRoute(netns: string, destination: Prefix): boolean {
    return this.#topology.removeRoute(netns, destination);
  }

  /** In the order of `ip route`. */
  routes(netns: string): readonly Readonly<RouteRecord>[] {
    return this.#topology.routes(netns);
  }

  neighbours(netns: string): readonly Neighbour[] {
    return this.#neighbours.list(netns);
  }

  setSysctl(netns: string, name: string, value: string): void {
    this.#topology.setSysctl(netns, name, value);
  }

  sysctl(netns: string, name: string): string | undefined {
    return this.#topology.sysctl(netns, name);
  }

  // ---- What netfilter asks ----

  addressType(netns: string, address: Address): ReturnType<NetworkPort['addressType']> {
    return this.#routing.addressType(netns, address);
  }

  interfaceAddress(netns: string, iface: string, destination: Address): Address | undefined {
    return this.#routing.interfaceAddress(netns, iface, destination);
  }

  hasInterface(netns: string, name: string): boolean {
    return this.#topology.link(netns, name) !== undefined;
  }

  // ---- Sockets and programs ----

  /** Lets a link answer for an address that it has not got; `undefined` ends it. */
  announce(address: Address, link: { readonly netns: string; readonly dev: string } | undefined): void {
    const record = link && this.#topology.link(link.netns, link.dev);
    if (record) this.#neighbours.announce(record, address);
    else this.#neighbours.withdraw(address);
  }

  listen(socket: SocketRecord): void {
    this.#sockets.listen(socket);
  }

  unlisten(netns: string, protocol: 'tcp' | 'udp', address: Address | null, port: number): boolean {
    return this.#sockets.unlisten(netns, protocol, address, port);
  }

  /** Listening sockets in the order of `ss`. */
  sockets(netns: string): readonly SocketRecord[] {
    return this.#sockets.list(netns);
  }

  /** Names the code behind {@link SocketRecord.app}. Code is no state: register it whenever a world is wired. */
  registerApplication(name: string, application: Application): void {
    this.#applications.set(name, application);
  }

  /** The code behind a socket: for those who ask a program without sending it packets. */
  application(name: string): Application | undefined {
    return this.#applications.get(name);
  }

  // ---- Sending ----

  /** One whole exchange: handshake, request, response and close; a datagram and its answer; or an echo. Time passes. */
  send(flow: Flow, options: { trace?: boolean } = {}): FlowResult {
    const draws = this.sim.random('netstack');
    if (!(options.trace ?? this.follower)) return this.#exchange(flow, { draws, trace: false, firstPacketOnly: false });
    const witness = new WitnessedChance(this.netfilter.chance);
    const result = this.#withChance(witness, () => this.#exchange(flow, { draws, trace: true, firstPacketOnly: false }));
    const trace = { ...result.trace!, probability: witness.probability };
    this.follower?.(trace);
    return { ...result, trace };
  }

  /**
   * Every branch that chance could choose for the first packet and its answer, the likeliest first. Changes nothing:
   * no counter, connection, random stream or clock. Stops after {@link MAX_BRANCHES} branches and says so in the last reason.
   */
  explore(flow: Flow): Trace[] {
    return exploreBranches((chance) =>
      withoutConsequences(this.sim, () =>
        this.#withChance(chance, () => this.#exchange(flow, { draws: FIRST, trace: true, firstPacketOnly: true }).trace!),
      ),
    );
  }

  #exchange(flow: Flow, how: Pick<ExchangeContext, 'draws' | 'trace' | 'firstPacketOnly'>): FlowResult {
    const context: ExchangeContext = {
      sim: this.sim,
      topology: this.#topology,
      routing: this.#routing,
      datapath: this.#datapath,
      sockets: this.#sockets,
      application: (name) => this.#applications.get(name),
      ...how,
    };
    const kinds = { tcp: TcpExchange, udp: UdpExchange, icmp: EchoExchange };
    return new kinds[flow.protocol](context, flow).run();
  }

  #withChance<T>(chance: Chance, work: () => T): T {
    const usual = this.netfilter.chance;
    this.netfilter.chance = chance;
    try {
      return work();
    } finally {
      this.netfilter.chance = usual;
    }
  }

  // ---- Tools ----

  /** `ip`, of iproute2 6.1. */
  ip(netns: string, argv: readonly string[], options: IpOptions = {}): ToolResult {
    return ipCommand(
      { topology: this.#topology, routing: this.#routing, neighbours: this.#neighbours, redirects: this.#redirects, netns },
      argv,
      options,
    );
  }

  /** `ss`, of iproute2 6.1. */
  ss(netns: string, argv: readonly string[], options: SsOptions = {}): ToolResult {
    return ssCommand(this.#sockets.list(netns), argv, options);
  }
}
