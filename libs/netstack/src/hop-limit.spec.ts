import { Sim } from '@svclab/sim';
import { address } from '@svclab/wire';
import fc from 'fast-check';
import { Netstack } from './netstack.js';
import { prefix } from './testdata/lab-network.js';

const CLIENT = 'client/mypc';

/** Routers in a ring, each of which sends everything on to the next: nothing that is not theirs ever arrives. A client at the first. */
function ring(size: number): Netstack {
  const sim = new Sim();
  const net = new Netstack(sim);
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: 0 });
  for (let i = 0; i < size; i++) {
    net.addNamespace({ name: `node/r${i}`, kind: 'node', sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv4.icmp_ratelimit': '0' } });
  }
  for (let i = 0; i < size; i++) {
    const next = (i + 1) % size;
    net.addVethPair({ netns: `node/r${i}`, name: 'out' }, { netns: `node/r${next}`, name: 'in' });
    net.addAddress(`node/r${i}`, 'out', { prefix: { address: address(`10.0.${i}.1`), length: 24 }, scope: 'global' });
    net.addAddress(`node/r${next}`, 'in', { prefix: { address: address(`10.0.${i}.2`), length: 24 }, scope: 'global' });
    net.addRoute({ netns: `node/r${i}`, destination: prefix('0.0.0.0/0'), via: address(`10.0.${i}.2`), dev: 'out', scope: 'global' });
  }
  net.addNamespace({ name: CLIENT, kind: 'client' });
  net.addVethPair({ netns: CLIENT, name: 'eth0' }, { netns: 'node/r0', name: 'client' });
  net.addAddress(CLIENT, 'eth0', { prefix: { address: address('10.9.0.2'), length: 24 }, scope: 'global' });
  net.addAddress('node/r0', 'client', { prefix: { address: address('10.9.0.1'), length: 24 }, scope: 'global' });
  net.addRoute({ netns: CLIENT, destination: prefix('0.0.0.0/0'), via: address('10.9.0.1'), dev: 'eth0', scope: 'global' });
  return net;
}

describe('a packet in a loop', () => {
  it('crosses as many routers as its hop limit allows, and its sender learns of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 1, max: 255 }), (size, ttl) => {
        const net = ring(size);
        const { trace, errno } = net.send(
          { netns: CLIENT, protocol: 'icmp', destination: address('192.0.2.1'), port: 0, echo: { ttl } },
          { trace: true },
        );
        expect(trace!.forward).toHaveLength(ttl + 1);
        expect(trace!.disposition).toBe('hop limit');
        expect(errno).toBe('EHOSTUNREACH');
      }),
      { numRuns: 40 },
    );
  });
});
