import { Sim } from '@svclab/sim';
import { address, formatAddress } from '@svclab/wire';
import fc from 'fast-check';
import { Routing } from './routing.js';
import { prefix } from './testdata/lab-network.js';
import { Topology } from './topology.js';

function router() {
  const sim = new Sim();
  const topology = new Topology(sim);
  sim.beginEntry(1);
  topology.addNamespace({ name: 'r', kind: 'node' });
  for (const [name, own] of [
    ['eth0', '192.168.0.1/24'],
    ['eth1', '192.168.1.1/24'],
  ] as const) {
    topology.addLink({ netns: 'r', name, kind: 'dummy' });
    topology.addAddress('r', name, { prefix: { ...prefix(own), address: address(own.split('/')[0]!) }, scope: 'global' });
  }
  const routing = new Routing(topology, { exception: () => undefined });
  const route = (to: string, dev: string) => topology.addRoute({ netns: 'r', destination: prefix(to), dev, scope: 'link' });
  const way = (to: string) => routing.lookup('r', address(to));
  return { sim, topology, routing, route, way };
}

describe('Routing', () => {
  test('the longest prefix wins, whatever the order of adding', () => {
    const { route, way } = router();
    route('10.0.0.0/8', 'eth0');
    route('10.1.0.0/16', 'eth1');
    route('0.0.0.0/0', 'eth0');
    expect(way('10.1.2.3')!.dev).toBe('eth1');
    expect(way('10.2.0.1')!.dev).toBe('eth0');
    expect(way('8.8.8.8')!.text).toBe('default dev eth0 scope link');
  });

  test('agrees with a plain search over random tables', () => {
    const entry = fc.tuple(fc.nat(0xffff), fc.integer({ min: 0, max: 16 }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), fc.nat(0xffff), (entries, low) => {
        const { topology, routing } = router();
        const routes = entries.map(([bits, length], i) => {
          const mask = length === 0 ? 0 : (0xffff << (16 - length)) & 0xffff;
          const destination = { address: (0x0a000000 | (bits & mask)) >>> 0, length: 16 + length };
          topology.addRoute({ netns: 'r', destination, dev: i % 2 ? 'eth0' : 'eth1', scope: 'link' });
          return destination;
        });
        const target = 0x0a000000 | low;
        const matching = routes.filter((d) => (target & (0xffffffff << (32 - d.length))) >>> 0 === d.address);
        const longest = Math.max(-1, ...matching.map((d) => d.length));
        const found = routing.lookup('r', target);
        const expected =
          longest < 0
            ? undefined
            : topology.route(
                'r',
                matching.find((d) => d.length === longest)!,
              )!.dev;
        expect(found?.dev).toBe(expected);
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  test('the source is that of the device, in the neighbour’s subnet', () => {
    const { topology, routing, way, route } = router();
    topology.addAddress('r', 'eth1', { prefix: prefix('172.16.0.5/24'), scope: 'global' });
    route('10.0.0.0/8', 'eth1');
    expect(formatAddress(way('172.16.0.9')!.source!)).toBe('172.16.0.5');
    expect(formatAddress(way('10.0.0.1')!.source!)).toBe('192.168.1.1');
    expect(formatAddress(way('192.168.1.1')!.source!)).toBe('192.168.1.1');
    expect(formatAddress(routing.interfaceAddress('r', 'eth1', address('172.16.0.9'))!)).toBe('172.16.0.5');
  });

  test('what is masqueraded out of the loopback device takes an address that is good outside', () => {
    const { topology, routing } = router();
    topology.addLink({ netns: 'r', name: 'veth0', kind: 'dummy', ifindex: 2 });
    topology.addAddress('r', 'veth0', { prefix: prefix('10.10.0.1/32'), scope: 'global' });
    expect(formatAddress(routing.interfaceAddress('r', 'lo', address('192.168.0.1'))!)).toBe('192.168.0.1');
  });

  test('address types', () => {
    const { topology, routing } = router();
    topology.addAddress('r', 'eth0', { prefix: prefix('10.9.0.1/24'), broadcast: address('10.9.0.255'), scope: 'global' });
    const types = ['127.3.2.1', '10.9.0.1', '10.9.0.255', '255.255.255.255', '224.0.0.1', '10.9.0.7'].map((to) =>
      routing.addressType('r', address(to)),
    );
    expect(types).toEqual(['LOCAL', 'LOCAL', 'BROADCAST', 'BROADCAST', 'MULTICAST', 'UNICAST']);
  });

  test('martians and rp_filter', () => {
    const { topology, routing } = router();
    const refuse = (source: string, to = '10.0.0.1', iface = 'eth0') => routing.refuseArrival('r', iface, address(source), address(to));
    expect(refuse('127.0.0.1')).toMatch(/^martian source/);
    expect(refuse('8.8.8.8', '127.0.0.1')).toMatch(/^martian destination/);
    expect(refuse('192.168.0.1')).toMatch(/address of this kernel itself/);
    expect(refuse('192.168.1.7')).toBeUndefined();
    topology.setSysctl('r', 'net.ipv4.conf.eth0.rp_filter', '1');
    expect(refuse('192.168.1.7')).toMatch(/^rp_filter: the way back to the source leaves by eth1/);
    expect(refuse('192.168.0.7')).toBeUndefined();
    topology.setSysctl('r', 'net.ipv4.conf.all.rp_filter', '2');
    expect(refuse('192.168.1.7')).toBeUndefined();
    expect(refuse('9.9.9.9')).toBe('rp_filter: no route back to the source');
  });

  test('a rollback takes the answers back with it', () => {
    const { sim, route, way } = router();
    sim.commitEntry();
    sim.beginEntry(2);
    route('10.0.0.0/8', 'eth0');
    expect(way('10.0.0.1')!.dev).toBe('eth0');
    sim.abortEntry();
    expect(way('10.0.0.1')).toBeUndefined();
  });
});

describe('Topology', () => {
  test('a veth that goes takes its peer and the routes of both', () => {
    const { topology } = router();
    topology.addNamespace({ name: 'p', kind: 'pod' });
    topology.addVethPair({ netns: 'p', name: 'eth0' }, { netns: 'r', name: 'veth1' });
    topology.addRoute({ netns: 'r', destination: prefix('10.5.0.2/32'), dev: 'veth1', scope: 'host' });
    topology.removeNamespace('p');
    expect(topology.link('r', 'veth1')).toBeUndefined();
    expect(topology.route('r', prefix('10.5.0.2/32'))).toBeUndefined();
    expect(topology.namespace('p')).toBeUndefined();
  });
});
