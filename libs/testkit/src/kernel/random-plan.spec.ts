import { Draw } from './draw.js';
import { randomWorld } from './random-plan.js';
import { generateRule, type RulePools } from './rule-generator.js';

const POOLS: RulePools = {
  addresses: ['10.0.0.1', '10.0.0.2'],
  prefixes: ['10.0.0.0/8'],
  ports: [80, 9000],
  portRanges: true,
  interfaces: ['eth0'],
  chains: ['U0'],
  own: ['10.0.0.1'],
  servers: ['10.0.0.2:80'],
  networks: ['10.1.0.0/24'],
  macs: [],
  sets: [{ name: 's', sides: ['src'] }],
  accounts: ['a'],
};

describe('random worlds', () => {
  test('one seed gives one world', () => {
    const [one, again] = [randomWorld(7), randomWorld(7)];
    expect(again.flows).toEqual(one.flows);
    expect([...again.rules]).toEqual([...one.rules]);
    for (const netns of one.rules.keys()) {
      expect(again.world.net.netfilter.iptablesSave(netns, []).stdout).toBe(one.world.net.netfilter.iptablesSave(netns, []).stdout);
    }
  });

  test('seeds differ, and worlds of one topology have the same pods', () => {
    const [one, other] = [randomWorld(0), randomWorld(1)];
    expect(other.flows).not.toEqual(one.flows);
    expect(other.world.net.namespaces().map(({ name }) => name)).toEqual(one.world.net.namespaces().map(({ name }) => name));
  });

  test('rules for traffic drop no connection by chance or midway', () => {
    const draw = new Draw(1, 'spec');
    for (let i = 0; i < 2000; i++) {
      const rule = generateRule(draw, POOLS, { table: 'filter', hook: 'FORWARD' }, { purpose: 'traffic' });
      if (/-j (?:DROP|REJECT)/.test(rule)) expect(rule).not.toMatch(/statistic|limit|length|recent|tcp-flags/);
    }
  });
});
