import { World } from '@svclab/cluster';
import { countRules } from '@svclab/sandbox';
import { Sim } from '@svclab/sim';
import type { Figure } from './figures.js';

const NODE = 'myk8s-worker';
/** Room for more Services than the lab's own 254. */
const KIND_CONFIG = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: myk8s
nodes: [{role: control-plane}, {role: worker}]
networking: {serviceSubnet: 10.96.0.0/16}
`;

/** What `services` ClusterIP Services of `endpoints` endpoints each cost on a node in each mode: counts beyond those of a fresh cluster. */
function countsOf(services: number, endpoints: number): Map<string, Record<string, number>> {
  const sim = new Sim();
  const world = new World(sim);
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: 1_727_500_000_000_000 });
  const built = world.bootstrap({ profile: 'kind', kindConfig: KIND_CONFIG });
  if (!built.ok) throw new Error(built.error);
  const tools = world.kind.toolsOf(NODE);
  const inMode = (mode: string): Readonly<Record<string, number>> => {
    const switched = world.switchProxyMode(mode);
    if (!switched.ok) throw new Error(switched.error);
    return countRules(tools);
  };
  const fresh = new Map(world.proxyModes().map((mode) => [mode, inMode(mode)]));
  for (let i = 0; i < services; i++) addService(world, i, endpoints);
  world.settle();
  return new Map(
    world.proxyModes().map((mode) => {
      const counts = Object.entries(inMode(mode)).map(([what, count]) => [what, count - (fresh.get(mode)![what] ?? 0)] as const);
      return [mode, Object.fromEntries(counts.filter(([, count]) => count > 0))];
    }),
  );
}

function addService({ api }: World, i: number, endpoints: number): void {
  const name = `svc-${i}`;
  const slice = {
    metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
    endpoints: Array.from({ length: endpoints }, (_, e) => ({ addresses: [`10.245.${i % 250}.${Math.floor(i / 250) * 16 + e + 1}`] })),
  };
  const made = [
    api.create('services', { metadata: { name }, spec: { ports: [{ name: 'web', port: 80, targetPort: 8080 }] } }, 'default'),
    api.create('endpointslices', slice, 'default'),
  ];
  for (const result of made) if (!result.ok) throw new Error(result.error.message);
}

/** A table in Markdown: how many rules and entries a node holds per Services, endpoints and mode. */
export function ruleCounts(sizes: readonly number[] = [1, 10, 100], endpointCounts: readonly number[] = [1, 3, 10]): Promise<Figure> {
  const rows = sizes.flatMap((services) =>
    endpointCounts.map((endpoints) => {
      const cells = [...countsOf(services, endpoints).values()].map((counts) =>
        Object.entries(counts)
          .map(([what, count]) => `${count} ${what.replace(/^(iptables|nftables) /, '')}`)
          .join(', '),
      );
      return `| ${services} | ${endpoints} | ${cells.join(' | ')} |`;
    }),
  );
  const head = ['| Services | endpoints each | iptables | ipvs | nftables |', '| --: | --: | --- | --- | --- |'];
  return Promise.resolve({
    what: 'Rules and entries on a node for ClusterIP Services, beyond those of a fresh cluster',
    measured: `\n${[...head, ...rows].join('\n')}`,
  });
}
