import { address } from '@svclab/wire';
import { tcp } from '../../testing/fake-network.js';
import { endpointName } from '../names.js';
import type { Destination, SchedulerMemory, SchedulerName } from '../types.js';
import { SCHEDULERS } from './index.js';
import type { Load } from './scheduler.js';

/** Real servers by letter: `a`, of weight 1 unless another is given. */
const servers = (...weights: number[]): Destination[] =>
  weights.map((weight, i) => ({ address: (address('10.0.0.1') as number) + i, port: 80, method: 'Masq', weight, upper: 0, lower: 0 }));

const letter = (destination: Destination): string => 'abcdefgh'[(destination.address & 0xff) - 1]!;

interface Case {
  readonly destinations: readonly Destination[];
  readonly load?: Readonly<Record<string, Partial<Load>>>;
  readonly flags?: readonly string[];
  readonly memory?: SchedulerMemory;
  readonly from?: string;
  readonly to?: string;
  readonly nowUs?: number;
}

function choose(
  name: SchedulerName,
  { destinations, load = {}, flags = [], memory = {}, from = '192.168.0.1', to = '10.96.0.1', nowUs = 0 }: Case,
): string {
  const choice = SCHEDULERS[name].schedule({
    packet: tcp(`${from}:40000`, `${to}:80`, 2),
    destinations,
    flags,
    memory,
    nowUs,
    load: (destination) => ({ active: 0, inactive: 0, overloaded: false, ...load[letter(destination)] }),
  });
  return choice ? letter(choice.destination) : 'none';
}

const turns = (name: SchedulerName, count: number, asked: Case): string => {
  const memory = {};
  return Array.from({ length: count }, () => choose(name, { memory, ...asked })).join('');
};

describe('schedulers', () => {
  it.each([
    ['rr', servers(1, 1, 1), 'abcabc'],
    ['rr', servers(1, 0, 1), 'acacac'],
    ['rr', servers(0, 0), 'nonenonenonenonenonenone'],
    // The example of the kernel's documentation: weights 4, 3, 2 give AABABCABC.
    ['wrr', servers(4, 3, 2), 'aababc'],
    ['wrr', servers(1, 1, 1), 'abcabc'],
    ['wrr', servers(2, 4), 'babbab'],
    ['wrr', servers(0, 1), 'bbbbbb'],
  ] as const)('%s in turn', (name, destinations, expected) => {
    expect(turns(name, 6, { destinations })).toBe(expected);
  });

  it('wrr with weights 4, 3 and 2 goes once around in nine turns', () => {
    expect(turns('wrr', 18, { destinations: servers(4, 3, 2) })).toBe('aababcabcaababcabc');
  });

  it('rr goes on behind one that has gone', () => {
    const memory: SchedulerMemory = {};
    const before = servers(1, 1, 1);
    expect([choose('rr', { destinations: before, memory }), choose('rr', { destinations: before, memory })]).toEqual(['a', 'b']);
    const after = before.toSpliced(1, 1);
    SCHEDULERS.rr.destinationsChanged!(memory, before, after);
    expect(choose('rr', { destinations: after, memory })).toBe('c');
  });

  it.each([
    ['lc', servers(1, 1, 1), { a: { active: 2 }, b: { active: 1 }, c: { active: 1 } }, 'b'],
    // One active connection weighs as much as 256 others.
    ['lc', servers(1, 1), { a: { active: 1 }, b: { inactive: 257 } }, 'a'],
    ['lc', servers(1, 9), { a: { active: 3 }, b: { active: 4 } }, 'a'],
    ['wlc', servers(1, 9), { a: { active: 3 }, b: { active: 4 } }, 'b'],
    ['wlc', servers(1, 1), { a: { overloaded: true } }, 'b'],
    ['sed', servers(1, 2, 3), {}, 'c'],
    ['sed', servers(1, 2, 3), { c: { active: 2 } }, 'b'],
    ['nq', servers(1, 2, 3), { a: { active: 1 } }, 'b'],
    ['nq', servers(1, 2, 3), { a: { active: 1 }, b: { active: 1 }, c: { active: 1 } }, 'c'],
    ['lc', servers(0), {}, 'none'],
  ] as const)('%s by load (%#)', (name, destinations, load, expected) => {
    expect(choose(name, { destinations, load })).toBe(expected);
  });

  it('dh goes by the destination, sh by the client; both are even and steady', () => {
    const destinations = servers(1, 1, 1, 1);
    const spread = (chosen: readonly string[]): number[] => ['a', 'b', 'c', 'd'].map((each) => chosen.filter((one) => one === each).length);
    const clients = Array.from({ length: 256 }, (_, i) => choose('sh', { destinations, from: `192.168.0.${i}` }));
    for (const count of spread(clients)) expect(count).toBeGreaterThan(40);
    expect(Array.from({ length: 256 }, (_, i) => choose('sh', { destinations, from: `192.168.0.${i}` }))).toEqual(clients);
    expect(new Set(Array.from({ length: 20 }, (_, i) => choose('dh', { destinations, from: `192.168.0.${i}` }))).size).toBe(1);
    expect(new Set(Array.from({ length: 20 }, (_, i) => choose('dh', { destinations, to: `10.96.0.${i}` }))).size).toBeGreaterThan(1);
  });

  it('sh refuses when the one of the hash is off, unless it may fall back', () => {
    const home = choose('sh', { destinations: servers(1, 1) });
    const off = home === 'a' ? servers(0, 1) : servers(1, 0);
    expect(choose('sh', { destinations: off })).toBe('none');
    expect(choose('sh', { destinations: off, flags: ['flag-1'] })).toBe(home === 'a' ? 'b' : 'a');
  });

  it('sh gives weight 3 three times the clients', () => {
    const chosen = Array.from({ length: 1024 }, (_, i) => choose('sh', { destinations: servers(3, 1), from: `10.1.${i >> 8}.${i & 255}` }));
    const share = chosen.filter((each) => each === 'a').length / chosen.length;
    expect(share).toBeGreaterThan(0.65);
    expect(share).toBeLessThan(0.85);
  });

  it('lblc keeps the real server of an address until it is too busy while another idles', () => {
    const memory: SchedulerMemory = {};
    const destinations = servers(2, 2);
    expect(choose('lblc', { destinations, memory })).toBe('a');
    expect(choose('lblc', { destinations, memory, load: { a: { active: 2 } } })).toBe('a');
    expect(choose('lblc', { destinations, memory, load: { a: { active: 3 } } })).toBe('b');
    expect(memory.servers).toEqual(['10.0.0.2:80']);
  });

  it('lblcr adds a real server instead, and gives the busiest back after a day', () => {
    const memory: SchedulerMemory = {};
    const destinations = servers(2, 2);
    expect(choose('lblcr', { destinations, memory })).toBe('a');
    expect(choose('lblcr', { destinations, memory, load: { a: { active: 3 } } })).toBe('b');
    expect(memory.servers).toEqual(destinations.map(endpointName));
    const dayLater = 86_400_000_001;
    expect(choose('lblcr', { destinations, memory, load: { a: { active: 3 }, b: { active: 1 } }, nowUs: dayLater })).toBe('b');
    expect(memory.servers).toEqual(['10.0.0.2:80']);
  });
});
