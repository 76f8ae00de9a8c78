import { packet, SYN, type Packet } from '@svclab/wire';
import { bench, NODE, tcp, udp, type Bench } from '../testing/fake-network.js';

/** A namespace whose FORWARD chain drops what `condition` matches. */
const dropping = (condition: string, table = 'filter'): Bench =>
  bench(`*${table}\n:FORWARD ACCEPT [0:0]\n-A FORWARD ${condition} -j DROP\nCOMMIT\n`);

const dropped = (made: Bench, sent: Packet): boolean => made.forward(sent, 'eth0').verdict.kind === 'DROP';

const WEB = tcp('10.10.1.2:40000', '10.10.2.2:80', SYN);
const DNS = udp('10.10.1.2:40000', '10.10.2.2:53');

describe('matches that look at a packet alone', () => {
  it.each([
    ['-p tcp -m multiport --dports 22,80:90', WEB, true],
    ['-p tcp -m multiport --dports 22,81:90', WEB, false],
    ['-p tcp -m multiport --sports 80', WEB, false],
    ['-p tcp -m multiport --ports 39999:40001', WEB, true],
    ['-p tcp -m multiport ! --dports 22,443', WEB, true],
    ['-p sctp --dport 5', packet({ ...WEB, protocol: 132, dport: 5 }), true],
    ['-m length --length 60', WEB, true],
    ['-m length --length 61:', WEB, false],
    ['-m length ! --length 61:', WEB, true],
    ['-m iprange --src-range 10.10.1.1-10.10.1.5', WEB, true],
    ['-m iprange --src-range 10.10.1.3-10.10.1.5', WEB, false],
    ['-m iprange ! --dst-range 10.10.2.0-10.10.2.1', WEB, true],
    ['-m iprange --src-range 10.10.1.5-10.10.1.1', WEB, false],
    ['-m ttl --ttl-eq 64', WEB, true],
    ['-m ttl --ttl-lt 64', WEB, false],
    ['-m ttl --ttl-gt 63', WEB, true],
    ['-m dscp --dscp-class EF', { ...WEB, tos: 0xb8 }, true],
    ['-m dscp --dscp-class EF', WEB, false],
    ['-m tos --tos 0x10/0x3f', { ...WEB, tos: 0x50 }, true],
    ['-m tos --tos 0x10', { ...WEB, tos: 0x50 }, false],
    ['-m pkttype --pkt-type unicast', WEB, true],
    ['-m pkttype ! --pkt-type broadcast', WEB, true],
    ['-p tcp --tcp-option 2', WEB, true],
    ['-p tcp --tcp-option 19', WEB, false],
    ['-p tcp --syn', WEB, true],
    ['-p tcp --tcp-flags SYN,ACK SYN', { ...WEB, tcpFlags: 0x12 }, false],
  ] as const)('%s', (condition, sent, expected) => {
    expect(dropped(dropping(condition), sent)).toBe(expected);
  });

  it('knows who put a frame on the wire', () => {
    const { netfilter } = dropping('-m mac --mac-source 02:42:0a:0a:01:02');
    const verdict = (sourceMac: string | undefined): string =>
      netfilter.hook(NODE, 'FORWARD', {
        packet: { ...WEB },
        mark: 0,
        inIface: 'veth1',
        outIface: 'eth0',
        ...(sourceMac !== undefined && { sourceMac }),
      }).kind;
    expect(['02:42:0a:0a:01:02', '02:42:0a:0a:01:03', undefined].map(verdict)).toEqual(['DROP', 'ACCEPT', 'ACCEPT']);
  });
});

describe('-m limit', () => {
  it('lets a burst through, then one packet per interval', () => {
    const made = dropping('-m limit --limit 2/sec --limit-burst 3');
    const run = (count: number): number => Array.from({ length: count }, () => dropped(made, WEB)).filter(Boolean).length;
    expect(run(10)).toBe(3);
    made.sim.advance(499_999);
    expect(run(2)).toBe(0);
    made.sim.advance(1);
    expect(run(2)).toBe(1);
    made.sim.advance(60_000_000);
    expect(run(10)).toBe(3);
  });

  it('keeps one bucket per rule, though their texts are the same', () => {
    const rule = '-A FORWARD -m limit --limit 1/day --limit-burst 2 -j RETURN\n';
    const made = bench(`*filter\n:FORWARD DROP [0:0]\n${rule}${rule}COMMIT\n*mangle\n:FORWARD ACCEPT [0:0]\nCOMMIT\n`);
    for (let i = 0; i < 5; i++) made.forward(WEB, 'eth0');
    expect(made.netfilter.rules(NODE, 'filter').map(({ packets }) => packets)).toEqual([2, 2]);
  });
});

describe('what is asked of a connection', () => {
  /** The second packet of an exchange that was translated meets the rule in FORWARD. */
  const met = (condition: string): { first: boolean; reply: boolean } => {
    const made = bench(
      '*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n' +
        '-A PREROUTING -d 10.200.1.1/32 -p udp -j DNAT --to-destination 10.10.2.2:53\n' +
        '-A POSTROUTING -j SNAT --to-source 172.18.0.3\nCOMMIT\n' +
        `*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD ${condition} -j ACCEPT\nCOMMIT\n`,
    );
    const hits = (): number => made.netfilter.rules(NODE, 'filter')[0]!.packets;
    made.forward(udp('10.10.1.2:40000', '10.200.1.1:5353'), 'eth0');
    const first = hits() === 1;
    made.forward(udp('10.10.2.2:53', '172.18.0.3:40000'), 'veth1');
    return { first, reply: hits() === (first ? 2 : 1) };
  };

  it.each([
    ['--ctorigsrc 10.10.1.2', true, true],
    ['--ctorigdst 10.200.0.0/16', true, true],
    ['! --ctorigdst 10.200.0.0/16', false, false],
    // Before POSTROUTING has run, answers would still go to the pod itself.
    ['--ctrepldst 172.18.0.3', false, true],
    ['--ctreplsrc 10.10.2.2', true, true],
    ['--ctorigdstport 5353', true, true],
    ['--ctreplsrcport 50:60', true, true],
    ['--ctproto udp', true, true],
    ['! --ctproto tcp', true, true],
    ['--ctdir ORIGINAL', true, false],
    ['--ctdir REPLY', false, true],
    ['--ctstatus CONFIRMED', false, true],
    ['--ctstatus NONE', false, false],
    ['! --ctstatus ASSURED', true, true],
    ['--ctexpire 25:30', false, true],
    ['--ctstate DNAT --ctdir ORIGINAL', true, false],
  ])('-m conntrack %s', (condition, first, reply) => {
    expect(met(`-m conntrack ${condition}`)).toEqual({ first, reply });
  });

  it('holds for nothing when rules wanted no tracking', () => {
    const made = bench(
      '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j CT --notrack\nCOMMIT\n' +
        '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m conntrack --ctproto udp -j DROP\n' +
        '-A FORWARD -m conntrack --ctstate UNTRACKED -j DROP\nCOMMIT\n',
    );
    expect(made.forward(DNS, 'eth0').verdict).toMatchObject({ kind: 'DROP', by: { number: 2 } });
    expect(made.conntrack('-C')).toBe('0\n');
    expect(made.forward(WEB, 'eth0').verdict.kind).toBe('ACCEPT');
    expect(made.conntrack('-C')).toBe('1\n');
  });
});

describe('CONNMARK', () => {
  it('saves a mark with the connection and gives it back to later packets', () => {
    const made = bench(
      '*mangle\n:PREROUTING ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n' +
        '-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff\n' +
        '-A PREROUTING -m mark --mark 0x0/0xff -j MARK --set-xmark 0x105/0xffffffff\n' +
        '-A FORWARD -j CONNMARK --save-mark --nfmask 0xf --ctmask 0xff\n' +
        '-A FORWARD -m connmark --mark 0x5 -j MARK --set-xmark 0x7000/0x7000\nCOMMIT\n',
    );
    expect(made.forward(DNS, 'eth0').skb.mark).toBe(0x7105);
    expect(made.conntrack('-L')).toContain('mark=5 ');
    expect(made.forward(udp('10.10.2.2:53', '10.10.1.2:40000'), 'veth1').skb.mark).toBe(0x7005);
  });
});

describe('targets that rewrite', () => {
  it('NETMAP keeps the host part', () => {
    const made = bench('*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.1.0.0/16 -j NETMAP --to 10.10.0.0/16\nCOMMIT\n');
    made.forward(udp('10.10.1.2:40000', '10.1.2.2:53'), 'eth0');
    expect(made.conntrack('-L')).toContain('dst=10.1.2.2 sport=40000 dport=53 [UNREPLIED] src=10.10.2.2 ');
  });

  it.each([
    ['10.10.2.2:8000-8009/80', 85, 8005],
    ['10.10.2.2:8000-8009', 85, 8000],
  ])('DNAT to %s makes of port %i port %i', (range, from, to) => {
    const made = bench(`*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j DNAT --to-destination ${range}\nCOMMIT\n`);
    made.forward(udp('10.10.1.2:40000', `10.1.2.2:${from}`), 'eth0');
    expect(made.conntrack('-L')).toContain(`src=10.10.2.2 dst=10.10.1.2 sport=${to} `);
  });

  // Measured: ping from 10.9.0.1 to three addresses and, with --persistent, to two, on Linux 6.18.
  it.each([
    ['', '10.9.0.2', '10.9.1.168'],
    ['', '10.9.0.3', '10.9.1.221'],
    ['', '10.9.0.77', '10.9.1.167'],
    [' --persistent', '10.9.0.2', '10.9.1.5'],
    [' --persistent', '10.9.0.3', '10.9.1.5'],
  ])('SNAT to a range%s chooses for %s as Linux does', (persistent, destination, source) => {
    const made = bench(`*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j SNAT --to-source 10.9.1.0-10.9.1.250${persistent}\nCOMMIT\n`);
    made.forward(udp('10.9.0.1:40000', `${destination}:53`), 'eth0');
    expect(made.conntrack('-L')).toContain(`dst=${source} `);
  });

  it('TTL, DSCP and TOS change the header', () => {
    const made = bench(
      '*mangle\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j TTL --ttl-inc 200\n-A FORWARD -j TOS --set-tos 0x03\n' +
        '-A FORWARD -j DSCP --set-dscp-class EF\nCOMMIT\n',
    );
    expect(made.forward(WEB, 'eth0').skb.packet).toMatchObject({ ttl: 255, tos: 0xbb });
  });
});

describe('LOG', () => {
  it('writes what the kernel would', () => {
    const made = bench(
      '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -j LOG --log-prefix "web: " --log-tcp-sequence\n-A FORWARD -j LOG --log-level 6\nCOMMIT\n',
    );
    made.forward({ ...WEB, seq: 7, window: 65_495 }, 'eth0');
    expect(made.netfilter.kernelLog(NODE).map(({ level, text }) => `<${level}>${text}`)).toEqual([
      '<4>web: IN=veth1 OUT=eth0 MAC= SRC=10.10.1.2 DST=10.10.2.2 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=0 DF ' +
        'PROTO=TCP SPT=40000 DPT=80 SEQ=7 ACK=0 WINDOW=65495 RES=0x00 SYN URGP=0 ',
      '<6>IN=veth1 OUT=eth0 MAC= SRC=10.10.1.2 DST=10.10.2.2 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=0 DF ' +
        'PROTO=TCP SPT=40000 DPT=80 WINDOW=65495 RES=0x00 SYN URGP=0 ',
    ]);
  });

  it('forgets the oldest of many lines', () => {
    const made = bench('*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j LOG\nCOMMIT\n');
    for (let i = 0; i < 250; i++) made.forward(tcp(`10.10.1.2:${40_000 + i}`, '10.10.2.2:80', SYN), 'eth0');
    const lines = made.netfilter.kernelLog(NODE);
    expect(lines).toHaveLength(200);
    expect(lines[0]!.text).toContain('SPT=40050 ');
  });
});

describe('sets', () => {
  /** Whether a packet is dropped by a rule over a set that `commands` make. */
  const inSet = (condition: string, commands: readonly string[], sent: Packet): boolean => {
    const made = bench();
    for (const command of commands) expect(made.netfilter.ipset(NODE, command.split(' '))).toMatchObject({ exitCode: 0 });
    expect(made.netfilter.iptables(NODE, `-A FORWARD -m set ${condition} -j DROP`.split(' '))).toMatchObject({ stderr: '' });
    return dropped(made, sent);
  };

  const NETWORKS = ['create s hash:net', 'add s 10.10.0.0/16', 'add s 10.10.1.0/24 nomatch'];

  it.each([
    ['--match-set s src', ['create s hash:ip', 'add s 10.10.1.2'], WEB, true],
    ['--match-set s dst', ['create s hash:ip', 'add s 10.10.1.2'], WEB, false],
    ['! --match-set s dst', ['create s hash:ip', 'add s 10.10.1.2'], WEB, true],
    ['--match-set s src,dst', ['create s hash:ip,port', 'add s 10.10.1.2,80'], WEB, true],
    ['--match-set s src,dst', ['create s hash:ip,port', 'add s 10.10.1.2,udp:80'], WEB, false],
    ['--match-set s src', ['create s hash:ip,port', 'add s 10.10.1.2,80'], WEB, false],
    ['--match-set s dst', NETWORKS, WEB, true],
    ['--match-set s src', NETWORKS, WEB, false],
    ['--match-set s src --return-nomatch', NETWORKS, WEB, true],
    ['--match-set s src,dst,src', ['create s hash:ip,port,ip', 'add s 10.10.1.2,80,10.10.1.2'], WEB, true],
    ['--match-set s src,dst,dst', ['create s hash:ip,port,ip', 'add s 10.10.1.2,80,10.10.1.2'], WEB, false],
    ['--match-set s src,dst', ['create s hash:ip,port,ip', 'add s 10.10.1.2,80,10.10.1.2'], WEB, false],
    ['--match-set s src,dst,src', ['create s hash:ip,port,net', 'add s 10.10.1.2,80,10.10.0.0/16'], WEB, true],
    ['--match-set s src,dst,src', ['create s hash:ip,port,net', 'add s 10.10.1.2,80,10.11.0.0/16'], WEB, false],
    ['--match-set s dst', ['create s bitmap:port range 0-1023', 'add s 50-90'], WEB, true],
    ['--match-set s dst', ['create s bitmap:port range 0-1023', 'add s 50-90'], { ...WEB, protocol: 1 }, false],
  ] as const)('%s over %j', (condition, commands, sent, expected) => {
    expect(inSet(condition, commands, sent)).toBe(expected);
  });

  it('of networks take a packet in by a network as long as the longest they hold', () => {
    const made = bench();
    made.netfilter.ipset(NODE, ['create', 'seen', 'hash:net']);
    made.netfilter.ipset(NODE, ['add', 'seen', '172.18.0.0/16']);
    made.netfilter.iptables(NODE, '-A FORWARD -j SET --add-set seen src'.split(' '));
    made.forward(WEB, 'eth0');
    expect(made.netfilter.ipset(NODE, ['save', 'seen']).stdout).toContain('add seen 10.10.0.0/16\n');
  });

  it('are filled by rules, count, and forget in time', () => {
    const made = bench();
    made.netfilter.ipset(NODE, ['create', 'seen', 'hash:ip', 'timeout', '10', 'counters']);
    made.netfilter.iptables(NODE, '-A FORWARD -j SET --add-set seen src'.split(' '));
    made.netfilter.iptables(NODE, '-A FORWARD -m set --match-set seen src'.split(' '));
    const list = (): string => made.netfilter.ipset(NODE, ['save', 'seen']).stdout.split('\n')[1]!;
    made.forward(WEB, 'eth0');
    made.forward(WEB, 'eth0');
    expect(list()).toBe('add seen 10.10.1.2 timeout 9 packets 3 bytes 180');
    made.sim.advance(10_000_000);
    expect(list()).toBe('');
    expect(made.netfilter.ipset(NODE, ['destroy', 'seen']).stderr).toContain('it is in use by a kernel component');
    made.netfilter.removeNamespace(NODE);
    expect(made.netfilter.ipset(NODE, ['list']).stdout).toBe('');
  });
});

describe('text that parity with the real tools corrected', () => {
  it.each([
    ['-m conntrack --ctorigsrc 172.18.0.0/255.255.0.0', '-m conntrack --ctorigsrc 172.18.0.0/16', 'ctorigsrc 172.18.0.0/16'],
    ['-p icmp -m icmp ! --icmp-type 3', '-p icmp -m icmp ! --icmp-type 3', 'icmp !type 3'],
    ['-p icmp -m icmp --icmp-type any', '-p icmp -m icmp --icmp-type any', 'icmptype 255'],
    ['-p icmp -m icmp --icmp-type 3/1', '-p icmp -m icmp --icmp-type 3/1', 'icmptype 3 code 1'],
  ])('%s', (written, saved, listed) => {
    const { netfilter } = dropping(written);
    expect(netfilter.iptables(NODE, ['-S', 'FORWARD']).stdout).toContain(`-A FORWARD ${saved} -j DROP\n`);
    expect(netfilter.iptables(NODE, ['-nL', 'FORWARD']).stdout).toContain(`${listed}\n`);
  });
});
