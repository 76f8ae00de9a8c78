import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '@svclab/cluster';
import { formatEntry, type ConntrackEvent } from '@svclab/netfilter';
import type { Flow, FlowResult, Netstack } from '@svclab/netstack';
import { Prng, type Sim } from '@svclab/sim';
import { address, formatAddress, formatEndpoint } from '@svclab/wire';
import { answerTo, HTTP_REQUEST, UDP_REQUEST, type ExchangeResult } from './agent-protocol.js';
import { compareLines, compareObservations, type Difference } from './compare.js';
import { FollowedChance } from './followed-chance.js';
import type { KernelNetwork } from './kernel-network.js';
import { listNatively, loadNatively, nativeLines, nativeTables } from './native-rules.js';
import { connectionsIn, eventOf, objectsIn, rulesIn, type KnownPorts, type NamespaceObservation, type Observation } from './observation.js';

/** One exchange to be had in both worlds. */
export interface ParityFlow {
  /** Namespace of the client. */
  readonly from: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly to: string;
  /** 0 for ICMP. */
  readonly port: number;
  /** Echo identifier of ICMP. */
  readonly sourcePort: number;
  readonly ttl?: number;
}

export interface FlowReport {
  readonly kernel: ExchangeResult;
  readonly differences: readonly Difference[];
  /** Retransmissions go on in the real world: what comes after would be measured together with them. */
  readonly lingers: boolean;
}

/** Shorter than the first retransmission of a SYN (1 s), long enough for a busy machine. */
const TIMEOUT_MS = 400;
/** Branches of chance looked at for one flow. */
const MOST_BRANCHES = 256;
const LATE_EVENTS_MS = 60;
const LATE_EVENTS_TURNS = 2;
const RULE_TABLES = ['raw', 'mangle', 'nat', 'filter'];
const APPLICATION = 'parity';

/** A simulated network and real namespaces built after it, led through the same exchanges. */
export class TwinWorlds {
  #seq = 1;
  /** When the two worlds were the same: the host's clock, ms, and the simulation's, µs. */
  #together = { realMs: 0, simulatedUs: 0 };
  /** Namespaces whose rules and connections are compared. */
  readonly #observed: readonly string[];
  readonly #known: Set<number>;

  /** `sim` is between entries. */
  constructor(
    private readonly sim: Sim,
    private readonly net: Netstack,
    private readonly kernel: KernelNetwork,
    private readonly attempt: number,
  ) {
    this.#observed = net
      .namespaces()
      .map(({ name }) => name)
      .filter((name) => net.netfilter.iptablesSave(name, []).stdout !== '');
    this.#known = new Set(
      net.namespaces().flatMap(({ name }) => net.sockets(name).flatMap(({ app, port }) => (app === undefined ? [] : [port]))),
    );
  }

  /** Of a world in its first entry, which this ends. Each attempt draws other ports. */
  static of({ sim, net }: Pick<World, 'sim' | 'net'>, kernel: KernelNetwork, attempt = 1): TwinWorlds {
    sim.commitEntry();
    return new TwinWorlds(sim, net, kernel, attempt);
  }

  /** Starts to listen to the connections of the real namespaces. */
  async follow(): Promise<void> {
    await Promise.all(this.#observed.map((netns) => this.kernel.agent(netns).follow()));
  }

  /** Ports that are not drawn by chance, besides those of sockets and flows: of Services. */
  know(ports: Iterable<number>): void {
    for (const port of ports) this.#known.add(port);
  }

  get knownPorts(): KnownPorts {
    return this.#known;
  }

  /** Puts the simulation's rules, as it prints them, into the real namespaces, whatever was there. Returns what is printed back otherwise. */
  async loadRules(): Promise<Difference[]> {
    await this.kernel.quiet();
    const results = await Promise.all(this.#observed.map((netns) => this.#loadRules(netns)));
    this.#together = { realMs: performance.now(), simulatedUs: this.sim.nowUs };
    return results.flat();
  }

  /** What `-S` and `-L` print of every table. */
  async compareListings(): Promise<Difference[]> {
    const differences: Difference[] = [];
    for (const netns of this.#observed) {
      for (const table of RULE_TABLES) {
        for (const args of [['-S'], ['-L', '-n'], ['-L', '-v', '-n', '-x', '--line-numbers'], ['-S', '-v']]) {
          const argv = ['-t', table, ...args];
          const ours = this.#preview(() => this.net.netfilter.iptables(netns, argv).stdout);
          const real = await this.kernel.agent(netns).run(['iptables', ...argv]);
          differences.push(...compareLines(`${netns} iptables ${argv.join(' ')}`, ours.split('\n'), real.split('\n')));
        }
      }
    }
    return differences;
  }

  /** Has one exchange in both worlds; the simulation goes on from the branch that is like the kernel's. */
  async exchange(flow: ParityFlow): Promise<FlowReport> {
    this.#known.add(flow.sourcePort);
    this.#keepPace();
    let real = await this.#inKernel(flow);
    let branch = this.#nearestBranch(flow, real);
    for (let wait = 0; wait < LATE_EVENTS_TURNS && branch.differences.length > 0; wait++) {
      await delay(LATE_EVENTS_MS);
      real = await this.#withLateEvents(real);
      branch = this.#nearestBranch(flow, real);
    }
    this.sim.beginEntry(++this.#seq);
    const { connectedUs, outcome } = this.#send(flow, this.#chance(branch.script));
    this.sim.commitEntry();
    const lingers = outcome === 'timeout' && connectedUs !== undefined;
    const differences = lingers ? branch.differences.filter(({ what }) => what === 'exchange') : branch.differences;
    if (lingers) await this.kernel.quiet();
    return { kernel: real.exchange, differences, lingers };
  }

  /** Lets as much time pass in the simulation as has passed in the real world: entries age alike in both. */
  #keepPace(): void {
    const { realMs, simulatedUs } = this.#together;
    const nowUs = simulatedUs + Math.floor((performance.now() - realMs) * 1000);
    this.sim.beginEntry(++this.#seq);
    this.sim.advanceTo(Math.max(nowUs, this.sim.nowUs));
    this.sim.commitEntry();
  }

  /** Of all branches that chance could take, the one most like what the kernel did. */
  #nearestBranch(flow: ParityFlow, real: Observation): { script: readonly boolean[]; differences: Difference[] } {
    let nearest: { script: readonly boolean[]; differences: Difference[] } | undefined;
    let script: readonly boolean[] | undefined = [];
    for (let branch = 0; script && branch < MOST_BRANCHES; branch++) {
      const chance = this.#chance(script);
      const ours = this.#preview(() => this.#inSimulation(flow, chance));
      const differences = compareObservations(ours, real, this.#known);
      if (!nearest || differences.length < nearest.differences.length) nearest = { script, differences };
      if (differences.length === 0) break;
      script = chance.next();
    }
    return nearest!;
  }

  /** `conntrack -E` is a program of its own: what it prints may come after the rest was seen. */
  async #withLateEvents(real: Observation): Promise<Observation> {
    const namespaces = new Map<string, NamespaceObservation>();
    for (const [netns, seen] of real.namespaces) {
      const late = (await this.kernel.agent(netns).events()).map((line) => eventOf(line, this.#known));
      namespaces.set(netns, { ...seen, events: [...seen.events, ...late] });
    }
    return { ...real, namespaces };
  }

  /** One exchange in the simulation with chance as usual, for distributions. */
  simulate(flow: ParityFlow): ExchangeResult {
    this.sim.beginEntry(++this.#seq);
    const result = resultOf(flow.protocol, this.net.send(this.#flowOf(flow)));
    this.sim.commitEntry();
    return result;
  }

  inKernel(flow: ParityFlow): Promise<ExchangeResult> {
    return this.kernel.agent(flow.from).exchange({ ...flow, destination: flow.to, timeoutMs: TIMEOUT_MS });
  }

  kernelFile(netns: string, path: string): Promise<string> {
    return this.kernel.agent(netns).run(['cat', path]);
  }

  #chance(script: readonly boolean[]): FollowedChance {
    return new FollowedChance(script, Prng.derive(this.sim.seed, `parity ${this.attempt}`, this.#seq));
  }

  #preview<T>(work: () => T): T {
    this.sim.beginEntry(this.#seq + 1);
    try {
      return work();
    } finally {
      this.sim.abortEntry();
    }
  }

  async #loadRules(netns: string): Promise<Difference[]> {
    const agent = this.kernel.agent(netns);
    const { netfilter } = this.net;
    const save = this.#preview(() => netfilter.iptablesSave(netns, ['-c']).stdout);
    const [sets, accounts] = [netfilter.ipset(netns, ['save']).stdout, netfilter.nfacct(netns, ['list']).stdout];
    // Lists of `recent` and counters outlive a rule that is replaced in one go.
    await agent.run(['iptables-restore'], RULE_TABLES.map((table) => `*${table}\nCOMMIT\n`).join(''));
    await agent.tool(['conntrack', '-F']);
    await agent.tool(['nfacct', 'flush']);
    for (const name of accountingObjects(accounts)) await agent.run(['nfacct', 'add', name]);
    await agent.run(['ipset', 'destroy']);
    await agent.run(['ipset', 'restore'], sets);
    const { exitCode, stderr } = await agent.tool(['iptables-restore', '-c'], save);
    if (exitCode !== 0) return [{ what: `${netns} iptables-restore -c`, simulator: 'its own save text', kernel: stderr }];
    const differences = compareLines(`${netns} iptables-save`, rulesIn(save), rulesIn(await agent.run(['iptables-save', '-c'])));
    differences.push(...(await this.#loadNatively(netns)));
    await agent.events();
    return differences;
  }

  async #loadNatively(netns: string): Promise<Difference[]> {
    const agent = this.kernel.agent(netns);
    const ruleset = this.#preview(() => this.net.netfilter.nft(netns, ['list', 'ruleset']).stdout);
    const complaint = await loadNatively(agent, ruleset);
    if (complaint !== '') return [{ what: `${netns} nft -f -`, simulator: 'its own listing', kernel: complaint }];
    const listed = await listNatively(agent, nativeTables(this.net.netfilter, netns));
    return compareLines(`${netns} nft list ruleset`, nativeLines(ruleset), listed);
  }

  // ---- One exchange and what is to be seen after it ----

  async #inKernel(flow: ParityFlow): Promise<Observation> {
    const exchange = await this.inKernel(flow);
    const seen = await Promise.all(this.#observed.map(async (netns) => [netns, await this.#observeKernel(netns)] as const));
    return { exchange, namespaces: new Map(seen) };
  }

  async #observeKernel(netns: string): Promise<NamespaceObservation> {
    const agent = this.kernel.agent(netns);
    const connections = connectionsIn(await agent.run(['conntrack', '-L']), this.#known);
    const rules = rulesIn(await agent.run(['iptables-save', '-c']));
    const objects = objectsIn(await agent.run(['ipset', 'save']), await agent.run(['nfacct', 'list']), this.#known);
    const native = await listNatively(agent, nativeTables(this.net.netfilter, netns));
    const events = (await agent.events()).map((line) => eventOf(line, this.#known));
    return { rules, objects, native, connections, events };
  }

  #inSimulation(flow: ParityFlow, chance: FollowedChance): Observation {
    const { netfilter } = this.net;
    const events = new Map<string, string[]>();
    netfilter.onConntrackEvent = (event) => {
      events.set(event.netns, [...(events.get(event.netns) ?? []), eventText(event, this.sim.nowUs)]);
    };
    let result: FlowResult;
    try {
      result = this.#send(flow, chance);
    } finally {
      netfilter.onConntrackEvent = undefined;
    }
    const namespaces = this.#observed.map((netns): [string, NamespaceObservation] => [
      netns,
      {
        rules: rulesIn(netfilter.iptablesSave(netns, ['-c']).stdout),
        objects: objectsIn(netfilter.ipset(netns, ['save']).stdout, netfilter.nfacct(netns, ['list']).stdout, this.#known),
        native: nativeLines(netfilter.nft(netns, ['list', 'ruleset']).stdout),
        connections: connectionsIn(netfilter.conntrack(netns, ['-L']).stdout, this.#known),
        events: (events.get(netns) ?? []).map((line) => eventOf(line, this.#known)),
      },
    ]);
    return { exchange: resultOf(flow.protocol, result), namespaces: new Map(namespaces) };
  }

  #send(flow: ParityFlow, chance: FollowedChance): FlowResult {
    const { netfilter } = this.net;
    const usual = netfilter.chance;
    netfilter.chance = chance;
    try {
      return this.net.send(this.#flowOf(flow));
    } finally {
      netfilter.chance = usual;
    }
  }

  #flowOf({ from, protocol, to, port, sourcePort, ttl }: ParityFlow): Flow {
    const common = {
      netns: from,
      protocol,
      destination: address(to),
      port,
      connectTimeoutUs: TIMEOUT_MS * 1000,
      totalTimeoutUs: TIMEOUT_MS * 1000,
    };
    if (protocol === 'icmp') return { ...common, echo: { id: sourcePort, ...(ttl !== undefined && { ttl }) } };
    return { ...common, sourcePort, request: protocol === 'tcp' ? HTTP_REQUEST : UDP_REQUEST };
  }
}

/** Makes every program of a simulated network answer as the agents' servers do. */
export function installParityServers(net: Netstack): void {
  net.registerApplication(APPLICATION, (request, { netns, remote }) => ({
    response: answerTo(request, netns, formatEndpoint(remote.address, remote.port)),
    serviceTimeUs: 300,
  }));
  for (const { name } of net.namespaces()) {
    for (const socket of net.sockets(name)) if (socket.app !== undefined) net.listen({ ...socket, app: APPLICATION });
  }
}

/** A server that the cluster does not bring. */
export function listenAt(net: Netstack, netns: string, protocol: 'tcp' | 'udp', port: number): void {
  net.listen({ netns, protocol, address: null, port, app: APPLICATION, order: 900 + port });
}

function resultOf(protocol: ParityFlow['protocol'], result: FlowResult): ExchangeResult {
  // ping hides from its user that its packet could not be sent.
  if (protocol === 'icmp' && result.errno === 'EPERM') return { outcome: 'timeout', errno: '', local: '', server: '' };
  const { outcome, errno = '', response, server } = result;
  const connected = outcome === 'ok' && result.connectedUs !== undefined;
  const saw = outcome === 'ok' && server && response !== undefined;
  return {
    outcome,
    errno,
    local: connected ? formatAddress(result.local.address) : '',
    server: saw ? `${server.netns} ${formatEndpoint(server.remote.address, server.remote.port)}` : '',
  };
}

const eventText = ({ kind, withState, entry }: ConntrackEvent, nowUs: number): string =>
  `[${kind}] ${formatEntry(entry, nowUs, { state: withState })}`;

/** Names in `nfacct list`. */
const accountingObjects = (accounts: string): string[] => [...accounts.matchAll(/ = (\S+);/g)].map((match) => match[1]!);
