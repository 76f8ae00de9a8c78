import { Sim } from '@svclab/sim';
import { address, formatAddress } from '@svclab/wire';
import { World, type BootstrapOptions } from '../world.js';

/** A Sunday in September 2024. */
export const START_US = 1_727_000_000_000_000;

/** A world in its first entry, which is still open. */
export function newWorld(options: Partial<BootstrapOptions> & { readonly seed?: number } = {}): World {
  const { seed = 1, ...bootstrap } = options;
  const sim = new Sim();
  const world = new World(sim);
  sim.beginEntry(1);
  sim.initialise({ seed, startUs: START_US });
  const built = world.bootstrap({ profile: 'kind', ...bootstrap });
  if (!built.ok) throw new Error(built.error);
  return world;
}

export const LAB_PODS = [
  ...([1, 2, 3] as const).map((number) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `webpod${number}`, labels: { app: 'webpod' } },
    spec: {
      nodeName: `myk8s-worker${number === 1 ? '' : number}`,
      containers: [{ name: 'container', image: 'traefik/whoami' }],
      terminationGracePeriodSeconds: 0,
    },
  })),
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'net-pod' },
    spec: {
      nodeName: 'myk8s-control-plane',
      containers: [{ name: 'netshoot-pod', image: 'nicolaka/netshoot', command: ['tail'], args: ['-f', '/dev/null'] }],
      terminationGracePeriodSeconds: 0,
    },
  },
];

export const LAB_SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'svc-clusterip' },
  spec: { ports: [{ name: 'svc-webport', port: 9000, targetPort: 80 }], selector: { app: 'webpod' }, type: 'ClusterIP' },
};

/** The lab's pods and Service in a settled world; returns the Service's address. */
export function applyLab(world: World): string {
  for (const pod of LAB_PODS) expectCreated(world.api.create('pods', pod, 'default'));
  expectCreated(world.api.create('services', LAB_SERVICE, 'default'));
  world.settle();
  return world.api.get('services', 'default', 'svc-clusterip')!.spec!['clusterIP'];
}

function expectCreated(result: { readonly ok: boolean; readonly error?: { readonly message: string } }): void {
  if (!result.ok) throw new Error(result.error!.message);
}

/** The lab's outside client `mypc`, on the nodes' network. */
export function addClient(world: World): void {
  const created = world.docker.create({
    name: 'mypc',
    image: 'nicolaka/netshoot',
    command: ['sleep', 'infinity'],
    hostname: 'mypc',
    network: 'kind',
    role: 'client',
  });
  if (!created.ok) throw new Error(created.error);
  const started = world.docker.start('mypc', 'kind', '172.18.0.100');
  if (!started.ok) throw new Error(started.error);
}

/** A Service over the lab's pods; its ports go to port 80 unless they say otherwise. */
export function addService(world: World, name: string, spec: object): void {
  const ports = [{ port: 80, targetPort: 80 }];
  expectCreated(
    world.api.create(
      'services',
      { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: 'webpod' }, ports, ...spec } },
      'default',
    ),
  );
  world.settle();
}

/** What becomes of a packet, over all branches of chance: `webpod1 sees 10.10.1.1`, or how it ended. */
export function outcomes(world: World, from: string, to: string, port: number, protocol: 'tcp' | 'udp' = 'tcp'): string[] {
  const traces = world.net.explore({ netns: from, protocol, destination: address(to), port, connectTimeoutUs: 1_000_000 });
  const ends = traces.map(({ disposition, forward }) => {
    const last = forward.at(-1)!;
    if (disposition !== 'accepted') return disposition;
    return `${last.netns.replace(/^pod\/default\//, '')} sees ${formatAddress(last.packetIn.src)}`;
  });
  return [...new Set(ends)].toSorted();
}

/** What an HTTP server answers: status line, headers and body as they came. */
export function httpGet(world: World, from: string, to: string, port: number, path = '/'): string {
  const { outcome, response } = world.net.send({
    netns: from,
    protocol: 'tcp',
    destination: address(to),
    port,
    request: `GET ${path} HTTP/1.1\r\nHost: ${to}:${port}\r\nUser-Agent: curl/8.7.1\r\nAccept: */*\r\n\r\n`,
    connectTimeoutUs: 1_000_000,
  });
  return response ?? outcome;
}

/**
 * The lab with a client outside, a second client on myk8s-worker and Services with node ports: 30080 for all endpoints, 30081 for
 * those of the node alone, 30082 without any, and one whose policy inside is Local. Returns the lab Service's address.
 */
export function applyNodePortLab(world: ReturnType<typeof newWorld>): ReturnType<typeof applyLab> {
  const clusterIP = applyLab(world);
  addClient(world);
  for (const name of ['webpod1', 'webpod2']) world.api.patch('pods', 'default', name, 'merge', { metadata: { labels: { side: 'here' } } });
  const onWorker = { ...LAB_PODS[3]!, metadata: { name: 'net-pod-w' }, spec: { ...LAB_PODS[3]!.spec, nodeName: 'myk8s-worker' } };
  world.api.create('pods', onWorker, 'default');
  const here = { app: 'webpod', side: 'here' };
  addService(world, 'cluster', { type: 'NodePort', ports: [{ port: 80, targetPort: 80, nodePort: 30080 }] });
  addService(world, 'local', {
    type: 'NodePort',
    externalTrafficPolicy: 'Local',
    selector: here,
    ports: [{ port: 80, targetPort: 80, nodePort: 30081 }],
  });
  addService(world, 'empty', { type: 'NodePort', selector: { app: 'nothing' }, ports: [{ port: 80, nodePort: 30082 }] });
  addService(world, 'inside', { internalTrafficPolicy: 'Local', selector: here });
  return clusterIP;
}
