import { address, formatAddress } from '@svclab/wire';
import { readFileSync } from 'node:fs';
import { labNetwork, NODES, REQUEST } from './testdata/lab-network.js';
import type { Flow, FlowResult } from './types.js';

const RULES = readFileSync(new URL('./testdata/lab-rules.txt', import.meta.url), 'utf8');
const SERVICE = '10.200.1.206';

/** The lab's network with kube-proxy's rules on every node. */
function lab(seed?: number) {
  const { sim, net } = labNetwork(seed);
  for (const node of Object.keys(NODES)) {
    const netns = `node/${node}`;
    for (const name of ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts']) net.netfilter.nfacct(netns, ['add', name]);
    const restored = net.netfilter.iptablesRestore(netns, [], RULES);
    expect(restored).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    net.setSysctl(netns, 'net.netfilter.nf_conntrack_tcp_timeout_established', '86400');
  }
  const get = (netns: string, to: string, port = 80, more: Partial<Flow> = {}): FlowResult =>
    net.send({ netns, protocol: 'tcp', destination: address(to), port, request: REQUEST, ...more });
  const connections = (netns: string) => net.netfilter.conntrack(netns, ['-L']).stdout.trimEnd().split('\n').filter(Boolean);
  const counters = (netns: string, chain: string, table = 'nat') =>
    net.netfilter.iptables(netns, ['-t', table, '-nvxL', chain]).stdout.split('\n').slice(2).filter(Boolean);
  return { sim, net, get, connections, counters };
}

const second = 1_000_000;
const remote = (result: FlowResult) => formatAddress(result.server!.remote.address);

describe('pod to ClusterIP', () => {
  test('the server sees the pod itself, with its own port; both nodes remember it', () => {
    const { get, connections } = lab();
    const result = get('pod/default/net-pod', SERVICE, 9000);
    expect(result.outcome).toBe('ok');
    expect(remote(result)).toBe('10.10.0.6');
    expect(result.server!.remote.port).toBe(result.local.port);
    expect(result.local.port % 2).toBe(0);
    const pod = formatAddress(result.server!.local.address);
    const port = result.local.port;
    expect(connections('node/control-plane')).toEqual([
      `tcp      6 119 TIME_WAIT src=10.10.0.6 dst=10.200.1.206 sport=${port} dport=9000 src=${pod} dst=10.10.0.6 sport=80 dport=${port} [ASSURED] mark=0 use=1`,
    ]);
    const node = Object.entries(NODES).find(([, { pods }]) => pod.startsWith(`${pods}.`))![0];
    expect(connections(`node/${node}`)).toEqual([
      `tcp      6 119 TIME_WAIT src=10.10.0.6 dst=${pod} sport=${port} dport=80 src=${pod} dst=10.10.0.6 sport=80 dport=${port} [ASSURED] mark=0 use=1`,
    ]);
  });

  test('ten packets of 926 bytes pass FORWARD, the nat chains see the first alone', () => {
    const { get, counters } = lab();
    for (let i = 0; i < 30; i++) expect(get('pod/default/net-pod', SERVICE, 9000).outcome).toBe('ok');
    const [service] = counters('node/control-plane', 'KUBE-SERVICES').filter((line: string) => line.includes('KUBE-SVC-KBDEBIL6IU6WL7RF'));
    expect(service).toMatch(/^ *30 +1800 KUBE-SVC-KBDEBIL6IU6WL7RF/);
    const forward = counters('node/control-plane', 'FORWARD', 'filter').find((line: string) => line.includes('KUBE-FORWARD'));
    expect(forward).toMatch(/^ *300 +27780 KUBE-FORWARD/);
    const established = counters('node/control-plane', 'KUBE-FORWARD', 'filter').at(-1);
    expect(established).toMatch(/^ *270 +25980 ACCEPT/);
    const masquerade = counters('node/control-plane', 'KUBE-POSTROUTING')[0];
    expect(masquerade).toMatch(/^ *30 +1800 RETURN/);
  });

  test('chance takes all three pods', () => {
    const { get } = lab(7);
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) seen.add(get('pod/default/net-pod', SERVICE, 9000).server!.netns);
    expect([...seen].toSorted()).toEqual(['pod/default/webpod1', 'pod/default/webpod2', 'pod/default/webpod3']);
  });

  test('a port that no rule matches is masqueraded, leaves by the default route and times out', () => {
    const { get, connections } = lab();
    const result = get('pod/default/net-pod', SERVICE, 80, { connectTimeoutUs: second });
    expect(result).toMatchObject({ outcome: 'timeout', elapsedUs: second });
    expect(result.errno).toBeUndefined();
    const port = result.local.port;
    expect(connections('node/control-plane')).toEqual([
      `tcp      6 119 SYN_SENT src=10.10.0.6 dst=10.200.1.206 sport=${port} dport=80 [UNREPLIED] src=10.200.1.206 dst=172.18.0.2 sport=80 dport=${port} mark=0 use=1`,
    ]);
  });

  test('without a time-out of its own TCP gives up after 134 s', () => {
    const { get } = lab();
    expect(get('pod/default/net-pod', SERVICE, 80)).toMatchObject({ outcome: 'timeout', errno: 'ETIMEDOUT', elapsedUs: 134.1 * second });
  });

  test('hairpin: the pod meets the address of its own veth and a port of another', () => {
    const { get, connections } = lab();
    const result = get('pod/default/webpod1', '10.200.1.95', 9000);
    expect(result.outcome).toBe('ok');
    expect(remote(result)).toBe('10.10.1.1');
    expect(result.server!.remote.port).not.toBe(result.local.port);
    expect(connections('node/worker')[0]).toContain(
      `src=10.10.1.2 dst=10.200.1.95 sport=${result.local.port} dport=9000 src=10.10.1.2 dst=10.10.1.1 sport=80 dport=${result.server!.remote.port} [ASSURED]`,
    );
  });
});

describe('node and client to ClusterIP', () => {
  test('a node is masqueraded: the remote pod sees the node, a local one the veth', () => {
    const { get } = lab();
    for (let i = 0; i < 20; i++) {
      const result = get('node/worker', SERVICE, 9000);
      expect(result.outcome).toBe('ok');
      expect(formatAddress(result.local.address)).toBe('172.18.0.3');
      expect(result.server!.remote.port).not.toBe(result.local.port);
      expect(remote(result)).toBe(result.server!.netns === 'pod/default/webpod1' ? '10.10.1.1' : '172.18.0.3');
    }
  });

  test('a node reaches its own pod from the veth, another from its own address', () => {
    const { get } = lab();
    expect(remote(get('node/worker', '10.10.1.2'))).toBe('10.10.1.1');
    expect(remote(get('node/control-plane', '10.10.1.2'))).toBe('172.18.0.2');
  });

  test('without a default route a node has no way to any ClusterIP, its pods do', () => {
    const { net, get } = lab();
    net.ip('node/control-plane', ['route', 'del', 'default']);
    expect(get('node/control-plane', SERVICE, 9000)).toMatchObject({ outcome: 'unreachable', errno: 'ENETUNREACH', elapsedUs: 0 });
    expect(get('pod/default/net-pod', SERVICE, 9000).outcome).toBe('ok');
    expect(get('pod/default/net-pod', SERVICE, 80)).toMatchObject({ outcome: 'unreachable', errno: 'ENETUNREACH' });
  });

  test('an outside client needs a route by a node, and is masqueraded there', () => {
    const { net, get } = lab();
    expect(get('client/mypc', SERVICE, 9000, { connectTimeoutUs: second }).outcome).toBe('timeout');
    expect(net.ip('client/mypc', ['route', 'add', '10.200.1.0/24', 'via', '172.18.0.3']).exitCode).toBe(0);
    const result = get('client/mypc', SERVICE, 9000);
    expect(result.outcome).toBe('ok');
    expect(remote(result)).toBe(result.server!.netns === 'pod/default/webpod1' ? '10.10.1.1' : '172.18.0.3');
  });

  test('a client whose answers take another way connects, but its data is INVALID on the node between', () => {
    const { net, get } = lab();
    net.setSysctl('client/mypc', 'net.ipv4.conf.all.accept_redirects', '0');
    net.setSysctl('client/mypc', 'net.ipv4.conf.eth0.accept_redirects', '0');
    net.ip('client/mypc', ['route', 'add', '10.10.0.0/16', 'via', '172.18.0.3']);
    const result = get('client/mypc', '10.10.2.2', 80, { totalTimeoutUs: 3 * second });
    expect(result).toMatchObject({ outcome: 'timeout', elapsedUs: 3 * second });
    expect(result.connectedUs).toBeLessThan(1000);
    expect(net.netfilter.nfacct('node/worker', ['list']).stdout).toMatch(/pkts = 0*[1-9]\d*, .*ct_state_invalid_dropped_pkts/);
  });

  test('the API server keeps sight of a pod on its own node; one of another comes masqueraded', () => {
    const { get } = lab();
    expect(remote(get('pod/default/net-pod', '10.200.1.1', 443))).toBe('10.10.0.6');
    const other = get('pod/default/net-pod-w', '10.200.1.1', 443);
    expect(remote(other)).toBe('172.18.0.3');
    expect(other.server!.remote.port).toBe(other.local.port);
  });
});

describe('NodePort', () => {
  test('any node answers, on its loopback address too', () => {
    const { get } = lab();
    for (const to of ['172.18.0.2', '172.18.0.3']) expect(get('client/mypc', to, 30080).outcome).toBe('ok');
    expect(get('node/worker', '127.0.0.1', 30080).outcome).toBe('ok');
    expect(get('node/worker', '172.18.0.3', 30080).outcome).toBe('ok');
  });

  test('127.0.0.1 goes nowhere without route_localnet', () => {
    const { net, get } = lab();
    net.setSysctl('node/control-plane', 'net.ipv4.conf.all.route_localnet', '0');
    expect(get('node/control-plane', '127.0.0.1', 30080, { connectTimeoutUs: second }).outcome).toBe('timeout');
  });
});

describe('refusals', () => {
  test('no endpoints: ICMP from the node, refused at once, nothing in conntrack; six in a row, then one a second', () => {
    const { net, get, connections } = lab();
    const outcomes = Array.from(
      { length: 20 },
      () => get('pod/default/net-pod', '10.200.1.50', 9000, { connectTimeoutUs: second / 20 }).outcome,
    );
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(6);
    expect(outcomes.slice(0, 6)).toEqual(Array(6).fill('refused'));
    expect(connections('node/control-plane')).toEqual([]);
    const late = get('pod/default/net-pod', '10.200.1.50', 9000, { connectTimeoutUs: 3 * second });
    expect(late).toMatchObject({ outcome: 'refused', errno: 'ECONNREFUSED' });
    expect(late.elapsedUs).toBeGreaterThan(second);
    expect(late.elapsedUs).toBeLessThan(1.1 * second);
    expect(formatAddress(late.answer!.src)).toBe('10.10.0.1');
    expect(late.answer!.length).toBe(88);
    net.setSysctl('node/control-plane', 'net.ipv4.icmp_ratelimit', '0');
    for (let i = 0; i < 10; i++)
      expect(get('pod/default/net-pod', '10.200.1.50', 9000, { connectTimeoutUs: second / 20 }).outcome).toBe('refused');
  });

  test('from the node itself: TCP is refused without limit, UDP gets EPERM', () => {
    const { net, get } = lab();
    for (let i = 0; i < 20; i++)
      expect(get('node/worker', '10.200.1.50', 9000)).toMatchObject({ outcome: 'refused', errno: 'ECONNREFUSED' });
    const udp = net.send({ netns: 'node/worker', protocol: 'udp', destination: address('10.200.1.50'), port: 9001, request: 'x' });
    expect(udp).toMatchObject({ outcome: 'refused', errno: 'EPERM' });
  });

  test('no listener: RST, not limited, and no connection is left', () => {
    const { get, connections } = lab();
    for (let i = 0; i < 20; i++)
      expect(get('pod/default/net-pod', '10.200.1.90', 9000)).toMatchObject({ outcome: 'refused', errno: 'ECONNREFUSED' });
    expect(connections('node/control-plane')).toEqual([]);
  });

  test('an endpoint that no pod has times out; a dead neighbour is found out after 3.07 s', () => {
    const { get } = lab();
    expect(get('pod/default/net-pod', '10.200.1.91', 9000, { connectTimeoutUs: second }).outcome).toBe('timeout');
    const dead = get('client/mypc', '172.18.0.77');
    expect(dead).toMatchObject({ outcome: 'unreachable', errno: 'EHOSTUNREACH' });
    expect(dead.elapsedUs / second).toBeCloseTo(3.07, 3);
  });
});

const ping = (to: string, ttl?: number): Flow => ({
  netns: 'pod/default/net-pod',
  protocol: 'icmp',
  destination: address(to),
  port: 0,
  connectTimeoutUs: second,
  echo: { id: 7, sequence: 1, ...(ttl !== undefined && { ttl }) },
});

describe('echo', () => {
  test.each([
    ['10.10.1.2', 62],
    ['10.10.0.1', 64],
    ['172.18.0.100', 63],
  ])('of %s comes back with ttl %i', (to, ttl) => {
    const result = lab().net.send(ping(to));
    expect(result).toMatchObject({ outcome: 'ok', answer: { ttl, length: 84 } });
    expect(result.elapsedUs).toBeLessThan(300);
  });

  test('of a ClusterIP is lost outside; a short ttl is told by the node on the way', () => {
    const { net } = lab();
    expect(net.send(ping(SERVICE)).outcome).toBe('timeout');
    const expired = net.send(ping('10.10.1.2', 2));
    expect(expired).toMatchObject({ outcome: 'unreachable', answer: { icmpType: 11 } });
    expect(formatAddress(expired.answer!.src)).toBe('172.18.0.3');
  });
});

describe('UDP', () => {
  const ask = (to: string, port: number): Flow => ({
    netns: 'pod/default/net-pod',
    protocol: 'udp',
    destination: address(to),
    port,
    request: 'hello',
    connectTimeoutUs: second,
  });

  test('a Service answers from its own address', () => {
    const { net } = lab();
    const result = net.send(ask('10.200.1.70', 9001));
    expect(result).toMatchObject({ outcome: 'ok', response: 'hello' });
    expect(formatAddress(result.answer!.src)).toBe('10.200.1.70');
    expect(remote(result)).toBe('10.10.0.6');
  });

  test('bytes count as bytes, text as UTF-8; a program may stay silent', () => {
    const { net, connections } = lab();
    net.registerApplication('echo', (request) => (request === '' ? undefined : { response: `${request}\xff`, serviceTimeUs: 10 }));
    net.listen({ netns: 'pod/default/webpod1', protocol: 'udp', address: null, port: 53, app: 'echo', order: 3 });
    net.listen({ netns: 'pod/default/webpod1', protocol: 'tcp', address: null, port: 53, app: 'echo', order: 3 });
    const flow = { ...ask('10.10.1.2', 53), request: '\x80\x00\xff' };
    expect(net.send({ ...flow, binary: true }).answer).toMatchObject({ length: 28 + 4, payload: '\x80\x00\xff\xff' });
    expect(net.send(flow).answer).toMatchObject({ length: 28 + 7 });
    expect(net.send({ ...flow, protocol: 'tcp', binary: true })).toMatchObject({ outcome: 'ok', response: '\x80\x00\xff\xff' });
    expect(connections('node/worker').filter((line: string) => line.startsWith('tcp'))).toEqual([expect.stringContaining('TIME_WAIT')]);
    expect(net.send({ ...flow, request: '' }).outcome).toBe('timeout');
  });

  test('a port without listener and a Service without endpoints refuse by ICMP', () => {
    const { net } = lab();
    expect(net.send(ask('10.10.1.2', 8081))).toMatchObject({ outcome: 'refused', errno: 'ECONNREFUSED' });
    expect(net.send(ask('10.200.1.50', 9001))).toMatchObject({ outcome: 'refused', errno: 'ECONNREFUSED' });
  });

  test.each([
    ['icmp-host-unreachable', { outcome: 'timeout' }],
    ['icmp-net-unreachable', { outcome: 'timeout' }],
    ['icmp-host-prohibited', { outcome: 'unreachable', errno: 'EHOSTUNREACH' }],
    ['icmp-proto-unreachable', { outcome: 'unreachable', errno: 'ENOPROTOOPT' }],
  ])('a socket takes notice of errors that are there to stay: %s', (kind, expected) => {
    const { net } = lab();
    net.netfilter.iptables('node/control-plane', ['-I', 'FORWARD', '-p', 'udp', '-j', 'REJECT', '--reject-with', kind]);
    const { outcome, errno } = net.send(ask('10.200.1.70', 9001));
    expect({ outcome, ...(errno && { errno }) }).toEqual(expected);
  });
});

describe('what goes on inside an exchange', () => {
  test('a long response takes as many segments as it needs', () => {
    const { net, get, counters } = lab();
    net.registerApplication('long', () => ({ response: 'x'.repeat(150_000), serviceTimeUs: 10 }));
    net.listen({ netns: 'pod/default/webpod1', protocol: 'tcp', address: null, port: 81, app: 'long', order: 3 });
    expect(get('pod/default/net-pod', '10.10.1.2', 81).response).toHaveLength(150_000);
    // Two segments more, each with its acknowledgement.
    expect(counters('node/worker', 'FORWARD', 'filter').find((line: string) => line.includes('KUBE-FORWARD'))).toMatch(/^ *14 /);
  });

  test('a server that goes away while it works leaves its client waiting', () => {
    const { sim, net, get } = lab();
    sim.timers.on('test.kill', () => net.removeNamespace('pod/default/webpod1'));
    sim.timers.set('kill', { dueUs: sim.nowUs + 800, kind: 'test.kill' });
    expect(get('pod/default/net-pod', '10.10.1.2', 80, { totalTimeoutUs: 5 * second })).toMatchObject({
      outcome: 'timeout',
      elapsedUs: 5 * second,
    });
  });

  test('rules that reset end a connection, even one that was translated', () => {
    const { net, get } = lab();
    const reject = ['-I', 'FORWARD', '-p', 'tcp', '-m', 'tcp', '--dport', '80', '-j', 'REJECT', '--reject-with', 'tcp-reset'];
    expect(net.netfilter.iptables('node/control-plane', reject).stderr).toBe('');
    expect(get('pod/default/net-pod', SERVICE, 9000)).toMatchObject({ outcome: 'refused', errno: 'ECONNREFUSED' });
  });

  test('an ICMP error about a packet whose destination was translated finds its way to the socket', () => {
    const { net, get } = lab();
    const reject = ['-I', 'FORWARD', '-p', 'tcp', '-m', 'tcp', '--dport', '80', '-j', 'REJECT', '--reject-with', 'icmp-host-unreachable'];
    expect(net.netfilter.iptables('node/control-plane', reject).stderr).toBe('');
    expect(get('pod/default/net-pod', SERVICE, 9000)).toMatchObject({ outcome: 'unreachable', errno: 'EHOSTUNREACH' });
  });

  test('a reset is answered by no other reset', () => {
    const { net, get } = lab();
    net.netfilter.iptables('node/control-plane', ['-I', 'OUTPUT', '-p', 'tcp', '-j', 'REJECT', '--reject-with', 'tcp-reset']);
    expect(get('node/control-plane', '10.10.1.2', 80, { connectTimeoutUs: second / 2 })).toMatchObject({ outcome: 'timeout' });
    expect(net.netfilter.iptables('node/control-plane', ['-nvxL', 'OUTPUT', '1']).stdout).toMatch(/^ +2 +100 REJECT/);
  });

  test('a dropped answer is a time-out that names its rule', () => {
    const { net } = lab();
    net.netfilter.iptables('node/worker', ['-I', 'FORWARD', '-p', 'tcp', '-m', 'tcp', '--sport', '80', '-j', 'DROP']);
    const flow: Flow = {
      netns: 'pod/default/net-pod',
      protocol: 'tcp',
      destination: address('10.10.1.2'),
      port: 80,
      connectTimeoutUs: second,
    };
    const { outcome, trace } = net.send(flow, { trace: true });
    expect(outcome).toBe('timeout');
    expect(trace!.disposition).toBe('timed out');
    expect(trace!.reason).toContain('the answer did not come back: dropped in FORWARD by rule 1 of chain FORWARD in table filter');
  });
});

describe('ports and time', () => {
  test('a port in TIME_WAIT is not taken again towards the same peer for 60 s', () => {
    const { sim, net, get } = lab();
    net.setSysctl('pod/default/net-pod', 'net.ipv4.ip_local_port_range', '40000 40003');
    const ports = Array.from({ length: 4 }, () => get('pod/default/net-pod', SERVICE, 9000).local.port);
    expect(ports.toSorted()).toEqual([40000, 40001, 40002, 40003]);
    expect(get('pod/default/net-pod', SERVICE, 9000)).toMatchObject({ outcome: 'unreachable', errno: 'EADDRNOTAVAIL' });
    expect(get('pod/default/net-pod', '10.10.1.2').outcome).toBe('ok');
    sim.advance(61 * second);
    expect(get('pod/default/net-pod', SERVICE, 9000).outcome).toBe('ok');
  });

  test('a request takes about as long as in the lab', () => {
    const { elapsedUs, connectedUs } = lab().get('pod/default/net-pod', SERVICE, 9000);
    expect(elapsedUs).toBeGreaterThan(900);
    expect(elapsedUs).toBeLessThan(3000);
    expect(connectedUs).toBeLessThan(300);
  });

  test('the same seed gives the same exchange', () => {
    const runs = [1, 1, 2].map((seed) => JSON.stringify(lab(seed).get('pod/default/net-pod', SERVICE, 9000)));
    expect(runs[0]).toBe(runs[1]);
    expect(runs[0]).not.toBe(runs[2]);
  });
});
