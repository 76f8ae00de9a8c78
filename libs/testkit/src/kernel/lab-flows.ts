import type { World } from '@svclab/cluster';
import { CLIENT, clusterIp, CLUSTER, expectOk, kindWorld, nodeAddress, podAddress, tool, type ClusterPlan } from './kind-world.js';
import { listenAt, type ParityFlow } from './twin-worlds.js';

const CONTROL_PLANE = `${CLUSTER}-control-plane`;
const WORKERS = [`${CLUSTER}-worker`, `${CLUSTER}-worker2`, `${CLUSTER}-worker3`] as const;
const WEB = { app: 'webpod' };

const service = (name: string, spec: object): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
const web = (port: object, rest: object = {}): object => ({ ports: [{ port: 9000, targetPort: 80, ...port }], selector: WEB, ...rest });

/** The lab's cluster with its pods, and a Service for each thing that the lab and its questions look at. */
export const LAB_PLAN: ClusterPlan = {
  seed: 1,
  workers: 3,
  pods: [
    { name: 'net-pod', node: CONTROL_PLANE, labels: {} },
    ...WORKERS.map((node, i) => ({ name: `webpod${i + 1}`, node, labels: { ...WEB, only: `web${i + 1}` } })),
    { name: 'net-pod-w', node: WORKERS[0], labels: {} },
  ],
  services: [
    service('svc-clusterip', web({ name: 'svc-webport' })),
    service('svc-affinity', web({}, { sessionAffinity: 'ClientIP' })),
    service('svc-empty', {
      ports: [
        { port: 9000, targetPort: 80 },
        { name: 'u', port: 9000, targetPort: 80, protocol: 'UDP' },
      ].map((p, i) => ({ name: `p${i}`, ...p })),
      selector: { app: 'nobody' },
    }),
    service('svc-no-listener', web({ targetPort: 81 })),
    service('svc-one', { ports: [{ port: 9000, targetPort: 80 }], selector: { only: 'web1' } }),
    service('svc-udp', web({ port: 5300, targetPort: 8080, protocol: 'UDP' })),
    service('svc-nodeport', web({ nodePort: 30080 }, { type: 'NodePort' })),
    service('svc-local', {
      ports: [{ port: 9000, targetPort: 80, nodePort: 30081 }],
      selector: { only: 'web1' },
      type: 'NodePort',
      externalTrafficPolicy: 'Local',
    }),
    service('svc-internal-local', { ports: [{ port: 9000, targetPort: 80 }], selector: { only: 'web1' }, internalTrafficPolicy: 'Local' }),
  ],
  client: { ipv4: '172.18.0.100', routeVia: '172.18.0.3' },
};

/** Rules that decide nothing: their counters tell how packets look on their way. */
const INSTRUMENTS = `*mangle
-A PREROUTING -m ttl --ttl-eq 64
-A PREROUTING -m mark ! --mark 0x0
-A PREROUTING -m addrtype --dst-type LOCAL
-A FORWARD -m ttl --ttl-eq 63
-A FORWARD -m ttl --ttl-lt 63
-A FORWARD -p tcp -m multiport --ports 80,443
-A FORWARD -m length --length 60
-A FORWARD -m statistic --mode nth --every 3 --packet 1
-A INPUT -m mark ! --mark 0x0
-A POSTROUTING -m conntrack --ctstatus ASSURED
-A POSTROUTING -m conntrack --ctdir REPLY
COMMIT
`;

export function labWorld(): World {
  const world = kindWorld(LAB_PLAN);
  for (const node of [CONTROL_PLANE, ...WORKERS]) {
    expectOk(tool(world.net.netfilter.iptablesRestore(`node/${node}`, ['--noflush'], INSTRUMENTS)));
  }
  for (const pod of ['webpod1', 'webpod2', 'webpod3']) listenAt(world.net, `pod/default/${pod}`, 'udp', 8080);
  return world;
}

/** A row of the lab's questions: who asks whom. */
export interface LabFlow extends ParityFlow {
  readonly name: string;
  /** How long to wait before it. */
  readonly afterMs?: number;
}

const NET_POD = 'pod/default/net-pod';

/** Every way from a client to a Service that the lab walks, and those that its "what if" questions ask about. */
export function labFlows(world: World): LabFlow[] {
  const flows: LabFlow[] = [];
  let nextPort = 20_000;
  const add = (
    name: string,
    from: string,
    protocol: ParityFlow['protocol'],
    to: string,
    port: number,
    rest: Partial<LabFlow> = {},
  ): void => {
    flows.push({ name, from, protocol, to, port, sourcePort: nextPort++, ...rest });
  };
  const ip = (name: string): string => clusterIp(world, name);
  const [cp, w1, w2] = [CONTROL_PLANE, WORKERS[0], WORKERS[1]];
  const at = (node: string): string => nodeAddress(world, node);
  for (let i = 0; i < 6; i++) add('pod to ClusterIP', NET_POD, 'tcp', ip('svc-clusterip'), 9000);
  for (let i = 0; i < 4; i++) add('affinity', NET_POD, 'tcp', ip('svc-affinity'), 9000);
  add('affinity, another client', 'pod/default/net-pod-w', 'tcp', ip('svc-affinity'), 9000);
  add('affinity, a node', `node/${cp}`, 'tcp', ip('svc-affinity'), 9000);
  add('a port that no rule matches', NET_POD, 'tcp', ip('svc-clusterip'), 80);
  add('no endpoints, pod', NET_POD, 'tcp', ip('svc-empty'), 9000);
  add('no endpoints, pod, UDP', NET_POD, 'udp', ip('svc-empty'), 9000);
  add('no endpoints, node', `node/${cp}`, 'tcp', ip('svc-empty'), 9000);
  add('no endpoints, node, UDP', `node/${cp}`, 'udp', ip('svc-empty'), 9000);
  for (let i = 0; i < 3; i++) add('endpoint without a listener', NET_POD, 'tcp', ip('svc-no-listener'), 9000);
  for (let i = 0; i < 3; i++) add('hairpin', 'pod/default/webpod1', 'tcp', ip('svc-one'), 9000);
  add('another pod on the same node', 'pod/default/net-pod-w', 'tcp', ip('svc-one'), 9000);
  for (let i = 0; i < 4; i++) add('node to ClusterIP', `node/${cp}`, 'tcp', ip('svc-clusterip'), 9000);
  for (let i = 0; i < 4; i++) add('node with an endpoint to ClusterIP', `node/${w1}`, 'tcp', ip('svc-clusterip'), 9000);
  for (let i = 0; i < 3; i++) add('pod to ClusterIP, UDP', NET_POD, 'udp', ip('svc-udp'), 5300);
  add('node to ClusterIP, UDP', `node/${cp}`, 'udp', ip('svc-udp'), 5300);
  add('pod to the API, on its node', NET_POD, 'tcp', '10.200.1.1', 443);
  add('pod to the API, from a worker', 'pod/default/net-pod-w', 'tcp', '10.200.1.1', 443);
  add('node to the API', `node/${cp}`, 'tcp', '10.200.1.1', 443);
  for (let i = 0; i < 4; i++) add('outside client to ClusterIP by a route', CLIENT, 'tcp', ip('svc-clusterip'), 9000);
  add('pod to pod', NET_POD, 'tcp', podAddress(world, 'webpod1'), 80);
  add('pod to a port where nobody listens', NET_POD, 'tcp', podAddress(world, 'webpod1'), 81);
  add('pod to pod, UDP without a listener', NET_POD, 'udp', podAddress(world, 'webpod1'), 9999);
  add('node to its own pod', `node/${w1}`, 'tcp', podAddress(world, 'webpod1'), 80);
  add('node to another pod', `node/${cp}`, 'tcp', podAddress(world, 'webpod1'), 80);
  add('pod to outside client', NET_POD, 'icmp', '172.18.0.100', 0);
  add('ping a pod', NET_POD, 'icmp', podAddress(world, 'webpod1'), 0);
  add('ping a pod, too few hops', NET_POD, 'icmp', podAddress(world, 'webpod1'), 0, { ttl: 1 });
  add('ping a pod, too few hops, second router', NET_POD, 'icmp', podAddress(world, 'webpod1'), 0, { ttl: 2 });
  add('ping a ClusterIP', NET_POD, 'icmp', ip('svc-clusterip'), 0);
  add('ping from a node', `node/${cp}`, 'icmp', podAddress(world, 'webpod1'), 0);
  for (let i = 0; i < 3; i++) add('NodePort from outside', CLIENT, 'tcp', at(w1), 30080);
  add('NodePort from outside, control plane', CLIENT, 'tcp', at(cp), 30080);
  add('NodePort of the own node', 'pod/default/net-pod-w', 'tcp', at(w1), 30080);
  add('NodePort of another node', NET_POD, 'tcp', at(w1), 30080);
  add('NodePort on the loopback address', `node/${w1}`, 'tcp', '127.0.0.1', 30080);
  add('NodePort on the node itself', `node/${w1}`, 'tcp', at(w1), 30080);
  add('NodePort, node to node', `node/${cp}`, 'tcp', at(w1), 30080);
  add('NodePort on a pod gateway', NET_POD, 'tcp', '10.10.1.1', 30080);
  add('Local from outside, with endpoint', CLIENT, 'tcp', at(w1), 30081);
  add('Local from outside, without endpoint', CLIENT, 'tcp', at(w2), 30081);
  add('Local, own node of a pod', NET_POD, 'tcp', at(cp), 30081);
  add('Local, node itself without endpoint', `node/${cp}`, 'tcp', '127.0.0.1', 30081);
  add('Local, node to node with endpoint', `node/${cp}`, 'tcp', at(w1), 30081);
  add('Local, node to node without endpoint', `node/${cp}`, 'tcp', at(w2), 30081);
  add('node port where nobody listens', CLIENT, 'tcp', at(w1), 9000);
  add('internal Local, with endpoint', 'pod/default/net-pod-w', 'tcp', ip('svc-internal-local'), 9000);
  add('internal Local, without endpoint', NET_POD, 'tcp', ip('svc-internal-local'), 9000);
  const shared = nextPort++;
  add('one source port, first', NET_POD, 'tcp', ip('svc-one'), 9000, { sourcePort: shared });
  add('one source port, same end', NET_POD, 'tcp', podAddress(world, 'webpod1'), 80, { sourcePort: shared });
  const stream = { sourcePort: nextPort++ };
  const toWebpod = podAddress(world, 'webpod1');
  add('UDP, one port', NET_POD, 'udp', toWebpod, 8080, stream);
  add('UDP, one port again: no stream yet', NET_POD, 'udp', toWebpod, 8080, stream);
  add('UDP, one port after more than two seconds: a stream', NET_POD, 'udp', toWebpod, 8080, { ...stream, afterMs: 2300 });
  add('low source port, masqueraded', CLIENT, 'tcp', at(w1), 30080, { sourcePort: 400 });
  add('low source port, masqueraded again', CLIENT, 'tcp', at(w1), 30080, { sourcePort: 700 });
  return flows;
}
