import { addService, applyNodePortLab, newWorld, outcomes } from './testdata/kind-world.js';

/**
 * Node ports of the kind cluster, row by row as a real kernel treats them: who answers, and which source address
 * the pod sees. webpod1, webpod2 and webpod3 are on myk8s-worker (.3), -worker2 (.5) and -worker3 (.4).
 */
const world = newWorld();
const clusterIP = applyNodePortLab(world);
addService(world, 'datagrams', {
  type: 'NodePort',
  ports: [{ protocol: 'UDP', port: 53, targetPort: 80, nodePort: 30083 }],
});

const CLUSTER = 30080;
const LOCAL = 30081;
const CONTROL_PLANE = '172.18.0.2';
const WORKER = '172.18.0.3';
const WORKER3 = '172.18.0.4';
const MYPC = 'client/mypc';

const all = (first: string, second: string, third: string): string[] => [
  `webpod1 sees ${first}`,
  `webpod2 sees ${second}`,
  `webpod3 sees ${third}`,
];

describe('a node port with externalTrafficPolicy Cluster', () => {
  it.each([
    ['outside, to a node with an endpoint', MYPC, WORKER, all('10.10.1.1', WORKER, WORKER)],
    ['outside, to a node without one', MYPC, CONTROL_PLANE, all(CONTROL_PLANE, CONTROL_PLANE, CONTROL_PLANE)],
    ["a pod, to its own node's address", 'pod/default/net-pod-w', WORKER, all('10.10.1.1', WORKER, WORKER)],
    ["a pod, to another node's address", 'pod/default/net-pod', WORKER, all('10.10.1.1', WORKER, WORKER)],
    ['a node, to its own address', 'node/myk8s-worker', WORKER, all('10.10.1.1', WORKER, WORKER)],
    ['a node, to 127.0.0.1', 'node/myk8s-worker', '127.0.0.1', all('10.10.1.1', WORKER, WORKER)],
    ['a node, to another node', 'node/myk8s-control-plane', WORKER, all('10.10.1.1', WORKER, WORKER)],
    ['a node, to the pod side of another node', 'node/myk8s-control-plane', '10.10.1.1', all('10.10.1.1', WORKER, WORKER)],
  ])('%s', (_, from, to, expected) => {
    expect(outcomes(world, from, to, CLUSTER)).toEqual(expected);
  });
});

describe('a node port with externalTrafficPolicy Local, endpoints on worker and worker2', () => {
  const both = (first: string, second: string): string[] => [`webpod1 sees ${first}`, `webpod2 sees ${second}`];

  it.each([
    ['outside, to a node with an endpoint: the source is kept', MYPC, WORKER, ['webpod1 sees 172.18.0.100']],
    ['outside, to a node without one', MYPC, WORKER3, ['dropped']],
    [
      "a pod, to its own node's address: all endpoints, its address kept",
      'pod/default/net-pod',
      CONTROL_PLANE,
      both('10.10.0.5', '10.10.0.5'),
    ],
    ["an endpoint, to its own node's address: hairpin", 'pod/default/webpod1', WORKER, both('10.10.1.1', '10.10.1.2')],
    ["a pod, to another node's address: seen as its node", 'pod/default/net-pod', WORKER, [`webpod1 sees ${CONTROL_PLANE}`]],
    ["a pod, to another node's address without an endpoint", 'pod/default/net-pod', WORKER3, ['dropped']],
    ['a node, to its own address: all endpoints, masqueraded', 'node/myk8s-worker', WORKER, both('10.10.1.1', WORKER)],
    ['a node without an endpoint, to its own address', 'node/myk8s-worker3', WORKER3, both(WORKER3, WORKER3)],
    ['a node without an endpoint, to 127.0.0.1', 'node/myk8s-worker3', '127.0.0.1', both(WORKER3, WORKER3)],
    ['a node, to another node with an endpoint', 'node/myk8s-control-plane', WORKER, [`webpod1 sees ${CONTROL_PLANE}`]],
    ['a node, to another node without one', 'node/myk8s-control-plane', WORKER3, ['dropped']],
  ])('%s', (_, from, to, expected) => {
    expect(outcomes(world, from, to, LOCAL)).toEqual(expected);
  });

  it('by its ClusterIP: all endpoints', () => {
    const { spec } = world.api.get('services', 'default', 'local')!;
    expect(outcomes(world, 'pod/default/net-pod', spec!['clusterIP'], 80)).toEqual(both('10.10.0.5', '10.10.0.5'));
  });
});

describe('where a node port does not answer', () => {
  it.each([
    ['without endpoints: rejected', WORKER, 30082, 'rejected'],
    ['a port that nobody has', WORKER, 30099, 'no listener'],
    ["the Service's own port on a node", WORKER, 9000, 'no listener'],
    ['the target port on a node', WORKER, 80, 'no listener'],
  ])('%s', (_, to, port, expected) => {
    expect(outcomes(world, MYPC, to, port)).toEqual([expected]);
  });

  it('on the ClusterIP', () => {
    expect(outcomes(world, 'pod/default/net-pod', clusterIP, CLUSTER)).not.toContainEqual(expect.stringContaining('sees'));
  });

  it('is no listening socket', () => {
    expect(world.net.ss('node/myk8s-worker', ['-tln']).stdout).not.toContain('30080');
  });
});

it('internalTrafficPolicy Local: the local pod, and nothing on a node without one', () => {
  const { spec } = world.api.get('services', 'default', 'inside')!;
  expect(outcomes(world, 'pod/default/net-pod-w', spec!['clusterIP'], 80)).toEqual(['webpod1 sees 10.10.1.3']);
  expect(outcomes(world, 'pod/default/net-pod', spec!['clusterIP'], 80)).toEqual(['dropped']);
});

it('datagrams take the same ways', () => {
  const ends = world.net.explore({ netns: MYPC, protocol: 'udp', destination: 0xac_12_00_03, port: 30083 });
  expect(new Set(ends.map(({ forward }) => forward.at(-1)!.netns))).toEqual(
    new Set(['pod/default/webpod1', 'pod/default/webpod2', 'pod/default/webpod3']),
  );
});
