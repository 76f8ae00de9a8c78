import { World } from '@svclab/cluster';
import { Sim } from '@svclab/sim';
import { installParityServers } from './twin-worlds.js';

export interface PodPlan {
  readonly name: string;
  readonly node: string;
  readonly labels: { readonly [name: string]: string };
}

/** A cluster to be built: `nodes` counts the workers too. */
export interface ClusterPlan {
  readonly seed: number;
  readonly workers: number;
  readonly pods: readonly PodPlan[];
  /** Manifests of Services, in namespace default. */
  readonly services: readonly object[];
  /** How kube-proxy works; `iptables` if absent. */
  readonly proxyMode?: string;
  /** Address of a client outside the cluster on the same docker network, and whether it has a route to the Services. */
  readonly client?: { readonly ipv4: string; readonly routeVia?: string };
}

const START_US = Date.UTC(2024, 8, 28) * 1000;
export const CLUSTER = 'myk8s';
export const CLIENT = 'client/mypc';
export const SERVICES = '10.200.1.0/24';

/** `node/myk8s-control-plane`, `node/myk8s-worker`, `node/myk8s-worker2` … */
export const nodeNames = (workers: number): string[] => [
  `${CLUSTER}-control-plane`,
  ...Array.from({ length: workers }, (_, i) => `${CLUSTER}-worker${i === 0 ? '' : i + 1}`),
];

/** The cluster of a plan, settled, in its first entry, which is still open; servers answer as the harness wants them to. */
export function kindWorld(plan: ClusterPlan): World {
  const sim = new Sim();
  const world = new World(sim);
  sim.beginEntry(1);
  sim.initialise({ seed: plan.seed, startUs: START_US });
  const { proxyMode } = plan;
  expectOk(
    world.bootstrap({
      profile: 'kind',
      clusterName: CLUSTER,
      kindConfig: kindConfig(plan.workers),
      ...(proxyMode !== undefined && { proxyMode }),
    }),
  );
  for (const pod of plan.pods) expectOk(world.api.create('pods', podManifest(pod), 'default'));
  for (const service of plan.services) expectOk(world.api.create('services', service, 'default'));
  if (plan.client) addClient(world, plan.client);
  world.settle();
  installParityServers(world.net);
  return world;
}

export const podAddress = (world: World, pod: string): string => world.api.get('pods', 'default', pod)!.status!['podIP'] as string;

export const clusterIp = (world: World, service: string): string =>
  world.api.get('services', 'default', service)!.spec!['clusterIP'] as string;

export function nodeAddress(world: World, node: string): string {
  const addresses = world.api.get('nodes', '', node)!.status!['addresses'] as { type: string; address: string }[];
  return addresses.find(({ type }) => type === 'InternalIP')!.address;
}

function addClient(world: World, { ipv4, routeVia }: NonNullable<ClusterPlan['client']>): void {
  const name = CLIENT.slice('client/'.length);
  expectOk(
    world.docker.create({ name, image: 'nicolaka/netshoot', command: ['sleep', 'infinity'], network: 'kind', ipv4, role: 'client' }),
  );
  expectOk(world.docker.start(name, 'kind', ipv4));
  if (routeVia) expectOk(tool(world.net.ip(CLIENT, ['route', 'add', SERVICES, 'via', routeVia])));
}

const kindConfig = (workers: number): string =>
  [
    'kind: Cluster',
    'apiVersion: kind.x-k8s.io/v1alpha4',
    'nodes:',
    '- role: control-plane',
    ...Array<string>(workers).fill('- role: worker'),
  ].join('\n') + `\nnetworking:\n  podSubnet: 10.10.0.0/16\n  serviceSubnet: ${SERVICES}\n`;

const podManifest = ({ name, node, labels }: PodPlan): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { nodeName: node, containers: [{ name: 'web', image: 'traefik/whoami' }], terminationGracePeriodSeconds: 0 },
});

/** A tool's result as a result. */
export const tool = ({ exitCode, stderr }: { exitCode: number; stderr: string }): { ok: true } | { ok: false; error: string } =>
  exitCode === 0 ? { ok: true } : { ok: false, error: stderr };

export function expectOk(result: { readonly ok: boolean; readonly error?: unknown }): void {
  if (result.ok) return;
  const { error } = result;
  throw new Error(typeof error === 'string' ? error : ((error as { message?: string }).message ?? JSON.stringify(error)));
}
