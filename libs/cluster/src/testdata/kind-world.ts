import { Sim } from '@svclab/sim';
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
