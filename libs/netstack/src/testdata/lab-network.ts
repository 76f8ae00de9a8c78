import { Sim } from '@svclab/sim';
import { address, dockerMac, linkLocal, parsePrefix, type Prefix } from '@svclab/wire';
import { Netstack } from '../netstack.js';

/** Nodes of the lab's second cluster: address on the docker network and pod network. */
export const NODES = {
  'control-plane': { address: '172.18.0.2', pods: '10.10.0' },
  worker: { address: '172.18.0.3', pods: '10.10.1' },
  worker2: { address: '172.18.0.5', pods: '10.10.3' },
  worker3: { address: '172.18.0.4', pods: '10.10.2' },
} as const;

const PODS = [
  { name: 'net-pod', node: 'control-plane', address: '10.10.0.6' },
  { name: 'webpod1', node: 'worker', address: '10.10.1.2', app: 'whoami' },
  { name: 'net-pod-w', node: 'worker', address: '10.10.1.3' },
  { name: 'webpod2', node: 'worker2', address: '10.10.3.2', app: 'whoami' },
  { name: 'webpod3', node: 'worker3', address: '10.10.2.2', app: 'whoami' },
] as const;

export const NODE_SYSCTLS = { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.all.route_localnet': '1' };

/** What curl sends to the lab's Service (80 bytes), and an answer of the length the lab saw (310 bytes). */
export const REQUEST = 'GET / HTTP/1.1\r\nHost: 10.200.1.206:9000\r\nUser-Agent: curl/8.7.1\r\nAccept: */*\r\n\r\n';
const RESPONSE_BYTES = 310;

export const prefix = (text: string): Prefix => {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new TypeError(parsed.error);
  return parsed.value;
};

/** The lab's four nodes, their pods and the client `mypc` on the docker bridge; no rules yet. Leaves the transaction open. */
export function labNetwork(seed = 1): { sim: Sim; net: Netstack } {
  const sim = new Sim();
  const net = new Netstack(sim);
  sim.beginEntry(1);
  sim.initialise({ seed, startUs: 1_727_500_000_000_000 });
  net.registerApplication('whoami', (request, { netns, remote }) => {
    const head = `HTTP/1.1 200 OK\r\nX-Served-By: ${netns}\r\nX-Remote: ${remote.address}:${remote.port}\r\n\r\n${request}`;
    return { response: head.padEnd(RESPONSE_BYTES, '.').slice(0, RESPONSE_BYTES), serviceTimeUs: 900 };
  });
  net.registerApplication('echo', (request) => ({ response: request, serviceTimeUs: 20 }));
  net.addNamespace({ name: 'host', kind: 'host', sysctls: { 'net.ipv4.ip_forward': '1' }, uplink: 'blackhole' });
  net.addLink({ netns: 'host', name: 'br-kind', kind: 'bridge', mtu: 65535, mac: '02:42:9b:0a:e8:ae' });
  net.addAddress('host', 'br-kind', { prefix: prefix('172.18.0.1/16'), broadcast: address('172.18.255.255'), scope: 'global' });
  let ifindex = 34;
  for (const [name, node] of Object.entries(NODES)) {
    net.addNamespace({ name: `node/${name}`, kind: 'node', sysctls: NODE_SYSCTLS });
    plugIntoDocker(net, `node/${name}`, node.address, ifindex);
    ifindex += 2;
    for (const [other, { address: via, pods }] of Object.entries(NODES)) {
      if (other === name) continue;
      net.addRoute({ netns: `node/${name}`, destination: prefix(`${pods}.0/24`), via: address(via), dev: 'eth0', scope: 'global' });
    }
  }
  net.addNamespace({ name: 'client/mypc', kind: 'client' });
  plugIntoDocker(net, 'client/mypc', '172.18.0.100', ifindex);
  for (const pod of PODS) addPod(net, pod);
  net.listen({ netns: 'node/control-plane', protocol: 'tcp', address: null, port: 6443, app: 'whoami', order: 1 });
  return { sim, net };
}

function plugIntoDocker(net: Netstack, netns: string, ipv4: string, ifindex: number): void {
  const mac = dockerMac(address(ipv4) as number);
  net.addVethPair(
    { netns, name: 'eth0', ifindex, mac, mtu: 65535 },
    { netns: 'host', name: `veth${ifindex}`, ifindex: ifindex + 1, master: 'br-kind', mtu: 65535 },
  );
  net.addAddress(netns, 'eth0', { prefix: prefix(`${ipv4}/16`), broadcast: address('172.18.255.255'), scope: 'global' });
  net.addAddress(netns, 'eth0', { prefix: { address: linkLocal(mac), length: 64 }, scope: 'link' });
  net.addRoute({ netns, destination: prefix('0.0.0.0/0'), via: address('172.18.0.1'), dev: 'eth0', scope: 'global' });
}

/** As the CNI plugin ptp does it. */
function addPod(net: Netstack, pod: { name: string; node: keyof typeof NODES; address: string; app?: string }): void {
  const netns = `pod/default/${pod.name}`;
  const node = `node/${pod.node}`;
  const gateway = `${NODES[pod.node].pods}.1`;
  const veth = `veth-${pod.name}`;
  net.addNamespace({ name: netns, kind: 'pod' });
  net.addVethPair({ netns, name: 'eth0', mac: '0a:00:00:00:00:01' }, { netns: node, name: veth, mac: '0a:00:00:00:00:02' });
  const address24 = { prefix: prefix(`${pod.address}/24`), broadcast: address(`${NODES[pod.node].pods}.255`), scope: 'global' } as const;
  net.addAddress(netns, 'eth0', address24, { prefixRoute: false });
  net.addRoute({ netns, destination: prefix(`${gateway}/32`), dev: 'eth0', scope: 'link' });
  net.addRoute({ netns, destination: prefix('0.0.0.0/0'), via: address(gateway), dev: 'eth0', scope: 'global' });
  net.addRoute({ netns, destination: prefix(`${NODES[pod.node].pods}.0/24`), via: address(gateway), dev: 'eth0', scope: 'global', src: address(pod.address) });
  net.addAddress(node, veth, { prefix: prefix(`${gateway}/32`), scope: 'global' });
  net.addRoute({ netns: node, destination: prefix(`${pod.address}/32`), dev: veth, scope: 'host' });
  if (!pod.app) return;
  net.listen({ netns, protocol: 'tcp', address: null, port: 80, app: pod.app, order: 1 });
  net.listen({ netns, protocol: 'udp', address: null, port: 8080, app: 'echo', order: 2 });
}
