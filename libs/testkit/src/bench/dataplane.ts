import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { Netfilter, type Hook, type NetworkPort, type Skb } from '@svclab/netfilter';
import { Sim } from '@svclab/sim';
import { packet, SYN, TCP } from '@svclab/wire';
import { median, spread, type Figure } from './figures.js';
import { scaleRules, scaleService } from './scale-rules.js';

const NODE = 'node/scale';

/** A node whose every address is somebody else's: routing costs nothing here, so that rules are what is measured. */
const NETWORK: NetworkPort = { addressType: () => 'UNICAST', interfaceAddress: () => 0xac120002 };

interface Node {
  readonly sim: Sim;
  readonly netfilter: Netfilter;
}

/** A node inside an open entry. */
function node(): Node {
  const sim = new Sim();
  const netfilter = new Netfilter(sim, NETWORK);
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: 1_727_500_000_000_000 });
  return { sim, netfilter };
}

function restore({ netfilter }: Node, rules: string): number {
  const start = performance.now();
  const { exitCode, stderr } = netfilter.iptablesRestore(NODE, [], rules);
  const elapsed = performance.now() - start;
  if (exitCode !== 0) throw new Error(stderr);
  return elapsed;
}

function loaded(services: number): Node {
  const made = node();
  restore(made, scaleRules(services));
  made.sim.store.commit();
  made.sim.beginEntry(2);
  return made;
}

const HOOKS: readonly Hook[] = ['PREROUTING', 'FORWARD', 'POSTROUTING'];

/** The first packet of a connection, forwarded from a pod to the `i`th Service. */
function open({ netfilter }: Node, i: number, sourcePort: number): void {
  const { address, port } = scaleService(i);
  const skb: Skb = {
    packet: packet({ src: 0x0afffff0, dst: address, protocol: TCP, sport: sourcePort, dport: port, tcpFlags: SYN, length: 60 }),
    mark: 0,
    inIface: 'veth0',
    outIface: '',
  };
  for (const hook of HOOKS) {
    if (hook !== 'PREROUTING') skb.outIface = 'eth0';
    if (hook === 'POSTROUTING') skb.inIface = '';
    if (netfilter.hook(NODE, hook, skb).kind !== 'ACCEPT') throw new Error('a rule dropped the packet');
  }
}

/** µs per new connection, among `hot` Services, over connections that a rolled-back entry forgets. */
function openingUs(target: Node, services: number, hot: number, connections = 4000): number {
  const start = performance.now();
  // The hot ones lie spread over the chain; the stride is coprime to their number, so that neighbours there are none in time.
  const apart = Math.max(1, Math.floor(services / hot));
  for (let i = 0; i < connections; i++) open(target, (((i * 7919) % Math.min(hot, services)) * apart) % services, 1024 + i);
  const elapsed = performance.now() - start;
  target.sim.abortEntry();
  target.sim.beginEntry(2);
  return (elapsed * 1000) / connections;
}

/** A new connection with many Services beside one with few. */
export function newConnections(many = 10_000, rounds = 7): Promise<Figure> {
  const small = loaded(10);
  const large = loaded(many);
  const ratios = { hot: [] as number[], all: [] as number[] };
  const us = { few: [] as number[], hot: [] as number[], all: [] as number[] };
  for (let round = 0; round < rounds + 2; round++) {
    const few = openingUs(small, 10, 10);
    const hot = openingUs(large, many, 16);
    const all = openingUs(large, many, many);
    if (round < 2) continue;
    us.few.push(few);
    us.hot.push(hot);
    us.all.push(all);
    ratios.hot.push(hot / few);
    ratios.all.push(all / few);
  }
  const [hot, all] = [median(ratios.hot), median(ratios.all)];
  return Promise.resolve({
    what: `First packet of a connection through a node's rules, µs: 10 Services; ${many} of which 16 are hot; ${many} all alike`,
    measured: `${spread(us.few)}; ${spread(us.hot)}; ${spread(us.all)}: ${hot.toFixed(2)} and ${all.toFixed(2)} times`,
    goal: { text: '≤ 1.5 and ≤ 4', met: hot <= 1.5 && all <= 4 },
  });
}

/** The same rules restored by the real tool in a network namespace of its own, ms; `undefined` without root or the tool. */
function realRestoreMs(rules: string): number | undefined {
  const start = performance.now();
  const { status } = spawnSync('unshare', ['--net', 'iptables-nft-restore'], { input: rules, stdio: ['pipe', 'ignore', 'ignore'] });
  return status === 0 ? performance.now() - start : undefined;
}

/** Loading the rules of 10,000 Services, 150,000 lines, beside the real tool; and what they cost in memory. */
export function loading(services = 10_000, rounds = 3): Promise<Figure> {
  const rules = scaleRules(services);
  const lines = rules.split('\n').length;
  const heap = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const ours: number[] = [];
  const real: number[] = [];
  const heaps: number[] = [];
  const kept: Node[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = heap();
    const target = node();
    kept.push(target);
    ours.push(restore(target, rules));
    heaps.push((heap() - before) / 1e6);
    const beside = realRestoreMs(rules);
    if (beside !== undefined) real.push(beside);
  }
  // Used once more, so that no collection takes a node before its heap is measured.
  if (kept.some(({ netfilter }) => netfilter.rules(NODE, 'filter').length === 0)) throw new Error('a node has lost its rules');
  const measured = `${spread(ours)} ms, first node ${heaps[0]!.toFixed(0)} MB of heap, each further ${median(heaps.slice(1)).toFixed(0)}`;
  const what = `Restoring ${lines} lines of rules, beside iptables-restore (nft) in the same run`;
  if (real.length === 0) return Promise.resolve({ what, measured: `${measured}; the real tool needs root and is not measured here` });
  const ratio = median(real) / median(ours);
  return Promise.resolve({
    what,
    measured: `${measured}; the real tool ${spread(real)} ms: ${ratio.toFixed(1)} times as long`,
    goal: { text: '≥ 5 times', met: ratio >= 5 },
  });
}
