import { ACK, address, FIN, formatAddress, packet, PSH, RST, SYN, type Packet } from '@svclab/wire';
import { formatEntry } from './conntrack/format.js';
import { bench, NODE, tcp, udp, type Bench } from './testing/fake-network.js';
import type { NetfilterStep, Skb } from './types.js';
import { MISSES_TOLD } from './told-walk.js';

/** Rules as kube-proxy and kindnetd write them: a service of two endpoints, one of its own pod, one without any. */
const RULES = `*filter
:KUBE-SERVICES - [0:0]
:KUBE-FORWARD - [0:0]
-A FORWARD -j KUBE-FORWARD
-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
-A KUBE-FORWARD -m conntrack --ctstate INVALID -m nfacct --nfacct-name ct_state_invalid_dropped_pkts -j DROP
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A KUBE-SERVICES -d 10.200.1.50/32 -p tcp -m tcp --dport 9000 -j REJECT
-A KUBE-SERVICES -d 10.200.1.51/32 -p tcp -m tcp --dport 9000 -j DROP
COMMIT
*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:KUBE-SEP-1 - [0:0]
:KUBE-SEP-2 - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
:KIND-MASQ-AGENT - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A POSTROUTING -m addrtype ! --dst-type LOCAL -j KIND-MASQ-AGENT
-A KIND-MASQ-AGENT -d 10.10.0.0/16 -j RETURN
-A KIND-MASQ-AGENT -j MASQUERADE
-A KUBE-SERVICES -d 10.200.1.206/32 -p tcp -m tcp --dport 9000 -j KUBE-SVC-A
-A KUBE-SERVICES -d 10.200.1.207/32 -p tcp -m tcp --dport 9000 -j KUBE-SEP-1
-A KUBE-SERVICES -d 10.200.1.10/32 -p udp -m udp --dport 53 -j DNAT --to-destination 10.10.2.2:53
-A KUBE-SVC-A ! -s 10.10.0.0/16 -d 10.200.1.206/32 -p tcp -m tcp --dport 9000 -j KUBE-MARK-MASQ
-A KUBE-SVC-A -m statistic --mode random --probability 0.5 -j KUBE-SEP-1
-A KUBE-SVC-A -j KUBE-SEP-2
-A KUBE-SEP-1 -s 10.10.2.2/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-1 -p tcp -m tcp -j DNAT --to-destination 10.10.2.2:80
-A KUBE-SEP-2 -s 10.10.3.2/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-2 -p tcp -m tcp -j DNAT --to-destination 10.10.3.2:80
-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
COMMIT
`;

const POD = '10.10.1.2:40000';
const SERVICE = '10.200.1.206:9000';

/** What the receiver of a packet sends back, as it would arrive here. */
const answer = (to: Packet, tcpFlags: number): Packet => ({ ...to, src: to.dst, dst: to.src, sport: to.dport, dport: to.sport, tcpFlags });

const ends = ({ src, sport, dst, dport }: Packet): string => `${formatAddress(src)}:${sport} > ${formatAddress(dst)}:${dport}`;

/** A whole request: handshake, data both ways, both FINs, last ACK. Returns the SYN as the server saw it. */
function exchange(on: Bench, from: string, to: string): Packet {
  const send = (flags: number): Packet => on.forward(tcp(from, to, flags), 'eth0').skb.packet;
  const seen = send(SYN);
  const reply = (flags: number): void => void on.forward(answer(seen, flags), 'veth1');
  reply(SYN | ACK);
  send(ACK);
  send(PSH | ACK);
  reply(PSH | ACK);
  send(ACK);
  send(FIN | ACK);
  reply(FIN | ACK);
  send(ACK);
  return seen;
}

describe('a pod and its ClusterIP', () => {
  it('is answered under the ClusterIP, keeps its own address and port, and leaves a TIME_WAIT', () => {
    const on = bench(RULES);
    const syn = on.forward(tcp(POD, SERVICE, SYN), 'eth0').skb.packet;
    expect(ends(syn)).toMatch(/^10\.10\.1\.2:40000 > 10\.10\.[23]\.2:80$/);
    const back = on.forward(answer(syn, SYN | ACK), 'veth1').skb.packet;
    expect(ends(back)).toBe(`${SERVICE} > ${POD}`);
    exchange(on, '10.10.1.2:40001', SERVICE);
    const server = formatAddress(on.forward(tcp('10.10.1.2:40001', SERVICE, ACK), 'eth0').skb.packet.dst);
    expect(on.conntrack('-L', '-p', 'tcp', '--sport', '40001')).toBe(
      `tcp      6 120 TIME_WAIT src=10.10.1.2 dst=10.200.1.206 sport=40001 dport=9000 src=${server} dst=10.10.1.2 sport=80 dport=40001 [ASSURED] mark=0 use=1\n`,
    );
  });

  it('counts the first packet alone in nat, every packet in filter', () => {
    const on = bench(RULES);
    for (let i = 0; i < 100; i++) exchange(on, `10.10.1.2:${41_000 + i}`, SERVICE);
    const packets = (table: 'nat' | 'filter', chain: string): number[] =>
      on.netfilter.rules(NODE, table, chain).map((rule) => rule.packets);
    expect(packets('nat', 'KUBE-SERVICES')[0]).toBe(100);
    const [, first, second] = packets('nat', 'KUBE-SVC-A');
    expect(first! + second!).toBe(100);
    expect(first).toBeGreaterThan(30);
    expect(second).toBeGreaterThan(30);
    expect(packets('filter', 'FORWARD')).toEqual([900, 100]);
    expect(packets('filter', 'KUBE-FORWARD')).toEqual([0, 0, 800]);
  });

  it('goes unseen where no rule asks for connections', () => {
    const on = bench();
    const { skb } = on.forward(tcp(POD, SERVICE, SYN), 'eth0');
    expect(skb.ct).toBeUndefined();
    expect(on.conntrack('-C')).toBe('0\n');
  });

  it('without endpoints is rejected, or dropped, and leaves no entry', () => {
    const on = bench(RULES);
    expect(on.forward(tcp(POD, '10.200.1.50:9000', SYN), 'eth0').verdict).toMatchObject({
      kind: 'REJECT',
      with: 'icmp-port-unreachable',
      by: { table: 'filter', chain: 'KUBE-SERVICES', number: 1 },
    });
    expect(on.forward(tcp(POD, '10.200.1.51:9000', SYN), 'eth0').verdict).toMatchObject({ kind: 'DROP', by: { number: 2 } });
    expect(on.conntrack('-L')).toBe('');
  });

  it('on a port no rule knows is masqueraded with its port kept', () => {
    const on = bench(RULES);
    const { skb } = on.forward(tcp(POD, '10.200.1.206:80', SYN), 'eth0');
    expect(ends(skb.packet)).toBe('172.18.0.3:40000 > 10.200.1.206:80');
    expect(on.conntrack('-L')).toBe(
      'tcp      6 120 SYN_SENT src=10.10.1.2 dst=10.200.1.206 sport=40000 dport=80 [UNREPLIED] src=10.200.1.206 dst=172.18.0.3 sport=80 dport=40000 mark=0 use=1\n',
    );
  });
});

describe('masquerading', () => {
  it('of a hairpin takes the outgoing interface’s address and a port by chance', () => {
    const on = bench(RULES);
    const { skb } = on.forward(tcp('10.10.2.2:46316', '10.200.1.207:9000', SYN), 'veth1');
    expect(formatAddress(skb.packet.src)).toBe('10.10.1.1');
    expect(skb.packet.sport).not.toBe(46_316);
    expect(skb.mark).toBe(0);
    expect(ends(on.forward(answer(skb.packet, SYN | ACK), 'veth1').skb.packet)).toBe('10.200.1.207:9000 > 10.10.2.2:46316');
  });

  it.each([
    [400, 1, 511],
    [600, 600, 1023],
    [512, 600, 1023],
    [40_000, 1024, 65_535],
  ])('--random-fully maps port %i into %i to %i', (port, low, high) => {
    const on = bench(RULES);
    const ports = Array.from(
      { length: 200 },
      (_, i) => on.forward(tcp(`172.18.0.${(i % 100) + 100}:${port}`, SERVICE, SYN), 'eth0').skb.packet.sport,
    );
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...ports)).toBeLessThanOrEqual(high);
    expect(Math.min(...ports)).toBeLessThan(low + (high - low) / 3);
    expect(Math.max(...ports)).toBeGreaterThan(high - (high - low) / 3);
  });

  it('changes a port unasked when answers could be mistaken', () => {
    const on = bench(RULES);
    on.forward(tcp(POD, '10.200.1.207:9000', SYN), 'eth0');
    const second = on.forward(tcp(POD, '10.10.2.2:80', SYN), 'eth0').skb.packet;
    expect(formatAddress(second.src)).toBe('10.10.1.2');
    expect(second.sport).not.toBe(40_000);
    expect(ends(on.forward(answer(second, SYN | ACK), 'veth1').skb.packet)).toBe('10.10.2.2:80 > 10.10.1.2:40000');
  });
});

describe('conntrack', () => {
  const entry = (on: Bench): string =>
    on
      .conntrack('-L')
      .replace(/ src=\S+ dst=\S+ sport=\d+ dport=\d+/g, '')
      .trimEnd();

  it('follows a TCP connection through its states and time-outs', () => {
    const on = bench(RULES);
    const seen = on.forward(tcp(POD, SERVICE, SYN), 'eth0').skb.packet;
    const steps: [from: 'client' | 'server', flags: number, line: string][] = [
      ['server', SYN | ACK, 'tcp      6 60 SYN_RECV'],
      ['client', ACK, 'tcp      6 86400 ESTABLISHED'],
      ['client', FIN | ACK, 'tcp      6 120 FIN_WAIT'],
      ['server', FIN | ACK, 'tcp      6 30 LAST_ACK'],
      ['client', ACK, 'tcp      6 120 TIME_WAIT'],
    ];
    for (const [from, flags, line] of steps) {
      if (from === 'client') on.forward(tcp(POD, SERVICE, flags), 'eth0');
      else on.forward(answer(seen, flags), 'veth1');
      expect(entry(on)).toContain(line);
    }
    expect(entry(on)).toContain('[ASSURED]');
    on.sim.advance(8_500_000);
    expect(entry(on)).toContain('tcp      6 111 TIME_WAIT');
    on.sim.advance(112_000_000);
    expect(on.conntrack('-C')).toBe('0\n');
  });

  it('waits 300 s for an acknowledgement of data', () => {
    const on = bench(RULES);
    const seen = on.forward(tcp(POD, SERVICE, SYN), 'eth0').skb.packet;
    on.forward(answer(seen, SYN | ACK), 'veth1');
    on.forward(tcp(POD, SERVICE, ACK), 'eth0');
    on.forward({ ...tcp(POD, SERVICE, ACK | PSH), payload: 'GET' }, 'eth0');
    expect(entry(on)).toContain('tcp      6 300 ESTABLISHED');
    on.forward(answer(seen, ACK), 'veth1');
    expect(entry(on)).toContain('tcp      6 86400 ESTABLISHED');
  });

  it('closes a connection that a rule resets', () => {
    const on = bench(`*filter\n-A FORWARD -p tcp -m conntrack --ctstate ESTABLISHED -j REJECT --reject-with tcp-reset\nCOMMIT\n`);
    const seen = on.forward(tcp(POD, SERVICE, SYN), 'eth0').skb.packet;
    const events: string[] = [];
    on.netfilter.onConntrackEvent = ({ kind, withState, entry: { tcp: state } }) => events.push(`${kind} ${withState} ${state}`);
    const refused = on.forward(answer(seen, SYN | ACK), 'veth1');
    expect(refused.verdict.kind).toBe('REJECT');
    const reset: Skb = { packet: { ...seen, tcpFlags: RST }, mark: 0, inIface: '', outIface: 'eth0' };
    on.netfilter.attach(reset, refused.skb);
    expect(entry(on)).toContain('tcp      6 10 CLOSE');
    for (const hook of ['OUTPUT', 'POSTROUTING'] as const) expect(on.netfilter.hook(NODE, hook, reset).kind).toBe('ACCEPT');
    expect(events).toEqual(['UPDATE true CLOSE']);
  });

  it('does not let a repeated SYN keep an entry alive, and opens anew after it expired', () => {
    const on = bench(RULES);
    on.forward(tcp(POD, SERVICE, SYN), 'eth0');
    on.sim.advance(4_000_000);
    on.forward(tcp(POD, SERVICE, SYN), 'eth0');
    expect(entry(on)).toContain('tcp      6 116 SYN_SENT');
    on.sim.advance(117_000_000);
    on.forward(tcp(POD, SERVICE, SYN), 'eth0');
    expect(entry(on)).toContain('tcp      6 120 SYN_SENT');
    expect(on.conntrack('-C')).toBe('1\n');
  });

  it('forgets a connection that is refused by a reset, but lets the reset find its way', () => {
    const on = bench(RULES);
    const seen = on.forward(tcp(POD, SERVICE, SYN), 'eth0').skb.packet;
    const reset = on.forward(answer(seen, RST | ACK), 'veth1').skb.packet;
    expect(ends(reset)).toBe(`${SERVICE} > ${POD}`);
    expect(on.conntrack('-C')).toBe('0\n');
  });

  it('calls the third packet of a handshake invalid when it never saw the second', () => {
    const on = bench(RULES);
    on.forward(tcp('172.18.0.100:50000', '10.10.2.2:80', SYN), 'eth0');
    const { verdict } = on.forward(tcp('172.18.0.100:50000', '10.10.2.2:80', ACK), 'eth0');
    expect(verdict).toMatchObject({ kind: 'DROP', by: { chain: 'KUBE-FORWARD', number: 1 } });
    expect(on.netfilter.nfacct(NODE, ['get', 'ct_state_invalid_dropped_pkts']).stdout).toContain('pkts = 00000000000000000001');
  });

  it('takes up a connection midway, as after conntrack -F', () => {
    const on = bench(RULES);
    exchange(on, POD, SERVICE);
    expect(on.netfilter.conntrack(NODE, ['-F']).stderr).toBe(
      'conntrack v1.4.7 (conntrack-tools): connection tracking table has been emptied.\n',
    );
    on.forward(tcp(POD, SERVICE, PSH | ACK), 'eth0');
    expect(on.conntrack('-L')).toMatch(/^tcp {6}6 300 ESTABLISHED .*\[UNREPLIED\].*mark=0 use=1\n$/);
  });

  it('calls traffic both ways after two seconds a stream', () => {
    const on = bench(RULES);
    const seen = on.forward(udp(POD, '10.200.1.10:53'), 'eth0').skb.packet;
    expect(entry(on)).toContain('udp      17 30 [UNREPLIED]');
    on.forward(answer(seen, 0), 'veth1');
    expect(entry(on)).toBe('udp      17 30 mark=0 use=1');
    on.sim.advance(2_500_000);
    on.forward(udp(POD, '10.200.1.10:53'), 'eth0');
    expect(entry(on)).toBe('udp      17 120 [ASSURED] mark=0 use=1');
  });

  it('rewrites an ICMP error so that the sender knows it: outside from the ClusterIP, inside as it was sent', () => {
    const on = bench(RULES);
    const seen = on.forward(tcp(POD, SERVICE, SYN), 'eth0').skb.packet;
    const error = packet({ src: seen.dst, dst: seen.src, protocol: 1, icmpType: 3, icmpCode: 3, length: 88, inner: { ...seen } });
    const { skb } = on.forward(error, 'veth1');
    expect(skb.ct?.state).toBe('RELATED');
    expect(formatAddress(skb.packet.src)).toBe('10.200.1.206');
    expect(formatAddress(skb.packet.dst)).toBe('10.10.1.2');
    expect(ends(skb.packet.inner!)).toBe(`${POD} > ${SERVICE}`);
  });

  it('tells listeners what conntrack -E would show', () => {
    const on = bench(RULES);
    const events: string[] = [];
    on.netfilter.onConntrackEvent = ({ kind, entry: { tcp: state } }) => events.push(`${kind} ${state}`);
    exchange(on, POD, SERVICE);
    expect(events).toEqual([
      'NEW SYN_SENT',
      'UPDATE SYN_RECV',
      'UPDATE ESTABLISHED',
      'UPDATE FIN_WAIT',
      'UPDATE LAST_ACK',
      'UPDATE TIME_WAIT',
    ]);
  });

  it('tells of all that one packet changed in one event', () => {
    const on = bench(RULES);
    const events: string[] = [];
    on.netfilter.onConntrackEvent = ({ kind, entry }) => events.push(`${kind} ${formatEntry(entry, on.sim.nowUs).includes('[UNREPLIED]')}`);
    const seen = on.forward(tcp(POD, SERVICE, SYN), 'eth0').skb.packet;
    on.forward(answer(seen, SYN | ACK), 'veth1');
    expect(events).toEqual(['NEW true', 'UPDATE false']);
    events.length = 0;
    const refused = on.forward(tcp('10.10.1.2:40001', SERVICE, SYN), 'eth0').skb.packet;
    on.forward(answer(refused, RST | ACK), 'veth1');
    expect(events).toEqual(['NEW true', 'DESTROY true']);
  });

  it('tells of a mark without the state that did not change', () => {
    const on = bench('*mangle\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j CONNMARK --set-xmark 0x1/0x1\nCOMMIT\n');
    const events: string[] = [];
    on.netfilter.onConntrackEvent = ({ kind, withState, entry }) => events.push(`${kind} ${withState} ${entry.tcp} mark=${entry.mark}`);
    const seen = on.forward(tcp(POD, SERVICE, SYN), 'eth0').skb.packet;
    on.forward(answer(seen, SYN | ACK), 'veth1');
    on.forward(tcp(POD, SERVICE, ACK), 'eth0');
    on.netfilter.iptablesRestore(
      NODE,
      [],
      '*mangle\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j CONNMARK --set-xmark 0x2/0x2\nCOMMIT\n',
    );
    on.forward(tcp(POD, SERVICE, ACK | PSH), 'eth0');
    expect(events).toEqual([
      'NEW true SYN_SENT mark=0',
      'UPDATE true SYN_RECV mark=1',
      'UPDATE true ESTABLISHED mark=1',
      'UPDATE false ESTABLISHED mark=3',
    ]);
  });

  it('filters, deletes and refuses as the program does', () => {
    const on = bench(RULES);
    on.forward(tcp(POD, SERVICE, SYN), 'eth0');
    on.forward(udp(POD, '10.200.1.10:53'), 'eth0');
    expect(on.netfilter.conntrack(NODE, ['-L', '--dst', '10.200.1.206']).stderr).toBe(
      'conntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.\n',
    );
    expect(on.conntrack('-L', '-p', 'udp', '--dport', '53')).toContain('udp      17 30 ');
    expect(on.conntrack('-L', '-u', 'ASSURED')).toBe('');
    expect(on.conntrack('-L', '-g', '10.10.2.2', '-p', 'udp')).not.toBe('');
    const deleted = on.netfilter.conntrack(NODE, ['-D', '--orig-dst', '10.200.1.10', '--dst-nat', '10.10.2.2', '-p', 'udp']);
    expect([deleted.exitCode, deleted.stderr]).toEqual([0, 'conntrack v1.4.7 (conntrack-tools): 1 flow entries have been deleted.\n']);
    expect(on.netfilter.conntrack(NODE, ['-D', '-p', 'udp'])).toMatchObject({ exitCode: 1, stdout: '' });
    expect(on.netfilter.conntrack(NODE, ['-L', '-p', 'nope'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        "conntrack v1.4.7 (conntrack-tools): `nope' unsupported protocol\nTry `conntrack -h' or 'conntrack --help' for more information.\n",
    });
  });

  it('is the same after a rollback', () => {
    const on = bench(RULES);
    exchange(on, POD, SERVICE);
    on.sim.commitEntry();
    const before = on.conntrack('-L');
    on.sim.beginEntry(2);
    on.netfilter.conntrack(NODE, ['-F']);
    exchange(on, '10.10.1.2:40009', SERVICE);
    on.sim.abortEntry();
    expect(on.conntrack('-L')).toBe(before);
  });
});

describe('a trace', () => {
  it('tells every rule that decided, why, and what NAT changed', () => {
    const on = bench(RULES);
    const steps: NetfilterStep[] = [];
    on.forward(tcp(POD, SERVICE, SYN), 'eth0', (step) => steps.push(step));
    const told = steps.map((step) => (step.kind === 'rule' ? `${step.rule.chain} ${step.rule.number} ${step.verdict}` : step.kind));
    expect(told.slice(0, 4)).toEqual(['conntrack', 'table', 'PREROUTING 1 jump', 'KUBE-SERVICES 1 jump']);
    const chosen = steps.find((step) => step.kind === 'rule' && step.rule.chain === 'KUBE-SVC-A');
    expect(chosen).toMatchObject({ passedOver: expect.any(Number), hook: 'PREROUTING' });
    const nat = steps.filter((step) => step.kind === 'nat');
    expect(nat).toMatchObject([{ manip: 'DST', origin: 'rule', before: { dst: address('10.200.1.206') }, after: { dport: 80 } }]);
    expect(steps.at(-1)).toMatchObject({ kind: 'end-of-chain', chain: 'POSTROUTING', outcome: 'policy ACCEPT' });
  });

  /** The rules that a packet was led past, `CHAIN number: why`. */
  function missesOf(on: Bench, sent: Packet): string[] {
    const misses: string[] = [];
    on.forward(sent, 'eth0', (step) => {
      if (step.kind !== 'rule' && step.kind !== 'end-of-chain') return;
      expect(step.missed.length).toBe(Math.min(step.passedOver, MISSES_TOLD));
      for (const { rule, because } of step.missed) misses.push(`${rule.chain} ${rule.number}: ${because}`);
    });
    return misses;
  }

  it('tells of every rule passed over which condition did not hold', () => {
    const misses = missesOf(bench(RULES), tcp(POD, '10.200.1.206:9001', SYN));
    expect(misses).toEqual([
      'KUBE-SERVICES 1: destination port 9001 is not 9000',
      'KUBE-SERVICES 2: destination 10.200.1.206 is not 10.200.1.207',
      'KUBE-SERVICES 3: destination 10.200.1.206 is not 10.200.1.10',
      'KUBE-FORWARD 1: the connection is NEW, not INVALID',
      'KUBE-FORWARD 2: mark 0x0 does not have 0x4000/0x4000',
      'KUBE-FORWARD 3: the connection is NEW, not RELATED or ESTABLISHED',
      'KUBE-SERVICES 1: destination 10.200.1.206 is not 10.200.1.50',
      'KUBE-SERVICES 2: destination 10.200.1.206 is not 10.200.1.51',
      'KIND-MASQ-AGENT 1: destination 10.200.1.206 is not in 10.10.0.0/16',
    ]);
    expect(missesOf(bench(RULES), udp(POD, '10.200.1.50:9000'))).toContain('KUBE-SERVICES 1: protocol udp is not tcp');
  });

  it('tells what chance drew, on either side of the threshold', () => {
    const on = bench(RULES);
    const taken = { yes: 0, no: 0 };
    for (let i = 0; i < 40; i++) {
      on.forward(tcp(`10.10.1.2:${41_000 + i}`, SERVICE, SYN), 'eth0', (step) => {
        if (step.kind !== 'rule' || step.rule.chain !== 'KUBE-SVC-A') return;
        const chance = (step.chance ?? step.missed.find((miss) => miss.chance)?.chance)!;
        expect(chance.probability).toBe(0.5);
        expect(chance.draw! < 0.5).toBe(step.rule.number === 2);
        taken[step.rule.number === 2 ? 'yes' : 'no']++;
      });
    }
    expect(taken.yes + taken.no).toBe(40);
    expect(Math.min(taken.yes, taken.no)).toBeGreaterThan(5);
  });

  it('tells of no more than the nearest rules of a long chain', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `-A FORWARD -d 10.200.2.${i}/32 -j DROP`);
    const on = bench(`*filter\n${lines.join('\n')}\nCOMMIT\n`);
    const misses = missesOf(on, tcp(POD, SERVICE, SYN));
    expect(misses).toHaveLength(MISSES_TOLD);
    expect(misses.at(-1)).toBe('FORWARD 100: destination 10.200.1.206 is not 10.200.2.99');
  });

  it('names the object that a rule was written for, and asks nobody without a trace', () => {
    const on = bench(RULES);
    const asked: string[] = [];
    const service = { namespace: 'default', name: 'web', port: 'http' };
    on.netfilter.causeOf = (rule) => {
      asked.push(rule);
      return rule.startsWith('-A KUBE-SVC-A ') ? { service } : undefined;
    };
    on.forward(tcp(POD, SERVICE, SYN), 'eth0');
    expect(asked).toEqual([]);
    const causes = new Map<string, unknown>();
    on.forward(tcp('10.10.1.2:40001', SERVICE, SYN), 'eth0', (step) => {
      if (step.kind === 'rule') causes.set(step.rule.chain, step.rule.cause);
    });
    expect(causes.get('KUBE-SVC-A')).toEqual({ service });
    expect(causes.get('KUBE-SERVICES')).toBeUndefined();
    expect(asked).toContain('-A KUBE-SERVICES -d 10.200.1.206/32 -p tcp -m tcp --dport 9000 -j KUBE-SVC-A');
  });

  it('changes nothing about the outcome', () => {
    const quiet = bench(RULES, 7);
    const traced = bench(RULES, 7);
    for (let i = 0; i < 50; i++) {
      const syn = tcp(`172.18.0.100:${42_000 + i}`, SERVICE, SYN);
      expect(ends(traced.forward(syn, 'eth0', () => {}).skb.packet)).toBe(ends(quiet.forward(syn, 'eth0').skb.packet));
    }
    expect(traced.netfilter.iptablesSave(NODE, ['-c']).stdout).toBe(quiet.netfilter.iptablesSave(NODE, ['-c']).stdout);
  });
});
