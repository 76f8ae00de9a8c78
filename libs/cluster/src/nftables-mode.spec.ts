import { formatTrace } from '@svclab/netstack';
import { address } from '@svclab/wire';
import { addService, applyNodePortLab, newWorld, outcomes } from './testdata/kind-world.js';

const world = newWorld({ proxyMode: 'nftables' });
const clusterIP = applyNodePortLab(world);
addService(world, 'sticky', { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } });

const ipOf = (name: string): string => world.api.get('services', 'default', name)!.spec!['clusterIP'];
const CONTROL_PLANE = '172.18.0.2';
const WORKER = '172.18.0.3';
const WORKER3 = '172.18.0.4';
const MYPC = 'client/mypc';
const NET_POD = 'pod/default/net-pod';
const all = (first: string, second: string, third: string): string[] => [
  `webpod1 sees ${first}`,
  `webpod2 sees ${second}`,
  `webpod3 sees ${third}`,
];
const both = (first: string, second: string): string[] => [`webpod1 sees ${first}`, `webpod2 sees ${second}`];

/** webpod1, webpod2 and webpod3 are on myk8s-worker (.3), -worker2 (.5) and -worker3 (.4). */
describe('flows in nftables mode', () => {
  it.each([
    ['a pod, to a ClusterIP', NET_POD, clusterIP, 9000, all('10.10.0.5', '10.10.0.5', '10.10.0.5')],
    ['an endpoint, to its own Service: hairpin', 'pod/default/webpod1', clusterIP, 9000, all('10.10.1.1', '10.10.1.2', '10.10.1.2')],
    ['a node, to a ClusterIP', 'node/myk8s-worker', clusterIP, 9000, all('10.10.1.1', WORKER, WORKER)],
    ['an undefined port of a ClusterIP is refused, unlike in iptables mode', NET_POD, clusterIP, 80, ['rejected']],
    ['from the node too', 'node/myk8s-worker', clusterIP, 80, ['rejected']],
    ['a Service without endpoints', NET_POD, ipOf('empty'), 80, ['rejected']],
    ['internalTrafficPolicy Local, with a local endpoint', 'pod/default/net-pod-w', ipOf('inside'), 80, ['webpod1 sees 10.10.1.3']],
    ['internalTrafficPolicy Local, without one', NET_POD, ipOf('inside'), 80, ['dropped']],
    ['a node port, from outside', MYPC, WORKER, 30_080, all('10.10.1.1', WORKER, WORKER)],
    ['a node port, to a node without endpoints', MYPC, CONTROL_PLANE, 30_080, all(CONTROL_PLANE, CONTROL_PLANE, CONTROL_PLANE)],
    ['a node port on an address that is not the primary one', 'node/myk8s-control-plane', '10.10.1.1', 30_080, ['no listener']],
    ['a node port on 127.0.0.1, unlike in iptables mode', 'node/myk8s-worker', '127.0.0.1', 30_080, ['no listener']],
    ['Local, to a node with an endpoint: the source is kept', MYPC, WORKER, 30_081, ['webpod1 sees 172.18.0.100']],
    ['Local, to a node without one', MYPC, WORKER3, 30_081, ['dropped']],
    ["Local, a pod to its own node's address: all endpoints", NET_POD, CONTROL_PLANE, 30_081, both('10.10.0.5', '10.10.0.5')],
    ['Local, a node to its own address: all endpoints, masqueraded', 'node/myk8s-worker', WORKER, 30_081, both('10.10.1.1', WORKER)],
    ['a node port without endpoints', MYPC, WORKER, 30_082, ['rejected']],
    ['a node port that nobody has', MYPC, WORKER, 30_099, ['no listener']],
  ])('%s', (_, from, to, port, expected) => {
    expect(outcomes(world, from, to, port)).toEqual(expected);
  });

  it('session affinity: the first choice stays, until the time-out', () => {
    const request = { netns: NET_POD, protocol: 'tcp', destination: address(ipOf('sticky')), port: 80 } as const;
    const server = (): string => world.net.send(request).server!.netns;
    const first = server();
    expect(Array.from({ length: 8 }, server)).toEqual(Array.from({ length: 8 }, () => first));
    expect(nft('list', 'ruleset')).toMatch(/elements = \{ 10\.10\.0\.5 expires 59s\d+ms \}/);
    world.sim.advance(61_000_000);
    expect(outcomes(world, NET_POD, ipOf('sticky'), 80)).toHaveLength(3);
  });
});

const nft = (...argv: string[]): string => world.net.netfilter.nft('node/myk8s-control-plane', argv).stdout;

describe('what nftables mode leaves in the kernel', () => {
  it('no rules of kube-proxy in iptables', () => {
    expect(world.net.netfilter.iptablesSave('node/myk8s-worker', []).stdout).not.toMatch(/KUBE-(SERVICES|SVC|SEP|NODEPORTS)/);
  });

  it('a changed Service alone is written anew, and what nobody needs goes after a second', () => {
    addService(world, 'passing', {});
    const lab = (): string => nft('-a', 'list', 'chain', 'ip', 'kube-proxy', 'service-TBJA4EUE-default/svc-clusterip/tcp/svc-webport');
    const before = lab();
    expect(nft('list', 'chains')).toContain('default/passing/tcp/');
    world.api.delete('services', 'default', 'passing');
    world.settle();
    expect(nft('list', 'map', 'ip', 'kube-proxy', 'service-ips')).not.toContain('default/passing');
    expect(nft('list', 'chains')).toContain('default/passing/tcp/');
    world.sim.advance(2_000_000);
    addService(world, 'next', {});
    expect(nft('list', 'chains')).not.toContain('default/passing/tcp/');
    expect(lab()).toBe(before);
  });
});

describe('traces in nftables mode', () => {
  const flow = { netns: NET_POD, protocol: 'tcp', destination: address(clusterIP), port: 9000 } as const;

  it('tell the element and the draw that decided, and whom the rule was written for', () => {
    const text = formatTrace(world.net.send(flow, { trace: true }).trace!);
    expect(text).toContain('table ip kube-proxy, chain nat-prerouting, priority -100');
    expect(text).toContain(`service-ips holds ${clusterIP} . tcp . 9000 : goto service-TBJA4EUE-default/svc-clusterip/tcp/svc-webport`);
    expect(text).toMatch(/chance takes it, probability 0\.3333, drew 0\.\d{4}/);
    expect(text).toMatch(
      /written for Service default\/svc-clusterip, port svc-webport: EndpointSlice svc-clusterip-\w+ lists 10\.10\.\d\.2:80/,
    );
    expect(text).toContain('which is no element of firewall-ips');
  });

  it('branch where numgen chooses', () => {
    expect(world.net.explore(flow).map(({ probability }) => probability.toFixed(4))).toEqual(['0.3333', '0.3333', '0.3333']);
  });
});

it('leaves nothing behind when kube-proxy starts in another mode, and comes back', () => {
  const node = 'myk8s-worker';
  const { configuration } = world.kubeProxy.status(node)!;
  const restart = (mode: string): void => {
    expect(world.kubeProxy.start(node, { ...configuration, mode })).toMatchObject({ ok: true });
    world.settle();
  };
  const tables = (): string => world.net.netfilter.nft(`node/${node}`, ['list', 'tables']).stdout;
  const iptables = (): string => world.net.netfilter.iptablesSave(`node/${node}`, []).stdout;
  restart('iptables');
  expect(tables()).toBe('');
  expect(iptables()).toContain(':KUBE-SVC-');
  restart('nftables');
  expect(tables()).toBe('table ip kube-proxy\n');
  expect(iptables()).not.toContain(':KUBE-SVC-');
});
