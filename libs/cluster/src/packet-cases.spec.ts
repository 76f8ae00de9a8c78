import { address, formatAddress } from '@svclab/wire';
import { addClient, addService, LAB_PODS, newWorld } from './testdata/kind-world.js';

/**
 * Thirty flows through kube-proxy's rules as a real kernel let them pass: pods `caller` and `endpoint` on one node, `remote` on
 * another, a client outside. Each is sent for real, in iptables mode.
 */
const NODE = 'myk8s-worker';
const NODE_IP = '172.18.0.3';
const world = newWorld();
addClient(world);
const pod = (name: string, nodeName: string, labels: Record<string, string> = {}) => {
  const whoami = { ...LAB_PODS[0]!, metadata: { name, labels: { pod: name, ...labels } }, spec: { ...LAB_PODS[0]!.spec, nodeName } };
  expect(world.api.create('pods', whoami, 'default').ok).toBe(true);
};
pod('caller', NODE);
pod('endpoint', NODE);
pod('remote', 'myk8s-worker2');
world.settle();

const port = (nodePort?: number) => [{ port: 8080, targetPort: 80, ...(nodePort && { nodePort }) }];
const local = { type: 'NodePort', externalTrafficPolicy: 'Local' };
addService(world, 'cluster', { type: 'NodePort', clusterIP: '10.200.1.51', selector: { pod: 'endpoint' }, ports: port(30080) });
addService(world, 'hairpin', { clusterIP: '10.200.1.52', selector: { pod: 'caller' }, ports: port() });
addService(world, 'local', { ...local, selector: { pod: 'endpoint' }, ports: port(30081) });
addService(world, 'elsewhere', { ...local, selector: { pod: 'remote' }, ports: port(30082) });
addService(world, 'empty', { type: 'NodePort', clusterIP: '10.200.1.56', selector: { pod: 'nobody' }, ports: port(30083) });
addService(world, 'inside', { clusterIP: '10.200.1.57', internalTrafficPolicy: 'Local', selector: { pod: 'remote' }, ports: port() });
const balanced = (name: string, vip: string, range: string, ports: object[]): void => {
  const spec = { type: 'LoadBalancer', loadBalancerClass: 'example.com/by-hand', loadBalancerSourceRanges: [range] };
  addService(world, name, { ...spec, selector: { pod: 'endpoint' }, ports });
  const service = world.api.get('services', 'default', name)!;
  world.api.updateStatus('services', { ...service, status: { loadBalancer: { ingress: [{ ip: vip, ipMode: 'VIP' }] } } });
  world.settle();
};
balanced('closed', '192.0.2.10', '203.0.113.0/24', port(30084));
balanced('open', '192.0.2.11', '172.18.0.100/32', port(30085));
for (const prefix of ['10.200.1.0/24', '192.0.2.0/24']) world.net.ip('client/mypc', ['route', 'add', prefix, 'via', NODE_IP]);

/** `ok` with whose address the server sees, or what becomes of it. */
function send(from: string, to: string, destinationPort: number): string {
  const netns = { node: `node/${NODE}`, client: 'client/mypc' }[from] ?? `pod/default/${from}`;
  const result = world.net.send({
    netns,
    protocol: destinationPort === 0 ? 'icmp' : 'tcp',
    destination: address(to),
    port: destinationPort,
    ...(destinationPort === 0
      ? { totalTimeoutUs: 1_000_000 }
      : { request: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', connectTimeoutUs: 1_000_000 }),
  });
  if (!result.server) return result.outcome;
  const seen = formatAddress(result.server.remote.address);
  if (seen === NODE_IP || seen === '10.10.1.1') return 'ok, masqueraded';
  const own = from === 'client' ? '172.18.0.100' : world.api.get('pods', 'default', from)?.status!['podIP'];
  return seen === own ? 'ok, own address kept' : `ok, seen as ${seen}`;
}

const MASQUERADED = 'ok, masqueraded';
const KEPT = 'ok, own address kept';

it.each([
  ['ClusterIP', 'caller', '10.200.1.51', 8080, KEPT],
  ['ClusterIP whose only endpoint is the caller', 'caller', '10.200.1.52', 8080, MASQUERADED],
  ['ClusterIP', 'node', '10.200.1.51', 8080, MASQUERADED],
  ['node port, policy Cluster', 'client', NODE_IP, 30080, MASQUERADED],
  ['node port, policy Local, local endpoint', 'client', NODE_IP, 30081, KEPT],
  ['node port, policy Local, no local endpoint', 'client', NODE_IP, 30082, 'timeout'],
  ['node port without endpoints', 'client', NODE_IP, 30083, 'refused'],
  ['port that is not allocated', 'client', NODE_IP, 30999, 'refused'],
  ['node port on loopback', 'node', '127.0.0.1', 30080, MASQUERADED],
  ['node port on loopback, policy Local', 'node', '127.0.0.1', 30081, MASQUERADED],
  ['node port on loopback, policy Local, no local endpoint', 'node', '127.0.0.1', 30082, MASQUERADED],
  ['node port, policy Local', 'node', NODE_IP, 30081, MASQUERADED],
  ['ClusterIP by a static route to the node', 'client', '10.200.1.51', 8080, MASQUERADED],
  ['ClusterIP without endpoints', 'caller', '10.200.1.56', 8080, 'refused'],
  ['ClusterIP without endpoints', 'node', '10.200.1.56', 8080, 'refused'],
  ['port that the Service does not have', 'caller', '10.200.1.51', 80, 'timeout'],
  ['port that the Service does not have', 'node', '10.200.1.51', 80, 'timeout'],
  ['ClusterIP that is not allocated', 'caller', '10.200.1.99', 80, 'timeout'],
  ['node port, policy Cluster', 'caller', NODE_IP, 30080, MASQUERADED],
  ['node port, policy Local, no local endpoint', 'caller', NODE_IP, 30082, KEPT],
  ['node port, policy Local', 'caller', NODE_IP, 30081, KEPT],
  ['internalTrafficPolicy Local, no local endpoint', 'caller', '10.200.1.57', 8080, 'timeout'],
  ['load balancer, source not in the ranges', 'client', '192.0.2.10', 8080, 'timeout'],
  ['load balancer, source in the ranges', 'client', '192.0.2.11', 8080, MASQUERADED],
  ['node port of a load balancer, source not in the ranges', 'client', NODE_IP, 30084, MASQUERADED],
  ['load balancer, pod not in the ranges', 'caller', '192.0.2.10', 8080, 'timeout'],
  ['own node port', 'endpoint', NODE_IP, 30080, MASQUERADED],
  ['own node port, policy Local', 'endpoint', NODE_IP, 30081, MASQUERADED],
  ['ping to a ClusterIP', 'caller', '10.200.1.51', 0, 'timeout'],
])('%s, from %s to %s:%s', (_, from, to, destinationPort, expected) => {
  // Errors by ICMP are limited to one a second and destination once six have gone.
  world.sim.advance(2_000_000);
  expect(send(from, to, destinationPort)).toBe(expected);
});

it('node port on loopback with route_localnet=0', () => {
  world.net.setSysctl(`node/${NODE}`, 'net.ipv4.conf.all.route_localnet', '0');
  expect(send('node', '127.0.0.1', 30080)).toBe('timeout');
});
