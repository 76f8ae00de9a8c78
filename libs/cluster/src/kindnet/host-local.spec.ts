import { Sim } from '@svclab/sim';
import { formatAddress, parsePrefix, type Prefix } from '@svclab/wire';
import { HostLocal } from './host-local.js';

const range = (text: string): Prefix => {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
};

describe('host-local', () => {
  const allocator = (): HostLocal => {
    const sim = new Sim();
    sim.beginEntry(1);
    return new HostLocal(sim);
  };
  const take = (ipam: HostLocal, cidr: string, owner = 'default/pod'): string | undefined => {
    const taken = ipam.allocate('node', range(cidr), owner);
    return taken === undefined ? undefined : formatAddress(taken);
  };

  it('starts at .2: .1 is the gateway', () => {
    const ipam = allocator();
    expect([take(ipam, '10.10.0.0/24'), take(ipam, '10.10.0.0/24'), take(ipam, '10.10.0.0/24')]).toEqual([
      '10.10.0.2',
      '10.10.0.3',
      '10.10.0.4',
    ]);
  });

  it('goes on after the last address though lower ones are free', () => {
    const ipam = allocator();
    const first = ipam.allocate('node', range('10.10.0.0/24'), 'a')!;
    take(ipam, '10.10.0.0/24');
    ipam.release('node', first);
    expect(take(ipam, '10.10.0.0/24')).toBe('10.10.0.4');
  });

  it('wraps around to the free ones and then has none', () => {
    const ipam = allocator();
    const first = ipam.allocate('node', range('10.0.0.0/29'), 'a')!;
    for (let i = 0; i < 4; i++) take(ipam, '10.0.0.0/29');
    expect(take(ipam, '10.0.0.0/29')).toBeUndefined();
    ipam.release('node', first);
    expect(take(ipam, '10.0.0.0/29')).toBe('10.0.0.2');
  });

  it('forgets everything with the node', () => {
    const ipam = allocator();
    take(ipam, '10.10.0.0/24');
    ipam.forget('node');
    expect(take(ipam, '10.10.0.0/24')).toBe('10.10.0.2');
  });
});
