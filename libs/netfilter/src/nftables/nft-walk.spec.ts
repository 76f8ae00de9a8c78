import { address, formatAddress, SYN, type Packet } from '@svclab/wire';
import { bench, NODE, tcp, udp, type Bench } from '../testing/fake-network.js';
import type { NetfilterStep } from '../types.js';

function withRules(text: string, iptables = ''): Bench {
  const on = bench(iptables);
  const { stderr } = on.netfilter.nft(NODE, ['-f', '-'], () => text);
  if (stderr !== '') throw new Error(stderr);
  return on;
}

const chain = (hook: string, priority: string, rules: string, type = 'filter'): string =>
  `table ip t {\n chain ${hook} { type ${type} hook ${hook} priority ${priority}; ${rules.split('\n').join(';')}; }\n}\n`;

const POD = '10.10.1.2:40000';
const verdict = (on: Bench, packet: Packet): string => on.forward(packet, 'eth0').verdict.kind;
const list = (on: Bench, ...what: string[]): string => on.netfilter.nft(NODE, ['list', ...what]).stdout;

describe('native chains beside iptables', () => {
  const mark = (value: number): string => `meta mark set meta mark | ${value}`;

  it('are met by priority, whoever made them', () => {
    const iptables = '*mangle\n-A FORWARD -m mark --mark 0x1 -j MARK --set-mark 0x10\nCOMMIT\n';
    const marked = (priority: number): number =>
      withRules(chain('forward', `${priority}`, mark(1)), iptables).forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0').skb.mark;
    expect(marked(-151)).toBe(0x10);
    expect(marked(-149)).toBe(1);
  });

  it('of two with the same priority, the younger comes first', () => {
    const iptables = '*mangle\n-A FORWARD -m mark --mark 0x1 -j MARK --set-mark 0x10\nCOMMIT\n';
    const younger = withRules(chain('forward', 'mangle', mark(1)), iptables);
    expect(younger.forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0').skb.mark).toBe(0x10);
    const older = withRules(chain('forward', 'mangle', mark(1)));
    older.netfilter.iptablesRestore(NODE, [], iptables);
    expect(older.forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0').skb.mark).toBe(1);
  });

  it('of chains of type nat, the first that translates is the last that is asked', () => {
    const text = `table ip t {
      chain late { type nat hook prerouting priority -50; tcp dport 80 counter dnat to 10.10.3.2:80; }
      chain early { type nat hook prerouting priority -120; tcp dport 80 counter dnat to 10.10.2.2:80; }
    }`;
    const on = withRules(text, '*nat\n-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.10.9.9:80\nCOMMIT\n');
    expect(formatAddress(on.forward(tcp(POD, '10.200.1.1:80', SYN), 'eth0').skb.packet.dst)).toBe('10.10.2.2');
    expect(list(on, 'chain', 'ip', 't', 'late')).toContain('counter packets 0 ');
    expect(on.netfilter.iptablesSave(NODE, ['-c']).stdout).toContain('[0:0] -A PREROUTING');
  });

  it('accept in one chain does not spare a packet the next', () => {
    const text = `table ip t {
      chain a { type filter hook forward priority 0; accept; }
      chain b { type filter hook forward priority 1; policy drop; }
    }`;
    expect(verdict(withRules(text), tcp(POD, '1.1.1.1:80', SYN))).toBe('DROP');
  });

  it('go with those of iptables when the ruleset is flushed, and what the same text adds is there', () => {
    const on = withRules(chain('forward', '0', 'accept'), '*filter\n-A FORWARD -j DROP\nCOMMIT\n');
    const text = `flush ruleset\n${chain('forward', '0', 'tcp dport 80 drop')}`;
    expect(on.netfilter.nft(NODE, ['-f', '-'], () => text).stderr).toBe('');
    expect([80, 81].map((port) => verdict(on, tcp(POD, `1.1.1.1:${port}`, SYN)))).toEqual(['DROP', 'ACCEPT']);
    expect(on.netfilter.iptablesSave(NODE, []).stdout).toBe('');
  });

  it('a dormant table hangs nowhere', () => {
    const text = 'table ip t {\n flags dormant\n chain b { type filter hook forward priority 1; policy drop; }\n}';
    expect(verdict(withRules(text), tcp(POD, '1.1.1.1:80', SYN))).toBe('ACCEPT');
  });

  it('make the kernel track connections', () => {
    const on = withRules(chain('forward', '0', 'ct state new accept'));
    on.forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0');
    expect(on.conntrack('-L')).toContain('SYN_SENT');
    const off = withRules(chain('forward', '0', 'tcp dport 80 accept'));
    off.forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0');
    expect(off.conntrack('-L')).toBe('');
  });
});

describe('sets and maps', () => {
  it.each([
    ['10.1.2.3', 'DROP'],
    ['11.0.0.1', 'ACCEPT'],
    ['172.16.0.9', 'DROP'],
    ['172.16.0.11', 'ACCEPT'],
  ])('intervals: %s', (to, expected) => {
    const set = 'table ip t {\n set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 172.16.0.5-172.16.0.10 }; }\n}\n';
    expect(verdict(withRules(set + chain('forward', '0', 'ip daddr @s drop')), tcp(POD, `${to}:80`, SYN))).toBe(expected);
  });

  it.each([
    ['10.0.0.1:85', 'DROP'],
    ['10.0.0.1:91', 'ACCEPT'],
    ['11.0.0.1:85', 'ACCEPT'],
  ])('concatenations with ranges: %s', (to, expected) => {
    const rule = 'ip daddr . tcp dport { 10.0.0.0/8 . 80-90 } drop';
    expect(verdict(withRules(chain('forward', '0', rule)), tcp(POD, to, SYN))).toBe(expected);
  });

  it('a verdict map leads on, and a rule whose value it lacks does not match', () => {
    const text = `table ip t {
      map m { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 10.0.0.1 . tcp . 80 : goto refuse, 10.0.0.2 . udp . 53 : drop }; }
      chain refuse { reject with tcp reset; }
      chain f { type filter hook forward priority 0; ip daddr . meta l4proto . th dport vmap @m; tcp dport 81 drop; }
    }`;
    const on = withRules(text);
    expect(on.forward(tcp(POD, '10.0.0.1:80', SYN), 'eth0').verdict).toMatchObject({
      kind: 'REJECT',
      with: 'tcp-reset',
      by: { chain: 'refuse' },
    });
    expect(verdict(on, udp(POD, '10.0.0.2:53'))).toBe('DROP');
    expect(verdict(on, tcp(POD, '10.0.0.2:53', SYN))).toBe('ACCEPT');
    expect(verdict(on, tcp(POD, '10.0.0.1:81', SYN))).toBe('DROP');
  });

  it('a value map gives NAT its address', () => {
    const text =
      'table ip t {\n chain n { type nat hook prerouting priority dstnat; dnat to tcp dport map { 80 : 10.10.2.2, 81 : 10.10.3.2 }; }\n}';
    const to = (port: number): string => formatAddress(withRules(text).forward(tcp(POD, `10.200.1.1:${port}`, SYN), 'eth0').skb.packet.dst);
    expect([80, 81, 82].map(to)).toEqual(['10.10.2.2', '10.10.3.2', '10.200.1.1']);
  });

  it('elements that packets add live as long as they are told to, and `update` lengthens their life', () => {
    const text = `table ip t {
      set seen { type ipv4_addr; flags dynamic,timeout; timeout 10s; }
      chain f { type filter hook forward priority 0; tcp dport 80 update @seen { ip saddr }; tcp dport 81 add @seen { ip saddr }; tcp dport 82 ip saddr @seen drop; }
    }`;
    const on = withRules(text);
    const send = (port: number): string => verdict(on, tcp(POD, `1.1.1.1:${port}`, SYN));
    send(80);
    expect(send(82)).toBe('DROP');
    on.sim.advance(6_000_000);
    send(81);
    on.sim.advance(5_000_000);
    expect(send(82)).toBe('ACCEPT');
    send(80);
    on.sim.advance(6_000_000);
    send(80);
    on.sim.advance(6_000_000);
    expect(send(82)).toBe('DROP');
    expect(list(on, 'set', 'ip', 't', 'seen')).toContain('elements = { 10.10.1.2 expires 4s }');
  });

  it('a full set takes no more, unless some of it has expired', () => {
    const text = `table ip t {
      set few { type ipv4_addr; flags dynamic,timeout; timeout 10s; size 2; }
      chain f { type filter hook forward priority 0; update @few { ip saddr } drop; }
    }`;
    const on = withRules(text);
    const from = (last: number): string => verdict(on, tcp(`10.10.1.${last}:1000`, '1.1.1.1:80', SYN));
    expect([1, 2, 3].map(from)).toEqual(['DROP', 'DROP', 'ACCEPT']);
    on.sim.advance(11_000_000);
    expect(from(3)).toBe('DROP');
  });
});

describe('chance and state', () => {
  it('numgen random is uniform', () => {
    const on = withRules(
      chain('forward', '0', 'numgen random mod 3 vmap { 0 : drop, 1 : accept, 2 : goto c }').replace(
        'table ip t {',
        'table ip t { chain c { meta mark set 7; };',
      ),
    );
    const counts: Record<string, number> = {};
    for (let i = 0; i < 3000; i++) {
      const {
        verdict: { kind },
        skb,
      } = on.forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0');
      counts[`${kind}${skb.mark}`] = (counts[`${kind}${skb.mark}`] ?? 0) + 1;
    }
    const chi2 = ['DROP0', 'ACCEPT0', 'ACCEPT7'].reduce((sum, key) => sum + (counts[key]! - 1000) ** 2 / 1000, 0);
    expect(chi2).toBeLessThan(13.82);
  });

  it('numgen inc goes round; counters, limits and it are undone with their entry', () => {
    const on = withRules(chain('forward', '0', 'counter numgen inc mod 2 vmap { 0 : drop, 1 : accept }'));
    const two = (): string[] => [1, 2].map(() => verdict(on, tcp(POD, '1.1.1.1:80', SYN)));
    expect(two()).toEqual(['DROP', 'ACCEPT']);
    on.sim.commitEntry();
    on.sim.beginEntry(2);
    verdict(on, tcp(POD, '1.1.1.1:80', SYN));
    on.sim.abortEntry();
    on.sim.beginEntry(3);
    expect(list(on, 'ruleset')).toContain('counter packets 2 bytes 120');
    expect(two()).toEqual(['DROP', 'ACCEPT']);
  });

  it('limit lets a burst through, then its rate', () => {
    const on = withRules(chain('forward', '0', 'limit rate 1/second burst 3 packets accept\ndrop'));
    const five = (): string[] => Array.from({ length: 5 }, () => verdict(on, tcp(POD, '1.1.1.1:80', SYN)));
    expect(five()).toEqual(['ACCEPT', 'ACCEPT', 'ACCEPT', 'DROP', 'DROP']);
    on.sim.advance(1_000_000);
    expect(five()).toEqual(['ACCEPT', 'DROP', 'DROP', 'DROP', 'DROP']);
  });
});

describe('marks', () => {
  it.each([
    ['meta mark set 0x4000', 0x4000],
    ['meta mark set meta mark | 0x4000', 0x4001],
    ['meta mark set meta mark & 0xfffffffe', 0],
    ['meta mark set meta mark ^ 0x3', 2],
  ])('%s', (rule, expected) => {
    const on = withRules(chain('forward', '0', `meta mark set 1\n${rule}`));
    expect(on.forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0').skb.mark).toBe(expected);
  });

  it('go into the connection and come back', () => {
    const on = withRules(chain('forward', '0', 'ct state new ct mark set 0x5\nct mark 0x5 meta mark set ct mark'));
    expect(on.forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0').skb.mark).toBe(5);
    expect(on.conntrack('-L')).toContain('mark=5');
  });
});

describe('traces', () => {
  it('tell every rule that was asked, why it did not match, and the element that decided', () => {
    const text = `table ip t {
      set s { type ipv4_addr; elements = { 9.9.9.9 }; }
      map m { type inet_service : verdict; elements = { 80 : drop }; }
      chain f { type filter hook forward priority 0; ip daddr @s accept; udp dport 53 accept; tcp dport vmap @m; }
    }`;
    const steps: NetfilterStep[] = [];
    withRules(text).forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0', (step) => void steps.push(step));
    const rule = steps.find((step) => step.kind === 'rule');
    expect(rule).toMatchObject({
      rule: { table: 'ip t', chain: 'f', number: 3, handle: 6, text: 'tcp dport vmap @m' },
      verdict: 'DROP',
      passedOver: 2,
      missed: [
        { rule: { number: 1 }, because: 'ip daddr is 1.1.1.1, which is no element of s' },
        { rule: { number: 2 }, because: 'the packet has no udp dport' },
      ],
      lookups: [{ set: 'm', key: '80', element: '80 : drop' }],
    });
    expect(address('1.1.1.1')).toBe((rule as { before: Packet }).before.dst);
  });

  it('draw what an untraced packet draws', () => {
    const rules = chain('forward', '0', 'numgen random mod 4 vmap { 0 : drop }\nnumgen random mod 4 vmap { 1 : drop }');
    const run = (traced: boolean): string[] => {
      const on = withRules(rules);
      return Array.from(
        { length: 40 },
        () => on.forward(tcp(POD, '1.1.1.1:80', SYN), 'eth0', traced ? () => undefined : undefined).verdict.kind,
      );
    };
    expect(run(true)).toEqual(run(false));
  });
});
