import type { World } from '@svclab/cluster';
import { Draw } from './draw.js';
import { CLIENT, clusterIp, kindWorld, nodeAddress, nodeNames, podAddress, type ClusterPlan, type PodPlan } from './kind-world.js';
import { NO_LISTENER, planService, provideLoadBalancers, serviceManifest, UDP_PORT, WEB_PORT, type ServicePlan } from './service-plan.js';
import { HEALTH_PORT, tinker, type Places } from './tinkering.js';
import { listenAt, type ParityFlow } from './twin-worlds.js';

/** Worlds that share one topology, so that its namespaces are built once. */
export const WORLDS_PER_TOPOLOGY = 20;
export const topologyOf = (seed: number): number => Math.floor(seed / WORLDS_PER_TOPOLOGY);

const FLOWS = 6;
const OUTSIDE = '172.18.0.100';

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

/** Leaves the world's first entry open. In another proxy mode the same seed has the same Services, rules and flows. */
export function randomWorld(seed: number, proxyMode = 'iptables'): RandomWorld {
  const topology = planTopology(topologyOf(seed));
  const draw = new Draw(seed, 'parity-world');
  const services = Array.from({ length: draw.integer(1, 4) }, (_, i) => planService(draw, i));
  const world = kindWorld({
    ...topology,
    proxyMode,
    services: services.map(serviceManifest),
  });
  provideLoadBalancers(world, services);
  // A kernel remembers by the clock whom it sent ICMP errors and redirects; the lab's flows, in namespaces of their own, have both.
  for (const { name } of world.net.namespaces()) {
    world.net.setSysctl(name, 'net.ipv4.icmp_ratelimit', '0');
    for (const conf of ['all', 'default']) world.net.setSysctl(name, `net.ipv4.conf.${conf}.send_redirects`, '0');
  }
  for (const { name } of topology.pods) listenAt(world.net, `pod/default/${name}`, 'udp', UDP_PORT);
  const places = placesOf(world, topology);
  const rules = new Map(places.nodes.map((node) => [node.netns, tinker(draw, world, node.netns, places)]));
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
  return { seed: topology + 1, workers, pods, client: { ipv4: OUTSIDE, routeVia: `172.18.0.${draw.integer(2, 2 + workers)}` } };
}

function placesOf(world: World, topology: Omit<ClusterPlan, 'services'>): Places {
  const pods = topology.pods.map(({ name, node }) => ({ netns: `pod/default/${name}`, address: podAddress(world, name), node }));
  const nodes = nodeNames(topology.workers).map((name) => ({
    netns: `node/${name}`,
    address: nodeAddress(world, name),
    gateway: pods.find(({ node }) => node === name)?.address.replace(/\d+$/, '1'),
  }));
  return { nodes, pods, client: OUTSIDE, ports: [WEB_PORT, NO_LISTENER, UDP_PORT, 9000, 9001, 30_080, 30_081, HEALTH_PORT] };
}

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
  const { name, protocol, port, nodePort, addresses } = draw.pick(services);
  const flow = { ...common, protocol: protocol === 'UDP' ? ('udp' as const) : ('tcp' as const) };
  if (addresses.length > 0 && draw.oneIn(2)) return { ...flow, to: draw.pick(addresses), port };
  if (nodePort === undefined || draw.oneIn(2)) return { ...flow, to: clusterIp(world, name), port };
  const to = from.startsWith('node/') && draw.oneIn(3) ? '127.0.0.1' : draw.pick(nodes).address;
  return { ...flow, to, port: nodePort };
}
