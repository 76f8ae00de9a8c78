import type { World } from '@svclab/cluster';
import { Draw } from './draw.js';
import { CLIENT, clusterIp, kindWorld, nodeAddress, nodeNames, podAddress, type ClusterPlan, type PodPlan } from './kind-world.js';
import { generateRule, type RulePlace, type RulePools } from './rule-generator.js';
import { listenAt, type ParityFlow } from './twin-worlds.js';

/** Worlds that share one topology, so that its namespaces are built once. */
export const WORLDS_PER_TOPOLOGY = 20;
export const topologyOf = (seed: number): number => Math.floor(seed / WORLDS_PER_TOPOLOGY);

const WEB_PORT = 80;
const UDP_PORT = 8080;
const NO_LISTENER = 81;
const HEALTH_PORT = 10_256;
const FLOWS = 6;

interface ServicePlan {
  readonly name: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  readonly nodePort?: number;
  readonly spec: object;
}

/** A small cluster with random Services and random further rules, all from one seed. */
export interface RandomWorld {
  readonly seed: number;
  readonly world: World;
  readonly flows: readonly ParityFlow[];
  /** The further rules, by node, as restore text: what a reader needs to see a difference again. */
  readonly rules: ReadonlyMap<string, string>;
  /** Ports of its Services and rules. */
  readonly ports: readonly number[];
}

/** Leaves the world's first entry open. */
export function randomWorld(seed: number): RandomWorld {
  const topology = planTopology(topologyOf(seed));
  const draw = new Draw(seed, 'parity-world');
  const services = Array.from({ length: draw.integer(1, 4) }, (_, i) => planService(draw, i));
  const world = kindWorld({
    ...topology,
    services: services.map(({ name, spec }) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec })),
  });
  // The rate limit counts by the clock; it has a row of its own in the lab's flows.
  for (const { name } of world.net.namespaces()) world.net.setSysctl(name, 'net.ipv4.icmp_ratelimit', '0');
  for (const { name } of topology.pods) listenAt(world.net, `pod/default/${name}`, 'udp', UDP_PORT);
  const places = placesOf(world, topology);
  const rules = new Map(places.nodes.map((node) => [node.netns, addRules(draw, world, node.netns, places)]));
  const flows = Array.from({ length: FLOWS }, (_, i) => planFlow(draw, world, places, services, i));
  const ports = services.flatMap(({ port, nodePort }) => (nodePort === undefined ? [port] : [port, nodePort]));
  return { seed, world, flows, rules, ports: [...ports, ...places.ports] };
}

function planTopology(topology: number): Omit<ClusterPlan, 'services'> {
  const draw = new Draw(topology, 'parity-topology');
  const workers = draw.integer(1, 2);
  const nodes = nodeNames(workers);
  const pods = Array.from({ length: draw.integer(3, 5) }, (_, i): PodPlan => ({
    name: `p${i}`,
    node: draw.pick(nodes),
    labels: { own: `p${i}`, group: draw.pick(['a', 'b']) },
  }));
  return { seed: topology + 1, workers, pods, client: { ipv4: '172.18.0.100', routeVia: `172.18.0.${draw.integer(2, 2 + workers)}` } };
}

function planService(draw: Draw, i: number): ServicePlan {
  const protocol = draw.oneIn(4) ? 'UDP' : 'TCP';
  const port = draw.pick([WEB_PORT, 9000, 9000 + i]);
  const targetPort = protocol === 'UDP' ? UDP_PORT : draw.oneIn(8) ? NO_LISTENER : WEB_PORT;
  const nodePort = draw.oneIn(2) ? 30_080 + i : undefined;
  const selector = draw.pick([{ group: 'a' }, { group: 'b' }, { own: 'p0' }, { own: 'p1' }, { group: 'nobody' }]);
  const spec = {
    selector,
    type: nodePort === undefined ? 'ClusterIP' : 'NodePort',
    ports: [{ protocol, port, targetPort, ...(nodePort !== undefined && { nodePort }) }],
    ...(nodePort !== undefined && draw.oneIn(3) && { externalTrafficPolicy: 'Local' }),
    ...(draw.oneIn(5) && { internalTrafficPolicy: 'Local' }),
    ...(draw.oneIn(4) && { sessionAffinity: 'ClientIP' }),
  };
  return { name: `s${i}`, protocol, port, spec, ...(nodePort !== undefined && { nodePort }) };
}

/** Where things are in a world that stands. */
interface Places {
  readonly nodes: readonly { readonly netns: string; readonly address: string; readonly gateway: string | undefined }[];
  readonly pods: readonly { readonly netns: string; readonly address: string }[];
  /** Ports that rules may speak of. */
  readonly ports: readonly number[];
}

function placesOf(world: World, topology: Omit<ClusterPlan, 'services'>): Places {
  const pods = topology.pods.map(({ name, node }) => ({ netns: `pod/default/${name}`, address: podAddress(world, name), node }));
  const nodes = nodeNames(topology.workers).map((name) => ({
    netns: `node/${name}`,
    address: nodeAddress(world, name),
    gateway: pods.find(({ node }) => node === name)?.address.replace(/\d+$/, '1'),
  }));
  return { nodes, pods, ports: [WEB_PORT, NO_LISTENER, UDP_PORT, 9000, 9001, 30_080, 30_081, HEALTH_PORT] };
}

// ---- Rules ----

const EXTRA_PLACES: readonly RulePlace[] = [
  { table: 'raw', hook: 'PREROUTING' },
  { table: 'raw', hook: 'OUTPUT' },
  { table: 'mangle', hook: 'PREROUTING' },
  { table: 'mangle', hook: 'FORWARD' },
  { table: 'mangle', hook: 'OUTPUT' },
  { table: 'mangle', hook: 'POSTROUTING' },
  { table: 'nat', hook: 'PREROUTING' },
  { table: 'nat', hook: 'OUTPUT' },
  { table: 'nat', hook: 'POSTROUTING' },
  { table: 'filter', hook: 'INPUT' },
  { table: 'filter', hook: 'FORWARD' },
  { table: 'filter', hook: 'OUTPUT' },
];
const CHAIN = 'EXTRA';

/** Adds to a node what a tinkering learner might; returns it as restore text. */
function addRules(draw: Draw, world: World, netns: string, { nodes, pods, ports }: Places): string {
  const own = nodes.find((node) => node.netns === netns)!;
  const addresses = [...nodes.map(({ address }) => address), ...pods.map(({ address }) => address), '172.18.0.100'];
  const pools: RulePools = {
    addresses,
    prefixes: [...addresses, '10.10.0.0/16', '10.200.1.0/24', '172.18.0.0/16', '127.0.0.0/8'],
    ports,
    portRanges: false,
    interfaces: ['eth0', 'veth+', 'lo'],
    chains: [CHAIN],
    own: [own.address, ...(own.gateway === undefined ? [] : [own.gateway])],
    servers: [...pods.map(({ address }) => `${address}:${WEB_PORT}`), ...nodes.map(({ address }) => `${address}:${HEALTH_PORT}`)],
  };
  // Table raw is always there, so that every world has the same tables.
  let text = accept(world, netns, '*raw\nCOMMIT\n');
  for (const table of ['raw', 'mangle', 'nat', 'filter'] as const) {
    const hook = EXTRA_PLACES.find((place) => place.table === table)!.hook;
    const rule = generateRule(draw, { ...pools, chains: [] }, { table, hook: 'any' }, { purpose: 'traffic' });
    text += accept(
      world,
      netns,
      `*${table}\n:${CHAIN} - [0:0]\n${/ -j (?:MASQ|SNAT|DNAT|REDIR)/.test(rule) || !hook ? '' : `-A ${CHAIN} ${rule}\n`}COMMIT\n`,
    );
  }
  for (let i = draw.integer(0, 7); i > 0; i--) {
    const place = draw.pick(EXTRA_PLACES);
    const rule = generateRule(draw, pools, place, { purpose: 'traffic' });
    text += accept(world, netns, `*${place.table}\n-${draw.oneIn(3) ? 'A' : 'I'} ${place.hook} ${rule}\nCOMMIT\n`);
  }
  return text;
}

/** Restores `text` beside what is there; '' when the simulator does not take it. */
const accept = (world: World, netns: string, text: string): string =>
  world.net.netfilter.iptablesRestore(netns, ['--noflush'], text).exitCode === 0 ? text : '';

// ---- Flows ----

function planFlow(draw: Draw, world: World, { nodes, pods }: Places, services: readonly ServicePlan[], i: number): ParityFlow {
  const from = draw.pick([
    ...pods.map(({ netns }) => netns),
    ...pods.map(({ netns }) => netns),
    ...nodes.map(({ netns }) => netns),
    CLIENT,
  ]);
  const sourcePort = draw.oneIn(8) ? draw.integer(100, 1000) : 20_000 + (i === 0 || !draw.oneIn(6) ? i : i - 1);
  const common = { from, sourcePort };
  if (draw.oneIn(8)) {
    const to = draw.pick([...pods, ...nodes]).address;
    return { ...common, sourcePort: 7000 + i, protocol: 'icmp', to, port: 0, ...(draw.oneIn(3) && { ttl: draw.integer(1, 3) }) };
  }
  if (draw.oneIn(6)) {
    const udp = draw.oneIn(3);
    const port = draw.oneIn(4) ? NO_LISTENER : udp ? UDP_PORT : WEB_PORT;
    return { ...common, protocol: udp ? 'udp' : 'tcp', to: draw.pick([...pods, ...nodes]).address, port };
  }
  const { name, protocol, port, nodePort } = draw.pick(services);
  const flow = { ...common, protocol: protocol === 'UDP' ? ('udp' as const) : ('tcp' as const) };
  if (nodePort === undefined || draw.oneIn(2)) return { ...flow, to: clusterIp(world, name), port };
  const to = from.startsWith('node/') && draw.oneIn(3) ? '127.0.0.1' : draw.pick(nodes).address;
  return { ...flow, to, port: nodePort };
}
