import { SYN } from '@svclab/wire';
import { bench, NODE, tcp, type Bench } from '../../testing/fake-network.js';

/** n → what iptables 1.8.9 prints for a probability of 1/n (31-bit fixed point). */
const PRINTED: readonly (readonly [number, string])[] = [
  [2, '0.50000000000'],
  [3, '0.33333333349'],
  [5, '0.20000000019'],
  [6, '0.16666666651'],
  [7, '0.14285714272'],
  [9, '0.11111111101'],
  [11, '0.09090909082'],
  [19, '0.05263157887'],
  [20, '0.04999999981'],
  [35, '0.02857142873'],
  [60, '0.01666666660'],
];

const packets = (on: Bench, chain = 'FORWARD'): number[] => on.netfilter.rules(NODE, 'filter', chain).map((rule) => rule.packets);

const send = (on: Bench, count: number): void => {
  for (let i = 0; i < count; i++) on.forward(tcp(`10.0.0.1:${1000 + i}`, '10.0.0.2:80', SYN), 'eth0');
};

describe('-m statistic', () => {
  it.each(PRINTED)('prints a probability of 1/%i as %s', (n, printed) => {
    const on = bench();
    on.netfilter.iptables(NODE, ['-A', 'FORWARD', '-m', 'statistic', '--mode', 'random', '--probability', (1 / n).toFixed(10)]);
    expect(on.netfilter.rules(NODE, 'filter', 'FORWARD')[0]!.text).toBe(`-m statistic --mode random --probability ${printed}`);
  });

  it('shares 3,000 packets evenly over three rules (chi-square, 2 degrees of freedom, p = 0.001)', () => {
    const on = bench(`*filter
-A FORWARD -m statistic --mode random --probability 0.3333333333 -j ACCEPT
-A FORWARD -m statistic --mode random --probability 0.5 -j ACCEPT
-A FORWARD -j ACCEPT
COMMIT
`);
    send(on, 3000);
    const counts = packets(on);
    expect(counts.reduce((sum, count) => sum + count)).toBe(3000);
    expect(counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(13.82);
  });

  it('asks the chance it is given, with 31 bits', () => {
    const on = bench('*filter\n-A FORWARD -m statistic --mode random --probability 0.25 -j ACCEPT\nCOMMIT\n');
    const thresholds: number[] = [];
    on.netfilter.chance = { below: (threshold) => thresholds.push(threshold) > 1, oneOf: () => 0, u32: () => 0 };
    send(on, 2);
    expect(thresholds).toEqual([2 ** 29, 2 ** 29]);
    expect(packets(on)).toEqual([1]);
  });

  it('counts every nth packet for each rule apart, though the rules read alike', () => {
    const rule = '-m statistic --mode nth --every 3 --packet 0';
    const on = bench(`*filter\n-A FORWARD ${rule}\n-A FORWARD ${rule} -j ACCEPT\nCOMMIT\n`);
    send(on, 7);
    expect(packets(on)).toEqual([3, 3]);
    on.netfilter.iptables(NODE, ['-I', 'FORWARD', '-j', 'RETURN', '-s', '192.0.2.1']);
    send(on, 2);
    expect(packets(on)).toEqual([0, 3, 3]);
    send(on, 1);
    expect(packets(on)).toEqual([0, 4, 4]);
  });
});
