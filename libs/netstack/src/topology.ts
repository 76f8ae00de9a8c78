import { assert, type Sim, type Table } from '@svclab/sim';
import { formatAddress, ipv4Mask, isIpv4, sameAddress, type Address, type Prefix } from '@svclab/wire';
import type { LinkAddress, LinkRecord, NamespaceRecord, RouteRecord } from './types.js';

/** What a new interface needs; the rest has the values Linux gives. `ifindex` is the next free one of the namespace. */
export type NewLink = Pick<LinkRecord, 'netns' | 'name' | 'kind'> & Partial<LinkRecord>;

/** Sysctls of a fresh namespace (Linux 6.10) that something here reads or a learner looks at. */
const DEFAULT_SYSCTLS: { readonly [name: string]: string } = {
  'net.ipv4.conf.all.route_localnet': '0',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.icmp_ratelimit': '1000',
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.ip_forward': '0',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.tcp_syn_linear_timeouts': '4',
  'net.ipv4.tcp_syn_retries': '6',
};

const LOOPBACK = { address: 0x7f000001, length: 8 };
const LOOPBACK_V6 = { address: [0, 0, 0, 1] as const, length: 128 };

/** Where an address or route belongs, made anew when a table changes. */
interface NamespaceIndex {
  /** In order of ifindex, as every tool lists them. */
  links: LinkRecord[];
  linksByName: ReadonlyMap<string, LinkRecord>;
  /** Longest prefix first. */
  routes: RouteRecord[];
  /** IPv4 addresses of links that are up, and the link that holds each. */
  local: Map<number, LinkRecord>;
  broadcast: Set<number>;
  arrivalChecks: Map<string, ArrivalChecks>;
}

/** Sysctls that decide whether a packet may come in by an interface. */
export interface ArrivalChecks {
  readonly routeLocalnet: boolean;
  /** 0 off, 1 strict, 2 loose. */
  readonly rpFilter: number;
}

/**
 * Namespaces, links and routes: the tables `net.namespaces`, `net.links`, `net.routes`
 * and the indexes over them. Changes follow Linux: an address brings its connected
 * route, a link that goes takes its routes and its veth peer along.
 */
export class Topology {
  readonly #namespaces: Table<NamespaceRecord>;
  readonly #links: Table<LinkRecord>;
  readonly #routes: Table<RouteRecord>;
  readonly #indexes = new Map<string, NamespaceIndex>();
  #generation = 0;

  constructor(sim: Sim) {
    this.#namespaces = sim.store.table('net.namespaces');
    this.#links = sim.store.table('net.links');
    this.#routes = sim.store.table('net.routes');
    this.#namespaces.subscribe((key) => this.#forget(key));
    this.#links.subscribe((key) => this.#forget(key.slice(0, key.indexOf('|'))));
    this.#routes.subscribe((key) => this.#forget(key.slice(0, key.indexOf('|'))));
  }

  /** Moves with every change: who caches an answer compares it. */
  get generation(): number {
    return this.#generation;
  }

  namespace(name: string): Readonly<NamespaceRecord> | undefined {
    return this.#namespaces.get(name);
  }

  namespaces(): NamespaceRecord[] {
    return [...this.#namespaces.values()];
  }

  links(netns: string): readonly LinkRecord[] {
    return this.#index(netns).links;
  }

  link(netns: string, name: string): Readonly<LinkRecord> | undefined {
    return this.#index(netns).linksByName.get(name);
  }

  /** Longest prefix first, as lookups need them. */
  routesByLength(netns: string): readonly RouteRecord[] {
    return this.#index(netns).routes;
  }

  /** By address, as `ip route` lists them (order of Linux' fib trie). */
  routes(netns: string): RouteRecord[] {
    return this.#routes.keysWithPrefix(`${netns}|`).map((key) => this.#routes.get(key)!);
  }

  route(netns: string, destination: Prefix): Readonly<RouteRecord> | undefined {
    return this.#routes.get(routeKey(netns, destination));
  }

  /** The link that holds `address`; a whole 127.0.0.0/8 lives on `lo`. */
  localLink(netns: string, address: Address): LinkRecord | undefined {
    if (!isIpv4(address))
      return this.links(netns).find((link) => link.up && link.addresses.some((a) => sameAddress(a.prefix.address, address)));
    const { local, links } = this.#index(netns);
    return local.get(address) ?? (isLoopback(address) ? links.find((link) => link.kind === 'loopback' && link.up) : undefined);
  }

  /** Whether a link that is up has been given this very address. */
  holdsAddress(netns: string, address: Address): boolean {
    return isIpv4(address) && this.#index(netns).local.has(address);
  }

  isBroadcast(netns: string, address: Address): boolean {
    return isIpv4(address) && this.#index(netns).broadcast.has(address);
  }

  /** Value of a sysctl, or the kernel's default; `undefined` when it is none of those known here. */
  sysctl(netns: string, name: string): string | undefined {
    return this.#namespaces.get(netns)?.sysctls[name] ?? DEFAULT_SYSCTLS[name];
  }

  /** Whether a router tells senders on `link` of shorter ways (`IN_DEV_TX_REDIRECTS`). */
  sendsRedirects(netns: string, link: string): boolean {
    return this.#conf(netns, link, 'send_redirects') || this.#conf(netns, 'all', 'send_redirects');
  }

  /** Whether a kernel believes redirects that come in by `link` (`IN_DEV_RX_REDIRECTS`). One that forwards does not, unless told to. */
  acceptsRedirects(netns: string, link: string): boolean {
    const own = this.#conf(netns, link, 'accept_redirects');
    const forwards = this.sysctl(netns, 'net.ipv4.ip_forward') === '1';
    return forwards ? own && this.#conf(netns, 'all', 'accept_redirects', '0') : own || this.#conf(netns, 'all', 'accept_redirects');
  }

  /** `net.ipv4.conf.<link>.<name>`; a link that was never told otherwise has what `default` says. */
  #conf(netns: string, link: string, name: string, fallback = '1'): boolean {
    const usual = link === 'all' ? undefined : this.sysctl(netns, `net.ipv4.conf.default.${name}`);
    return (this.sysctl(netns, `net.ipv4.conf.${link}.${name}`) ?? usual ?? fallback) !== '0';
  }

  arrivalChecks(netns: string, link: string): ArrivalChecks {
    const { arrivalChecks } = this.#index(netns);
    let checks = arrivalChecks.get(link);
    if (!checks) {
      checks = {
        routeLocalnet: this.#linkSysctl(netns, link, 'route_localnet') > 0,
        rpFilter: this.#linkSysctl(netns, link, 'rp_filter'),
      };
      arrivalChecks.set(link, checks);
    }
    return checks;
  }

  /** `net.ipv4.conf.<link>.<name>`, or that of `all` when it is larger. */
  #linkSysctl(netns: string, link: string, name: string): number {
    const own = Number(this.sysctl(netns, `net.ipv4.conf.${link}.${name}`) ?? 0);
    return Math.max(own, Number(this.sysctl(netns, `net.ipv4.conf.all.${name}`) ?? 0));
  }

  /** A namespace with its loopback interface up. */
  addNamespace(record: Omit<NamespaceRecord, 'sysctls'> & Partial<NamespaceRecord>): void {
    assert(!this.#namespaces.has(record.name), `namespace ${record.name} exists`);
    this.#namespaces.put(record.name, { ...record, sysctls: { ...record.sysctls } });
    this.addLink({
      netns: record.name,
      name: 'lo',
      kind: 'loopback',
      addresses: [
        { prefix: LOOPBACK, scope: 'host' },
        { prefix: LOOPBACK_V6, scope: 'host' },
      ],
    });
  }

  /** The namespace with its links (and their peers) and routes. */
  removeNamespace(name: string): void {
    for (const link of this.links(name)) this.removeLink(name, link.name);
    this.#namespaces.delete(name);
    this.#indexes.delete(name);
  }

  setSysctl(netns: string, name: string, value: string): void {
    const record = this.#namespaces.get(netns);
    assert(record, `no namespace ${netns}`);
    this.#namespaces.put(netns, { ...record, sysctls: { ...record.sysctls, [name]: value } });
  }

  addLink(link: NewLink): LinkRecord {
    assert(this.#namespaces.has(link.netns), `no namespace ${link.netns}`);
    assert(!this.link(link.netns, link.name), `link ${link.name} exists in ${link.netns}`);
    const loopback = link.kind === 'loopback';
    const record: LinkRecord = {
      ifindex: 1 + Math.max(0, ...this.links(link.netns).map((other) => other.ifindex)),
      mac: '00:00:00:00:00:00',
      mtu: loopback ? 65536 : 1500,
      up: true,
      addresses: [],
      ...link,
    };
    this.#putLink(record);
    if (record.up) this.#addConnectedRoutes(record);
    return record;
  }

  /** Two ends of one virtual cable, each its peer's peer. */
  addVethPair(one: Omit<NewLink, 'kind'>, other: Omit<NewLink, 'kind'>): void {
    this.addLink({ ...one, kind: 'veth', peer: { netns: other.netns, link: other.name } });
    this.addLink({ ...other, kind: 'veth', peer: { netns: one.netns, link: one.name } });
  }

  /** Takes the veth peer and the routes of both along. */
  removeLink(netns: string, name: string): boolean {
    const link = this.link(netns, name);
    if (!link) return false;
    this.#removeRoutesOf(netns, name);
    this.#links.delete(`${netns}|${name}`);
    if (link.peer) this.removeLink(link.peer.netns, link.peer.link);
    return true;
  }

  /** Going down costs the routes; coming up brings back the connected ones alone, as in Linux. */
  setLink(netns: string, name: string, change: Partial<Pick<LinkRecord, 'up' | 'mtu' | 'master' | 'mac' | 'display'>>): boolean {
    const link = this.link(netns, name);
    if (!link) return false;
    const changed = { ...link, ...change };
    this.#putLink(changed);
    if (link.up && !changed.up) this.#removeRoutesOf(netns, name);
    if (!link.up && changed.up) this.#addConnectedRoutes(changed);
    return true;
  }

  /** `prefixRoute: false` leaves out the connected route, as `ip addr add … noprefixroute` does. False when the link has the address. */
  addAddress(netns: string, name: string, address: LinkAddress, options: { prefixRoute?: boolean } = {}): boolean {
    const link = this.link(netns, name);
    assert(link, `no link ${name} in ${netns}`);
    if (link.addresses.some((a) => sameAddress(a.prefix.address, address.prefix.address))) return false;
    this.#putLink({ ...link, addresses: [...link.addresses, address] });
    if (link.up && options.prefixRoute !== false) this.#addConnectedRoute(link, address);
    return true;
  }

  /** With the connected route and the routes that name it as source. False when the link has no such address. */
  removeAddress(netns: string, name: string, address: Address): boolean {
    const link = this.link(netns, name);
    if (!link?.addresses.some((a) => sameAddress(a.prefix.address, address))) return false;
    this.#putLink({ ...link, addresses: link.addresses.filter((a) => !sameAddress(a.prefix.address, address)) });
    for (const route of this.routes(netns)) {
      if (route.src !== undefined && sameAddress(route.src, address)) this.removeRoute(netns, route.destination);
    }
    return true;
  }

  /** Replaces a route to the same prefix. */
  // Simplification: one route per prefix; metrics, multipath and further routing tables are left out.
  addRoute(route: RouteRecord): void {
    this.#routes.put(routeKey(route.netns, route.destination), route);
  }

  removeRoute(netns: string, destination: Prefix): boolean {
    return this.#routes.delete(routeKey(netns, destination));
  }

  #putLink(link: LinkRecord): void {
    this.#links.put(`${link.netns}|${link.name}`, link);
  }

  #addConnectedRoutes(link: LinkRecord): void {
    for (const address of link.addresses) this.#addConnectedRoute(link, address);
  }

  /** fib_add_ifaddr in net/ipv4/fib_frontend.c; loopback and host prefixes are in the local table alone. */
  #addConnectedRoute(link: LinkRecord, { prefix }: LinkAddress): void {
    if (!isIpv4(prefix.address) || prefix.length === 32 || link.kind === 'loopback') return;
    const destination = { address: (prefix.address & ipv4Mask(prefix.length)) >>> 0, length: prefix.length };
    if (this.route(link.netns, destination)) return;
    this.addRoute({ netns: link.netns, destination, dev: link.name, scope: 'link', protocol: 'kernel', src: prefix.address });
  }

  #removeRoutesOf(netns: string, dev: string): void {
    for (const route of this.routes(netns)) if (route.dev === dev) this.removeRoute(netns, route.destination);
  }

  #forget(netns: string): void {
    this.#generation++;
    this.#indexes.delete(netns);
  }

  #index(netns: string): NamespaceIndex {
    let index = this.#indexes.get(netns);
    if (!index) {
      const links = this.#links.keysWithPrefix(`${netns}|`).map((key) => this.#links.get(key)! as LinkRecord);
      links.sort((a, b) => a.ifindex - b.ifindex);
      const routes = this.routes(netns).toSorted((a, b) => b.destination.length - a.destination.length);
      const linksByName = new Map(links.map((link) => [link.name, link]));
      index = { links, linksByName, routes, ...addressesOf(links), arrivalChecks: new Map() };
      this.#indexes.set(netns, index);
    }
    return index;
  }
}

const routeKey = (netns: string, { address, length }: Prefix): string => {
  const words = isIpv4(address) ? [address] : ['v6', ...address];
  const sortable = words.map((word) => (typeof word === 'number' ? word.toString(16).padStart(8, '0') : word)).join('');
  // The fib trie lists the longer of two prefixes with one address first.
  return `${netns}|${sortable}/${String(128 - length).padStart(3, '0')}`;
};

function addressesOf(links: readonly LinkRecord[]): Pick<NamespaceIndex, 'local' | 'broadcast'> {
  const local = new Map<number, LinkRecord>();
  const broadcast = new Set<number>();
  for (const link of links) {
    // Simplification: a dummy's addresses are local while it is down too, as those of one that was never up are (kube-ipvs0).
    if (!link.up && link.kind !== 'dummy') continue;
    for (const { prefix, broadcast: toAll } of link.addresses) {
      if (!isIpv4(prefix.address)) continue;
      if (!local.has(prefix.address)) local.set(prefix.address, link);
      if (toAll !== undefined && isIpv4(toAll)) broadcast.add(toAll);
    }
  }
  return { local, broadcast };
}

export const isLoopback = (address: Address): boolean => isIpv4(address) && address >>> 24 === 127;

/** For people: `myk8s-worker`, `default/net-pod`, `mypc`, `docker host`. */
export function namespaceTitle(netns: string): string {
  return netns === 'host' ? 'docker host' : netns.slice(netns.indexOf('/') + 1);
}

/** `10.10.0.0/24 via 172.18.0.2 dev eth0`, without the trailing blank of `ip route`. */
export function routeText(route: RouteRecord): string {
  const { destination, via, dev, protocol, scope, src } = route;
  const whole = isIpv4(destination.address) ? 32 : 128;
  const to =
    destination.length === 0
      ? 'default'
      : formatAddress(destination.address) + (destination.length === whole ? '' : `/${destination.length}`);
  return [
    to,
    via === undefined ? '' : `via ${formatAddress(via)}`,
    `dev ${dev}`,
    protocol && protocol !== 'boot' ? `proto ${protocol}` : '',
    scope === 'global' ? '' : `scope ${scope}`,
    src === undefined ? '' : `src ${formatAddress(src)}`,
  ]
    .filter(Boolean)
    .join(' ');
}
