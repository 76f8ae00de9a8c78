import { readFileSync } from 'node:fs';
import { address, formatAddress } from '@svclab/wire';
import { labNetwork, NODES, REQUEST } from './testdata/lab-network.js';
import type { Flow, FlowResult } from './types.js';

const RULES = readFileSync(new URL('./testdata/lab-rules.txt', import.meta.url), 'utf8');
const CLIENT = 'client/mypc';
const SECOND = 1_000_000;

/** The lab; `mypc` has a route to the pods by way of `worker`, and each node the rules of kube-proxy, or none. */
function lab(rules = RULES) {
  const { sim, net } = labNetwork();
  for (const node of Object.keys(NODES)) {
    for (const name of ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts'])
      net.netfilter.nfacct(`node/${node}`, ['add', name]);
    net.netfilter.iptablesRestore(`node/${node}`, [], rules);
  }
  net.ip(CLIENT, ['route', 'add', '10.10.0.0/16', 'via', '172.18.0.3']);
  const get = (to: string, options: Partial<Flow> = {}): FlowResult =>
    net.send({
      netns: CLIENT,
      protocol: 'tcp',
      destination: address(to),
      port: 80,
      request: REQUEST,
      totalTimeoutUs: 9 * SECOND,
      ...options,
    });
  const ping = (to: string, from = CLIENT): FlowResult => net.send({ netns: from, protocol: 'icmp', destination: address(to), port: 0 });
  const way = (to: string, from = CLIENT): string => net.ip(from, ['route', 'get', to]).stdout;
  return { sim, net, get, ping, way };
}

const BY_WORKER = '10.10.2.2 via 172.18.0.3 dev eth0 src 172.18.0.100 uid 0 \n    cache \n';
const DIRECT = '10.10.2.2 via 172.18.0.4 dev eth0 src 172.18.0.100 uid 0 \n    cache <redirected> expires 299sec \n';

describe('an ICMP redirect', () => {
  // Measured: with the SYN a redirect is owed, but conntrack's NAT holds it back until the connection is settled. The data,
  // INVALID on the node between, is sent again after 0.2 s and brings one; what is sent after that goes the short way.
  test('mends a connection whose answers take another way', () => {
    const { sim, get, way } = lab();
    expect(way('10.10.2.2')).toBe(BY_WORKER);
    const { outcome, connectedUs, elapsedUs } = get('10.10.2.2');
    expect(outcome).toBe('ok');
    expect(connectedUs).toBeLessThan(1000);
    expect(elapsedUs).toBeGreaterThan(0.5 * SECOND);
    expect(elapsedUs).toBeLessThan(0.8 * SECOND);
    sim.advance(SECOND / 2);
    expect(way('10.10.2.2')).toBe(DIRECT);
    expect(get('10.10.2.2').elapsedUs).toBeLessThan(5000);
  });

  test('counts once the new router is known: the first makes the client ask for it', () => {
    const { sim, ping, way } = lab('');
    expect(ping('10.10.2.2').outcome).toBe('ok');
    expect(way('10.10.2.2')).toBe(BY_WORKER);
    sim.advance(0.3 * SECOND);
    expect(ping('10.10.2.2').outcome).toBe('ok');
    expect(way('10.10.2.2')).toContain('<redirected>');
  });

  test('is a step of the trace, and no error to the sender', () => {
    const { net } = lab('');
    const { trace, outcome } = net.send({ netns: CLIENT, protocol: 'icmp', destination: address('10.10.2.2'), port: 0 }, { trace: true });
    expect(outcome).toBe('ok');
    const steps = trace!.forward.find(({ netns }) => netns === 'node/worker')!.steps;
    expect(steps.find((step) => step.kind === 'answer')).toMatchObject({
      note: 'ICMP redirect: 10.10.2.2 is reached by 172.18.0.4 without this router',
      packet: { icmpType: 5, icmpCode: 1, length: 28 + 84, dst: address('172.18.0.100'), src: address('172.18.0.3') },
    });
  });

  test('lasts five minutes, or until the cache is flushed', () => {
    const { sim, net, ping, way } = lab('');
    ping('10.10.2.2');
    sim.advance(0.3 * SECOND);
    ping('10.10.2.2');
    sim.advance(299 * SECOND);
    expect(way('10.10.2.2')).toContain('via 172.18.0.4');
    sim.advance(2 * SECOND);
    expect(way('10.10.2.2')).toBe(BY_WORKER);
    ping('10.10.2.2');
    expect(way('10.10.2.2')).toContain('via 172.18.0.4');
    net.ip(CLIENT, ['route', 'flush', 'cache']);
    expect(way('10.10.2.2')).toBe(BY_WORKER);
  });

  test('is left unsaid about a translated connection, and where it is switched off', () => {
    const { net, get, ping, way } = lab();
    net.ip(CLIENT, ['route', 'add', '10.200.1.0/24', 'via', '172.18.0.3']);
    for (let i = 0; i < 8; i++) get('10.200.1.206', { port: 9000 });
    expect(way('10.200.1.206')).not.toContain('redirected');
    net.setSysctl('node/worker', 'net.ipv4.conf.all.send_redirects', '0');
    net.setSysctl('node/worker', 'net.ipv4.conf.eth0.send_redirects', '0');
    ping('10.10.2.2');
    expect(way('10.10.2.2')).toBe(BY_WORKER);
  });

  test('is not believed by a kernel that forwards, nor sent to who is no neighbour', () => {
    const { sim, net, ping, way } = lab('');
    net.ip('node/control-plane', ['route', 'replace', '10.10.2.0/24', 'via', '172.18.0.3']);
    for (let i = 0; i < 3; i++) {
      ping('10.10.2.2', 'node/control-plane');
      sim.advance(SECOND);
    }
    expect(way('10.10.2.2', 'node/control-plane')).toContain('via 172.18.0.3');
    const { trace } = net.send(
      { netns: 'pod/default/net-pod', protocol: 'icmp', destination: address('10.10.2.2'), port: 0 },
      { trace: true },
    );
    expect(trace!.forward.map(({ address: at }) => at !== null && formatAddress(at))).toContain('172.18.0.3');
    expect(trace!.forward.flatMap(({ steps }) => steps).some((step) => step.kind === 'answer')).toBe(false);
  });

  test('goes to one sender less and less often, and at last not at all', () => {
    const { sim, net, ping } = lab('');
    net.setSysctl(CLIENT, 'net.ipv4.conf.all.accept_redirects', '0');
    net.setSysctl(CLIENT, 'net.ipv4.conf.eth0.accept_redirects', '0');
    const told: number[] = [];
    const start = sim.nowUs;
    for (let i = 0; i < 600; i++) {
      const { trace } = net.send({ netns: CLIENT, protocol: 'icmp', destination: address('10.10.2.2'), port: 0 }, { trace: true });
      if (trace!.forward.some(({ steps }) => steps.some(({ kind }) => kind === 'answer'))) told.push((sim.nowUs - start) / SECOND);
      sim.advance(SECOND / 20);
    }
    expect(told).toHaveLength(9);
    const waits = told.slice(1).map((at, i) => at - told[i]!);
    for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThan(0.02 * 2 ** (i + 1));
    sim.advance(21 * SECOND);
    expect(ping('10.10.2.2').outcome).toBe('ok');
  });
});
