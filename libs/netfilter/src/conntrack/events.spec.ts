import { ACK, FIN, packet, PSH, RST, SYN, type Packet } from '@svclab/wire';
import { bench, NODE, tcp, udp, type Bench } from '../testing/fake-network.js';

/**
 * What `conntrack -E` shows of each kind of exchange, as measured on Linux 6.18 on a node whose kube-proxy sets
 * `nf_conntrack_tcp_timeout_established` to a day. Rules drop port 9001 and reject 9002.
 */
const RULES = `*filter
-A FORWARD -p tcp --dport 9001 -j DROP
-A FORWARD -p tcp --dport 9002 -j REJECT
COMMIT
*nat
-A PREROUTING -d 10.200.1.9 -p tcp -m statistic --mode random --probability 0.3333333333 -j DNAT --to-destination 10.10.2.2:80
-A PREROUTING -d 10.200.1.9 -p tcp -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.10.2.3:80
-A PREROUTING -d 10.200.1.9 -p tcp -j DNAT --to-destination 10.10.2.4:80
COMMIT
`;

type Way = 'there' | 'back';

/** One exchange: packets both ways, and pauses in seconds. */
class Talk {
  readonly on: Bench = bench(RULES);
  readonly #stream = this.on.netfilter.conntrackEvents(NODE, ['-E'])!;
  #answer: Packet | undefined;

  constructor(private readonly question: Packet) {}

  send(way: Way, tcpFlags = 0): this {
    if (way === 'back') {
      this.on.forward({ ...this.#answer!, tcpFlags }, 'veth1');
      return this;
    }
    const { src, dst, sport, dport, icmpType } = this.on.forward({ ...this.question, tcpFlags }, 'eth0').skb.packet;
    const echoReply = icmpType === 8 ? { icmpType: 0 } : {};
    this.#answer = { ...this.question, src: dst, dst: src, sport: dport, dport: sport, ...echoReply };
    return this;
  }

  wait(seconds: number): this {
    this.on.sim.advance(seconds * 1_000_000);
    return this;
  }

  /** Event by event: kind, time-out, state, and what stands in brackets. */
  get events(): string[] {
    return this.#stream
      .read()
      .trimEnd()
      .split('\n')
      .filter(Boolean)
      .map((line) =>
        line
          .trim()
          .replace(/ (?:src|dst|sport|dport|type|code|id|mark)=\S+/g, '')
          .replace(/\s+/g, ' '),
      );
  }
}

const http = (to = '10.10.2.2:80'): Talk => new Talk(tcp('10.10.1.2:40000', to, 0));
const opened = (): Talk =>
  http()
    .send('there', SYN)
    .send('back', SYN | ACK)
    .send('there', ACK);
const datagrams = (): Talk => new Talk(udp('10.10.1.2:40000', '10.10.2.2:53'));

describe('conntrack -E of', () => {
  test.each<[string, () => Talk, string[]]>([
    [
      'a whole request',
      () =>
        opened()
          .send('there', PSH | ACK)
          .send('back', ACK)
          .send('back', PSH | ACK)
          .send('there', ACK)
          .send('there', FIN | ACK)
          .send('back', FIN | ACK)
          .send('there', ACK),
      [
        '[NEW] tcp 6 120 SYN_SENT [UNREPLIED]',
        '[UPDATE] tcp 6 60 SYN_RECV',
        '[UPDATE] tcp 6 86400 ESTABLISHED [ASSURED]',
        '[UPDATE] tcp 6 120 FIN_WAIT [ASSURED]',
        '[UPDATE] tcp 6 30 LAST_ACK [ASSURED]',
        '[UPDATE] tcp 6 120 TIME_WAIT [ASSURED]',
      ],
    ],
    [
      'a refusal by the endpoint',
      () =>
        http()
          .send('there', SYN)
          .send('back', RST | ACK),
      ['[NEW] tcp 6 120 SYN_SENT [UNREPLIED]', '[DESTROY] tcp 6 120 CLOSE [UNREPLIED]'],
    ],
    ['a SYN that is dropped', () => http('10.10.2.2:9001').send('there', SYN), []],
    ['a SYN that is rejected', () => http('10.10.2.2:9002').send('there', SYN), []],
    [
      'a SYN that nobody answers, and those sent again',
      () => http().send('there', SYN).wait(1).send('there', SYN).wait(1).send('there', SYN).wait(2).send('there', SYN),
      ['[NEW] tcp 6 120 SYN_SENT [UNREPLIED]'],
    ],
    [
      'a client that resets after its data',
      () =>
        opened()
          .send('there', PSH | ACK)
          .send('back', ACK)
          .send('there', RST | ACK),
      [
        '[NEW] tcp 6 120 SYN_SENT [UNREPLIED]',
        '[UPDATE] tcp 6 60 SYN_RECV',
        '[UPDATE] tcp 6 86400 ESTABLISHED [ASSURED]',
        '[UPDATE] tcp 6 10 CLOSE [ASSURED]',
      ],
    ],
    ['one datagram and its answer', () => datagrams().send('there').send('back'), ['[NEW] udp 17 30 [UNREPLIED]', '[UPDATE] udp 17 30']],
    [
      'six datagrams and their answers, 0.7 s apart',
      () => {
        const talk = datagrams();
        for (let i = 0; i < 6; i++) talk.send('there').send('back').wait(0.7);
        return talk;
      },
      ['[NEW] udp 17 30 [UNREPLIED]', '[UPDATE] udp 17 30', '[UPDATE] udp 17 120 [ASSURED]'],
    ],
    [
      'a ping',
      () => {
        const echo = packet({ ...udp('10.10.1.2:0', '10.10.2.2:0'), protocol: 1, icmpType: 8, icmpId: 77, length: 84 });
        return new Talk(echo).send('there').send('back');
      },
      ['[NEW] icmp 1 30 [UNREPLIED]', '[UPDATE] icmp 1 30'],
    ],
  ])('%s', (_name, talk, events) => {
    expect(talk().events).toEqual(events);
  });

  test('a SYN sent again leaves the time that was left', () => {
    const { on } = http().send('there', SYN).wait(1).send('there', SYN).wait(3).send('there', SYN);
    expect(on.conntrack('-L')).toMatch(/^tcp {6}6 116 SYN_SENT/);
  });
});

describe('an open connection', () => {
  test('lives on when the rules that made it are gone, or reject its service now', () => {
    const talk = http('10.200.1.9:9000')
      .send('there', SYN)
      .send('back', SYN | ACK)
      .send('there', ACK);
    const [before] = talk.on.netfilter.connections(NODE);
    talk.on.netfilter.iptables(NODE, ['-t', 'nat', '-F']);
    talk.on.netfilter.iptables(NODE, '-A FORWARD -m conntrack --ctstate NEW -d 10.200.1.9 -j REJECT'.split(' '));
    const { verdict, skb } = talk.on.forward(tcp('10.10.1.2:40000', '10.200.1.9:9000', PSH | ACK), 'eth0');
    expect(verdict.kind).toBe('ACCEPT');
    expect(skb.packet.dport).toBe(80);
    expect(talk.on.netfilter.connections(NODE)).toMatchObject([{ reply: before!.reply }]);
  });

  test('is balanced anew after conntrack -F, without a look at where it was', () => {
    const on = bench(RULES);
    const clients = Array.from({ length: 300 }, (_, i) => `10.10.1.2:${40_000 + i}`);
    const endpoints = (tcpFlags: number): number[] =>
      clients.map((client) => on.forward(tcp(client, '10.200.1.9:9000', tcpFlags), 'eth0').skb.packet.dst as number);
    const before = endpoints(SYN);
    on.conntrack('-F');
    const after = endpoints(PSH | ACK);
    const stayed = after.filter((endpoint, i) => endpoint === before[i]).length;
    // A third of them, give or take four standard deviations.
    expect(Math.abs(stayed - 100)).toBeLessThan(33);
    expect(on.conntrack('-L').match(/6 300 ESTABLISHED .*\[UNREPLIED\]/g)).toHaveLength(300);
    expect(on.conntrack('-L')).not.toContain('ASSURED');
  });
});
