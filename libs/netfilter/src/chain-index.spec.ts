import { jest } from '@jest/globals';
import { packet, TCP, UDP, type Packet } from '@svclab/wire';
import fc from 'fast-check';
import { ChainIndex } from './chain-index.js';
import { bench, NODE, type Bench } from './testing/fake-network.js';
import type { NetfilterStep } from './types.js';

/** Few values, so that rules and packets meet often. */
const ADDRESSES = ['10.200.1.1', '10.200.1.2', '10.200.1.3', '10.10.1.2'];
const PORTS = [53, 80, 443];

const bang = fc.constantFrom('', '', '', '! ');

/** `null` in `nil` of `nil + 2` cases. */
const maybe = <T>(nil: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: nil, arbitrary: fc.constant(null) }, { weight: 2, arbitrary });

/** Conditions that a rule may or may not make, the head's before those of matches, with and without side effects. */
const head = fc
  .tuple(
    maybe(6, fc.tuple(bang, fc.constantFrom(...ADDRESSES, '10.10.0.0/16'))),
    maybe(1, fc.tuple(bang, fc.constantFrom(...ADDRESSES, '10.200.0.0/16'))),
    maybe(8, fc.constantFrom('veth1', 'eth+')),
  )
  .map(([source, destination, iface]) =>
    [source && `${source[0]}-s ${source[1]}`, destination && `${destination[0]}-d ${destination[1]}`, iface && `-i ${iface}`]
      .filter(Boolean)
      .join(' '),
  );

const effect = fc.constantFrom(
  '-m statistic --mode random --probability 0.5',
  '-m statistic --mode nth --every 3 --packet 0',
  '-m recent --name seen --set',
  '-m recent --name seen --rcheck --seconds 10',
  '-m limit --limit 5/sec',
  '-m nfacct --nfacct-name ct_state_invalid_dropped_pkts',
);
const condition = fc.constantFrom(
  '-m comment --comment why',
  '-m mark --mark 1',
  '-m conntrack --ctstate NEW',
  '-m addrtype --dst-type LOCAL',
);
const transport = fc
  .tuple(fc.constantFrom('tcp', 'udp'), bang, fc.constantFrom('80', '53', '443', '80:443', ''), fc.boolean())
  .map(([protocol, inverted, ports, bySource]) => ({
    protocol,
    text: ports ? `-m ${protocol} ${inverted}--${bySource ? 'sport' : 'dport'} ${ports}` : `-m ${protocol}`,
  }));

/** Few rules decide, so that most packets see much of the chains. */
const action = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('-j CHAIN-A', '-j CHAIN-B', '-g CHAIN-B', '-j MARK --set-mark 1', '-j MARK --set-mark 0', '') },
  { weight: 1, arbitrary: fc.constantFrom('-j RETURN', '-j DROP', '-j ACCEPT') },
);

/** The port before what has side effects or after it: only before may it be looked up. */
const rule = fc
  .tuple(head, maybe(2, transport), fc.array(fc.oneof({ weight: 2, arbitrary: condition }, effect), { maxLength: 2 }), fc.boolean(), action)
  .map(([conditions, ports, others, portsFirst, target]) => {
    const matches = [...others, ...(ports ? [ports.text] : [])];
    if (portsFirst) matches.reverse();
    return [conditions, ports && `-p ${ports.protocol}`, ...matches, target].filter(Boolean).join(' ');
  });

/** Three chains long enough to have an index; B leads nowhere else, so that nothing goes round. */
const ruleset = fc
  .tuple(...[24, 20, 20].map((length) => fc.array(rule, { minLength: length, maxLength: 2 * length })))
  .map(([forward, a, b]) => {
    const lines = (chain: string, rules: readonly string[], forbidden: RegExp): string[] =>
      rules.map((text) => `-A ${chain} ${text.replace(forbidden, '-j RETURN')}`);
    return [
      '*filter',
      ':FORWARD ACCEPT [0:0]',
      ':CHAIN-A - [0:0]',
      ':CHAIN-B - [0:0]',
      ...lines('FORWARD', forward!, /$^/),
      ...lines('CHAIN-A', a!, /-[jg] CHAIN-A/),
      ...lines('CHAIN-B', b!, /-[jg] CHAIN-[AB]/),
      'COMMIT\n',
    ].join('\n');
  });

const address = (text: string): number => text.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);

const sent: fc.Arbitrary<Packet> = fc
  .tuple(
    fc.constantFrom(...ADDRESSES),
    fc.constantFrom(...ADDRESSES),
    fc.constantFrom(TCP, UDP),
    fc.constantFrom(...PORTS, 40_000),
    fc.constantFrom(...PORTS, 40_000),
  )
  .map(([src, dst, protocol, sport, dport]) =>
    packet({ src: address(src), dst: address(dst), protocol, sport, dport, tcpFlags: protocol === TCP ? 2 : 0, length: 60 }),
  );

interface Seen {
  readonly verdicts: readonly unknown[];
  readonly steps: readonly NetfilterStep[];
  readonly state: unknown;
  readonly nextDraw: number;
}

/** What a node with `rules` does with packets a second apart, every other one traced. */
function play(rules: string, packets: readonly Packet[]): Seen {
  const on: Bench = bench(rules);
  const steps: NetfilterStep[] = [];
  const verdicts = packets.map((each, i) => {
    on.sim.advance(1_000_000);
    return on.forward(each, i % 2 ? 'eth0' : 'veth1', i % 3 ? undefined : (step) => steps.push(step)).verdict;
  });
  return { verdicts, steps, state: on.sim.store.dump(), nextDraw: on.sim.random('netfilter').u32() };
}

function playLinearly(rules: string, packets: readonly Packet[]): Seen {
  const spy = jest.spyOn(ChainIndex, 'of').mockReturnValue(undefined);
  try {
    return play(rules, packets);
  } finally {
    spy.mockRestore();
  }
}

describe('ChainIndex', () => {
  it('changes nothing: verdicts, counters, draws, lists and traces are those of the linear walk', () => {
    let skipped = 0;
    const next = jest.spyOn(ChainIndex.prototype, 'next');
    fc.assert(
      fc.property(ruleset, fc.array(sent, { minLength: 10, maxLength: 20 }), (rules, packets) => {
        next.mockClear();
        const indexed = play(rules, packets);
        skipped += next.mock.results.reduce((sum, { value }, i) => sum + (value as number) - next.mock.calls[i]![1], 0);
        expect(indexed).toEqual(playLinearly(rules, packets));
      }),
      { numRuns: 60, seed: 4, endOnFailure: true },
    );
    // It did leave rules out, or the test would show nothing.
    expect(skipped).toBeGreaterThan(1000);
    next.mockRestore();
  });

  it('reports the true number of rules passed over, and the nearest of them in words', () => {
    const services = Array.from(
      { length: 300 },
      (_, i) => `-A KUBE-SERVICES -d 10.200.2.${i % 250}/32 -p tcp -m tcp --dport ${1000 + i} -j RETURN`,
    );
    const on = bench(`*filter\n:KUBE-SERVICES - [0:0]\n-A FORWARD -j KUBE-SERVICES\n${services.join('\n')}\nCOMMIT\n`);
    const steps: NetfilterStep[] = [];
    const dst = address('10.200.2.7');
    on.forward(packet({ src: 1, dst, protocol: TCP, sport: 40_000, dport: 1257, tcpFlags: 2, length: 60 }), 'eth0', (step) =>
      steps.push(step),
    );
    const [matched] = steps.filter((step) => step.kind === 'rule' && step.rule.chain === 'KUBE-SERVICES');
    expect(matched).toMatchObject({ passedOver: 257, rule: { number: 258 } });
    expect(matched?.kind === 'rule' && matched.missed[0]!.because).toBe('destination 10.200.2.7 is not 10.200.2.237');
  });

  it('is rebuilt when a rule comes or goes', () => {
    const rules = Array.from({ length: 40 }, (_, i) => `-A FORWARD -d 10.200.2.${i}/32 -j DROP`);
    const on = bench(`*filter\n${rules.join('\n')}\nCOMMIT\n`);
    const verdict = (): string =>
      on.forward(packet({ src: 1, dst: address('10.200.2.30'), protocol: TCP, sport: 1, dport: 2, tcpFlags: 2, length: 60 }), 'eth0')
        .verdict.kind;
    expect(verdict()).toBe('DROP');
    on.netfilter.iptables(NODE, ['-I', 'FORWARD', '-d', '10.200.2.30', '-j', 'ACCEPT']);
    expect(verdict()).toBe('ACCEPT');
    on.netfilter.iptables(NODE, ['-D', 'FORWARD', '1']);
    expect(verdict()).toBe('DROP');
  });
});
