import { address, formatAddress } from '@svclab/wire';
import { addClient, addService, applyLab, LAB_PODS, newWorld } from './testdata/kind-world.js';

/**
 * The kind cluster in IPVS mode, on the same rows as node-ports.spec.ts: who answers, and which source address the
 * pod sees. No kernel at hand has IPVS, so the rows follow from what kube-proxy writes (pkg/proxy/ipvs/proxier.go) and
 * from net/netfilter/ipvs. webpod1, webpod2 and webpod3 are on myk8s-worker (.3), -worker2 (.5) and -worker3 (.4).
 */
const world = newWorld({ proxyMode: 'ipvs' });
const clusterIP = applyLab(world);
addClient(world);
for (const name of ['webpod1', 'webpod2']) world.api.patch('pods', 'default', name, 'merge', { metadata: { labels: { side: 'here' } } });
const onWorker = { ...LAB_PODS[3]!, metadata: { name: 'net-pod-w' }, spec: { ...LAB_PODS[3]!.spec, nodeName: 'myk8s-worker' } };
world.api.create('pods', onWorker, 'default');
const here = { app: 'webpod', side: 'here' };
const oneHere = { selector: here, ports: [{ port: 80, targetPort: 80, nodePort: 30081 }] };
addService(world, 'cluster', { type: 'NodePort', ports: [{ port: 80, targetPort: 80, nodePort: 30080 }] });
addService(world, 'local', { type: 'NodePort', externalTrafficPolicy: 'Local', ...oneHere });
addService(world, 'empty', { type: 'NodePort', selector: { app: 'nothing' }, ports: [{ port: 80, nodePort: 30082 }] });
addService(world, 'inside', { internalTrafficPolicy: 'Local', selector: here });
addService(world, 'outside', { externalIPs: ['203.0.113.7'] });
addService(world, 'balancer', { type: 'LoadBalancer' });
addService(world, 'sticky', { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 100 } } });

const CONTROL_PLANE = '172.18.0.2';
const WORKER = '172.18.0.3';
const WORKER3 = '172.18.0.4';
const MYPC = 'client/mypc';
const POD = 'pod/default/net-pod';

const ipOf = (service: string): string => world.api.get('services', 'default', service)!.spec!['clusterIP'];

/** What three requests in turn lead to; round robin goes once around. */
function turns(from: string, to: string, port: number): string[] {
  const ends = [1, 2, 3].map(() => {
    // A kernel sends one ICMP error a second to a destination.
    world.sim.advance(1_000_000);
    const request = 'GET / HTTP/1.1\r\n\r\n';
    const flow = { netns: from, protocol: 'tcp', destination: address(to), port, request, connectTimeoutUs: 500_000 } as const;
    const { server, outcome, trace } = world.net.send(flow, { trace: true });
    if (outcome === 'ok') return `${server!.netns.replace(/^pod\/default\//, '')} sees ${formatAddress(server!.remote.address)}`;
    return `${outcome}: ${trace!.disposition}`;
  });
  return [...new Set(ends)].toSorted();
}

const all = (first: string, second: string, third: string): string[] => [
  `webpod1 sees ${first}`,
  `webpod2 sees ${second}`,
  `webpod3 sees ${third}`,
];

describe('a ClusterIP', () => {
  it.each([
    ['from a pod: its address is kept', POD, all('10.10.0.5', '10.10.0.5', '10.10.0.5')],
    ['from an endpoint: the hairpin is masqueraded', 'pod/default/webpod1', all('10.10.1.1', '10.10.1.2', '10.10.1.2')],
    ['from a node: masqueraded, since it sends from the ClusterIP itself', 'node/myk8s-worker', all('10.10.1.1', WORKER, WORKER)],
  ])('%s', (_, from, expected) => {
    expect(turns(from, clusterIP, 9000)).toEqual(expected);
  });

  it('is an address of the node, and still closed but for its port: refused, not timed out as in iptables mode', () => {
    for (const port of [9999, 10250, 30080]) expect(turns(POD, clusterIP, port)).toEqual(['refused: rejected']);
    // Before v1.25 the node would have answered; KUBE-IPVS-FILTER has refused it since (kubernetes issue 72236).
    const ping = world.net.send({ netns: POD, protocol: 'icmp', destination: address(clusterIP), port: 0 }, { trace: true });
    expect(ping.trace!.reason).toContain('of chain KUBE-IPVS-FILTER in table filter');
  });

  it('without endpoints refuses by ICMP, from a node too', () => {
    expect(turns(POD, ipOf('empty'), 80)).toEqual(['refused: rejected']);
    expect(turns('node/myk8s-worker', ipOf('empty'), 80)).toEqual(['refused: rejected']);
  });

  it('of the API server goes to a real server on the node itself as well', () => {
    const seen = (netns: string): string[] => turns(netns, '10.200.1.1', 443);
    expect(seen('node/myk8s-worker')).toEqual([`node/myk8s-control-plane sees ${WORKER}`]);
    expect(seen('node/myk8s-control-plane')).toEqual([`node/myk8s-control-plane sees ${CONTROL_PLANE}`]);
  });

  it('with internalTrafficPolicy Local: the local pod, and refused on a node without one', () => {
    expect(turns('pod/default/net-pod-w', ipOf('inside'), 80)).toEqual(['webpod1 sees 10.10.1.3']);
    expect(turns(POD, ipOf('inside'), 80)).toEqual(['refused: rejected']);
  });

  it('with session affinity keeps a client with one pod', () => {
    expect(turns(POD, ipOf('sticky'), 80)).toHaveLength(1);
    expect(world.net.netfilter.ipvsadm('node/myk8s-control-plane', ['-Ln']).stdout).toContain(
      `TCP  ${ipOf('sticky')}:80 rr persistent 100\n`,
    );
  });

  it('is named by cluster DNS, which is a virtual service too', () => {
    expect(formatAddress(world.resolve('pod/default/net-pod', 'svc-clusterip')!)).toBe(clusterIP);
  });
});

describe('a node port with externalTrafficPolicy Cluster', () => {
  it.each([
    ['outside, to a node with an endpoint', MYPC, WORKER, all('10.10.1.1', WORKER, WORKER)],
    ['outside, to a node without one', MYPC, CONTROL_PLANE, all(CONTROL_PLANE, CONTROL_PLANE, CONTROL_PLANE)],
    ["a pod, to its own node's address", 'pod/default/net-pod-w', WORKER, all('10.10.1.1', WORKER, WORKER)],
    ["a pod, to another node's address", POD, WORKER, all('10.10.1.1', WORKER, WORKER)],
    ['a node, to its own address', 'node/myk8s-worker', WORKER, all('10.10.1.1', WORKER, WORKER)],
    ['a node, to 127.0.0.1: no virtual service is there', 'node/myk8s-worker', '127.0.0.1', ['refused: no listener']],
    ['a node, to another node', 'node/myk8s-control-plane', WORKER, all('10.10.1.1', WORKER, WORKER)],
    ['a node, to the pod side of another node', 'node/myk8s-control-plane', '10.10.1.1', all('10.10.1.1', WORKER, WORKER)],
  ])('%s', (_, from, to, expected) => {
    expect(turns(from, to, 30080)).toEqual(expected);
  });
});

describe('a node port with externalTrafficPolicy Local, endpoints on worker and worker2', () => {
  const both = (first: string, second: string): string[] => [`webpod1 sees ${first}`, `webpod2 sees ${second}`];
  /** Sent on to another node with the client's own address, so that the answer comes from a stranger. */
  const astray = ['timeout: timed out'];

  it.each([
    ['outside, to a node with an endpoint: the source is kept', MYPC, WORKER, ['webpod1 sees 172.18.0.100']],
    ['outside, to a node without one: sent on, but the answer goes past the node', MYPC, WORKER3, astray],
    ["a pod, to its own node's address: that has none, so all", POD, CONTROL_PLANE, both('10.10.0.5', '10.10.0.5')],
    ["a pod, to its own node's address with an endpoint: that alone", 'pod/default/net-pod-w', WORKER, ['webpod1 sees 10.10.1.3']],
    ["an endpoint, to its own node's address: hairpin", 'pod/default/webpod1', WORKER, ['webpod1 sees 10.10.1.1']],
    ["a pod, to another node's address: seen as its node", POD, WORKER, [`webpod1 sees ${CONTROL_PLANE}`]],
    ["a pod, to another node's address without an endpoint", POD, WORKER3, astray],
    ['a node, to its own address', 'node/myk8s-worker', WORKER, [`webpod1 sees ${WORKER}`]],
    ['a node without an endpoint, to its own address', 'node/myk8s-worker3', WORKER3, both(WORKER3, WORKER3)],
    ['a node, to another node without one', 'node/myk8s-control-plane', WORKER3, astray],
  ])('%s', (_, from, to, expected) => {
    expect(turns(from, to, 30081)).toEqual(expected);
  });
});

describe('other addresses', () => {
  it.each([
    ['a node port without endpoints', MYPC, WORKER, 30082, ['refused: rejected']],
    ['a port that nobody has', MYPC, WORKER, 30099, ['refused: no listener']],
    ['an external IP from a pod: masqueraded', POD, '203.0.113.7', 80, all(CONTROL_PLANE, CONTROL_PLANE, CONTROL_PLANE)],
    ['an external IP from a node', 'node/myk8s-worker', '203.0.113.7', 80, all('10.10.1.1', WORKER, WORKER)],
  ])('%s', (_, from, to, port, expected) => {
    expect(turns(from, to, port)).toEqual(expected);
  });

  it('a load balancer, from outside and from a node, which has the address itself', () => {
    const ip: string = world.api.get('services', 'default', 'balancer')!.status!['loadBalancer'].ingress[0].ip;
    expect(turns(MYPC, ip, 80).map((seen) => seen.split(' ')[0])).toEqual(['webpod1', 'webpod2', 'webpod3']);
    expect(turns('node/myk8s-worker', ip, 80)).toEqual(all('10.10.1.1', WORKER, WORKER));
  });
});

it('a trace names the objects that a virtual service and its real server are there for', () => {
  const [trace] = world.net.explore({ netns: MYPC, protocol: 'tcp', destination: address(WORKER), port: 30080 });
  const steps = [...trace!.forward, ...trace!.return].flatMap((hop) => hop.steps).filter((step) => step.kind === 'ipvs');
  expect(
    steps.map(({ result, service, cause }) => [result, service, cause?.service.name, cause?.endpoint?.pod?.name.replace(/\d/, 'N')]),
  ).toEqual([
    ['sent', `TCP ${WORKER}:30080`, 'cluster', 'webpodN'],
    ['answer', `TCP ${WORKER}:30080`, 'cluster', 'webpodN'],
  ]);
});

it('an exploration shows whose turn it is, and takes nobody’s turn away', () => {
  const next = (): string => {
    const traces = world.net.explore({ netns: POD, protocol: 'tcp', destination: address(clusterIP), port: 9000 });
    expect(traces.map(({ probability }) => probability)).toEqual([1]);
    return traces[0]!.reason;
  };
  expect(next()).toBe(next());
});

it('a real server that goes keeps its connections, with weight 0, until they have ended', () => {
  const servers = (): string[] => {
    const { stdout } = world.net.netfilter.ipvsadm('node/myk8s-control-plane', ['-Ln', '-t', `${clusterIP}:9000`]);
    return stdout.split('\n').flatMap((line) => /-> (\S+) +Masq +(\d+) +(\d+) +(\d+)/.exec(line)?.slice(1).join(' ') ?? []);
  };
  // What earlier tests left ends first.
  world.sim.advance(130_000_000);
  turns(POD, clusterIP, 9000);
  expect(servers()).toEqual(['10.10.1.2:80 1 0 1', '10.10.2.2:80 1 0 1', '10.10.3.2:80 1 0 1']);
  world.api.delete('pods', 'default', 'webpod3');
  world.settle();
  expect(servers()).toEqual(['10.10.1.2:80 1 0 1', '10.10.2.2:80 0 0 1', '10.10.3.2:80 1 0 1']);
  expect(turns(POD, clusterIP, 9000)).toEqual(['webpod1 sees 10.10.0.5', 'webpod2 sees 10.10.0.5']);
  world.sim.advance(240_000_000);
  expect(servers()).toEqual(['10.10.1.2:80 1 0 0', '10.10.3.2:80 1 0 0']);
});

it('a virtual service that somebody deleted comes back within the sync period', () => {
  const listed = (): boolean => world.net.netfilter.ipvsadm('node/myk8s-worker', ['-Ln']).stdout.includes(`${clusterIP}:9000`);
  world.net.netfilter.ipvsadm('node/myk8s-worker', ['-C']);
  expect(listed()).toBe(false);
  world.sim.advance(31_000_000);
  expect(listed()).toBe(true);
});
