import { spawnSync } from 'node:child_process';
import type { LinkRecord, NamespaceRecord, Netstack } from '@svclab/netstack';
import { formatAddress, isIpv4, type Address } from '@svclab/wire';
import type { ServerSpec } from './agent-protocol.js';
import { NamespaceAgent } from './namespace-agent.js';

/**
 * Settings in which this machine may differ from a fresh kernel, and what the simulation leaves
 * out: no IPv6, no SYN/ACK sent again, little else, the plainest congestion control.
 */
const COMMON_SYSCTLS: { readonly [name: string]: string } = {
  'net.ipv6.conf.all.disable_ipv6': '1',
  'net.ipv6.conf.default.disable_ipv6': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv4.conf.all.send_redirects': '1',
  'net.ipv4.conf.default.send_redirects': '1',
  'net.ipv4.conf.all.route_localnet': '0',
  'net.ipv4.conf.default.route_localnet': '0',
  'net.ipv4.ip_forward': '0',
  'net.ipv4.icmp_ratelimit': '1000',
  'net.ipv4.tcp_synack_retries': '0',
  'net.ipv4.tcp_retries2': '1',
  'net.ipv4.tcp_congestion_control': 'reno',
  'net.bridge.bridge-nf-call-iptables': '0',
};

const built = new Set<KernelNetwork>();
let count = 0;
process.on('exit', () => built.forEach((network) => network.removeNamespaces()));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Real network namespaces with the links, addresses, routes, sysctls and servers of a simulated network. None has an uplink. */
export class KernelNetwork {
  readonly #prefix = `svk${process.pid}-${count++}-`;
  /** Real names by the simulation's. */
  readonly #names = new Map<string, string>();
  readonly #agents = new Map<string, NamespaceAgent>();

  static async build(net: Netstack): Promise<KernelNetwork> {
    const network = new KernelNetwork();
    built.add(network);
    try {
      await network.#build(net);
      return network;
    } catch (error) {
      await network.remove();
      throw error;
    }
  }

  agent(netns: string): NamespaceAgent {
    const agent = this.#agents.get(netns);
    if (!agent) throw new Error(`no real namespace for ${netns}`);
    return agent;
  }

  /** Waits until nothing of earlier exchanges is under way any more. */
  async quiet(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.quiet()));
  }

  async remove(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.close()));
    this.removeNamespaces();
    built.delete(this);
  }

  /** At once, for when the process ends; agents end with their stdin. */
  removeNamespaces(): void {
    for (const name of this.#names.values()) spawnSync('ip', ['netns', 'del', name]);
    this.#names.clear();
  }

  async #build(net: Netstack): Promise<void> {
    const namespaces = net.namespaces();
    for (const [i, { name }] of namespaces.entries()) {
      this.#names.set(name, `${this.#prefix}${i}`);
      run(['ip', 'netns', 'add', this.#real(name)]);
    }
    for (const namespace of namespaces) this.#writeSysctls(namespace);
    batch(
      [],
      namespaces.flatMap(({ name }) => net.links(name).flatMap((link) => this.#linkCommands(link))),
    );
    for (const { name, uplink } of namespaces) batch(['-n', this.#real(name)], addressCommands(net, name, uplink));
    await Promise.all(namespaces.map(({ name }) => this.#start(net, name)));
  }

  #real(netns: string): string {
    return this.#names.get(netns)!;
  }

  /** A pair is made once, by the end whose name comes first. */
  #linkCommands(link: LinkRecord): string[] {
    const { name, mac, mtu, peer } = link;
    const ns = this.#real(link.netns);
    if (link.kind === 'bridge') return [`link add name ${name} netns ${ns} address ${mac} mtu ${mtu} type bridge`];
    if (link.kind === 'dummy') return [`link add name ${name} netns ${ns} address ${mac} mtu ${mtu} type dummy`];
    if (link.kind !== 'veth' || !peer || `${peer.netns}|${peer.link}` < `${link.netns}|${name}`) return [];
    return [`link add name ${name} netns ${ns} mtu ${mtu} type veth peer name ${peer.link} netns ${this.#real(peer.netns)} mtu ${mtu}`];
  }

  #writeSysctls({ name, sysctls }: NamespaceRecord): void {
    const all = Object.entries({ ...COMMON_SYSCTLS, ...sysctls });
    // Not every kernel has every one of them.
    const script = all.map(([key, value]) => `[ -e ${sysctlFile(key)} ] && echo '${value}' > ${sysctlFile(key)}`).join('\n');
    run(['ip', 'netns', 'exec', this.#real(name), 'sh', '-c', `${script}\ntrue`]);
  }

  async #start(net: Netstack, netns: string): Promise<void> {
    const agent = new NamespaceAgent(this.#real(netns));
    this.#agents.set(netns, agent);
    const servers = net.sockets(netns).flatMap(({ protocol, address, port, app }): ServerSpec[] => {
      if (app === undefined || (address !== null && !isIpv4(address))) return [];
      return [{ protocol, address: address ? formatAddress(address) : '', port }];
    });
    await agent.serve(netns, servers);
  }
}

function addressCommands(net: Netstack, netns: string, uplink: NamespaceRecord['uplink']): string[] {
  const links = net.links(netns).filter(({ kind }) => kind !== 'tunnel');
  const routes = net.routes(netns).filter(({ destination }) => isIpv4(destination.address));
  const commands = links.flatMap((link) => [
    ...(link.kind === 'loopback' ? [] : [`link set dev ${link.name} address ${link.mac}`]),
    ...(link.master ? [`link set dev ${link.name} master ${link.master}`] : []),
    ...(link.up ? [`link set dev ${link.name} up`] : []),
    ...(link.kind === 'loopback' ? [] : link.addresses.flatMap((each) => addressCommand(link.name, each))),
  ]);
  // A gateway must be within reach before a route may name it.
  for (const route of routes.toSorted((a, b) => Number(a.via !== undefined) - Number(b.via !== undefined))) {
    const { destination, via, dev, scope, protocol, src } = route;
    commands.push(
      `route add ${formatAddress(destination.address)}/${destination.length}` +
        ` ${via === undefined ? '' : `via ${formatAddress(via)} `}dev ${dev} scope ${scope}` +
        (protocol ? ` proto ${protocol}` : '') +
        (src === undefined ? '' : ` src ${formatAddress(src)}`),
    );
  }
  if (uplink) commands.push(`route add ${uplink} default`);
  return commands;
}

function addressCommand(dev: string, each: LinkRecord['addresses'][number]): string[] {
  const { prefix, broadcast, scope } = each;
  if (!isIpv4(prefix.address)) return [];
  const toAll: Address | undefined = broadcast;
  const brd = toAll === undefined ? '' : ` broadcast ${formatAddress(toAll)}`;
  return [`address add ${formatAddress(prefix.address)}/${prefix.length}${brd} dev ${dev} scope ${scope} noprefixroute`];
}

const sysctlFile = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`;

function batch(options: readonly string[], commands: readonly string[]): void {
  run(['ip', ...options, '-batch', '-'], commands.join('\n'));
}

function run(argv: readonly string[], input = ''): void {
  const { status, stderr, error } = spawnSync(argv[0]!, argv.slice(1), { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${error?.message ?? stderr}\n${input}`);
}
