import { ACK, address, FIN, formatEndpoint, RST, SYN } from '@svclab/wire';
import { bench, NODE, tcp, udp, type Bench } from '../testing/fake-network.js';
import type { Hook, IpvsStep, NetfilterStep, Skb, Verdict } from '../types.js';

const SERVICE = '10.200.1.1:80';
const SERVERS = ['10.10.1.2:80', '10.10.2.2:80', '10.10.3.2:80'];

/** A director with one virtual service; the newest real server stands first in the kernel's list. */
function director(scheduler: string, servers: readonly string[] = SERVERS, options = ''): Bench & { ipvsadm(line: string): string } {
  const made = bench('', 1, { 'net.ipv4.vs.conntrack': '1', 'net.ipv4.vs.expire_nodest_conn': '1' });
  made.netfilter.iptables(NODE, ['-t', 'nat', '-N', 'TRACK']);
  const ipvsadm = (line: string): string => {
    const { stdout, stderr } = made.netfilter.ipvsadm(NODE, line.split(' '));
    return stdout + stderr;
  };
  expect(ipvsadm(`-A -t ${SERVICE} -s ${scheduler}${options}`)).toBe('');
  for (const server of servers) expect(ipvsadm(`-a -t ${SERVICE} -r ${server} -m`)).toBe('');
  return { ...made, ipvsadm };
}

/** A packet that arrives for this node: PREROUTING, INPUT. */
function arrive(made: Bench, sent: Skb['packet'], steps: NetfilterStep[] = []): { verdict: Verdict; skb: Skb; told: IpvsStep[] } {
  const skb: Skb = { packet: { ...sent }, mark: 0, inIface: 'veth1', outIface: '' };
  let verdict: Verdict = { kind: 'ACCEPT' };
  for (const hook of ['PREROUTING', 'INPUT'] as const) {
    verdict = made.netfilter.hook(NODE, hook, skb, (step) => steps.push(step));
    if (verdict.kind !== 'ACCEPT') break;
  }
  return { verdict, skb, told: steps.filter((step) => step.kind === 'ipvs') };
}

const goesTo = ({ skb: { packet } }: { skb: Skb }): string => formatEndpoint(packet.dst, packet.dport);

/** The rest of a request's way: it leaves by OUTPUT and POSTROUTING, which confirms its connection. */
function leave(made: Bench, skb: Skb): void {
  for (const hook of ['OUTPUT', 'POSTROUTING'] as Hook[]) expect(made.netfilter.hook(NODE, hook, skb)).toEqual({ kind: 'ACCEPT' });
}

/** Opens a connection from a port of a client; returns its real server. */
function open(made: Bench, port: number, client = '10.10.1.9'): string {
  const arrived = arrive(made, tcp(`${client}:${port}`, SERVICE, SYN));
  expect(arrived.verdict.kind).toBe('STOLEN');
  leave(made, arrived.skb);
  return goesTo(arrived);
}

describe('a virtual service', () => {
  it('takes requests off at INPUT, and gives answers the address of the service', () => {
    const made = director('rr');
    const arrived = arrive(made, tcp('10.10.1.9:40000', SERVICE, SYN));
    expect(arrived.verdict).toEqual({ kind: 'STOLEN', towards: address('10.10.3.2') });
    expect(arrived.told).toMatchObject([
      { result: 'sent', service: `TCP ${SERVICE}`, server: '10.10.3.2:80', why: 'scheduler rr: it stands first in the list', priority: 99 },
    ]);
    leave(made, arrived.skb);
    expect(made.conntrack('-L')).toContain(
      'src=10.10.1.9 dst=10.200.1.1 sport=40000 dport=80 [UNREPLIED] src=10.10.3.2 dst=10.10.1.9 sport=80 dport=40000',
    );

    const back = made.forward(tcp('10.10.3.2:80', '10.10.1.9:40000', SYN | ACK), 'veth1');
    expect(formatEndpoint(back.skb.packet.src, back.skb.packet.sport)).toBe(SERVICE);
    expect(back.skb.ct?.state).toBe('ESTABLISHED');
  });

  it('leaves packets to other ports and other addresses alone', () => {
    const made = director('rr');
    for (const to of ['10.200.1.1:81', '10.200.1.2:80']) {
      expect(arrive(made, tcp('10.10.1.9:40000', to, SYN)).verdict).toEqual({ kind: 'ACCEPT' });
    }
    expect(arrive(made, udp('10.10.1.9:40000', SERVICE)).verdict).toEqual({ kind: 'ACCEPT' });
    // A segment from the middle of an unknown connection is nobody's.
    expect(arrive(made, tcp('10.10.1.9:40001', SERVICE, ACK)).verdict).toEqual({ kind: 'ACCEPT' });
  });

  it('refuses by ICMP when no real server takes connections', () => {
    const made = director('rr', []);
    const { verdict, told } = arrive(made, tcp('10.10.1.9:40000', SERVICE, SYN));
    expect(verdict).toEqual({ kind: 'REJECT', with: 'icmp-port-unreachable', by: 'ipvs' });
    expect(told).toMatchObject([{ result: 'refused', server: null, why: 'no real server takes connections' }]);
  });

  it('counts, and follows connections through their states', () => {
    const made = director('rr', SERVERS.slice(0, 1));
    const client = '10.10.1.9:40000';
    const [server] = SERVERS as [string];
    const states: string[] = [];
    const state = (): void => void states.push(made.ipvsadm('-Lnc').split('\n')[2]!.split(/ +/).slice(1, 3).join(' '));
    const request = (flags: number): void => leave(made, arrive(made, tcp(client, SERVICE, flags)).skb);
    request(SYN);
    state();
    made.forward(tcp(server, client, SYN | ACK), 'veth1');
    request(ACK);
    state();
    made.forward(tcp(server, client, FIN | ACK), 'veth1');
    state();
    request(FIN | ACK);
    state();
    expect(states).toEqual(['01:00 SYN_RECV', '15:00 ESTABLISHED', '02:00 FIN_WAIT', '02:00 TIME_WAIT']);
    expect(made.ipvsadm(`-L -n -t ${SERVICE} --stats`)).toContain(
      '  -> 10.10.1.2:80                        1        3        2      180      120\n',
    );
    expect(made.ipvsadm('-Ln')).toContain('  -> 10.10.1.2:80                 Masq    1      0          1         \n');
    made.sim.advance(120_000_000);
    expect(made.ipvsadm('-Ln')).toContain('  -> 10.10.1.2:80                 Masq    1      0          0         \n');
    // Its entry of conntrack goes with it.
    expect(made.conntrack('-L')).toBe('');
  });

  it('rates are averages over two seconds, a quarter of the way at a time', () => {
    const made = director('rr', SERVERS.slice(0, 1));
    for (let i = 0; i < 80; i++) open(made, 40_000 + i);
    const rate = (): string => made.ipvsadm('-Ln --rate').split('\n')[3]!;
    expect(rate()).toBe('TCP  10.200.1.1:80                       0        0        0        0        0');
    made.sim.advance(2_000_000);
    expect(rate()).toBe('TCP  10.200.1.1:80                      10       10        0      600        0');
    made.sim.advance(2_000_000);
    expect(rate()).toBe('TCP  10.200.1.1:80                       7        7        0      450        0');
    made.sim.advance(600_000_000);
    expect(rate()).toBe('TCP  10.200.1.1:80                       0        0        0        0        0');
  });

  it('without net.ipv4.vs.conntrack leaves no trace in conntrack', () => {
    const made = bench();
    made.netfilter.iptables(NODE, ['-t', 'nat', '-N', 'TRACK']);
    for (const line of [`-A -t ${SERVICE} -s rr`, `-a -t ${SERVICE} -r ${SERVERS[0]!} -m`]) made.netfilter.ipvsadm(NODE, line.split(' '));
    const { skb } = arrive(made, tcp('10.10.1.9:40000', SERVICE, SYN));
    leave(made, skb);
    expect([skb.untracked, made.conntrack('-L')]).toEqual([true, '']);
  });
});

describe('real servers come and go', () => {
  it('a connection whose real server is gone finds another with its next packet, if it opens anew', () => {
    const made = director('rr');
    expect(open(made, 40_000)).toBe('10.10.3.2:80');
    made.forward(tcp('10.10.3.2:80', '10.10.1.9:40000', SYN | ACK), 'veth1');
    made.ipvsadm(`-d -t ${SERVICE} -r 10.10.3.2:80`);
    // Mid-connection: the entry goes, the packet too (expire_nodest_conn).
    expect(arrive(made, tcp('10.10.1.9:40000', SERVICE, ACK)).verdict).toEqual({ kind: 'DROP', by: 'ipvs' });
    expect(made.ipvsadm('-Lnc').split('\n')).toHaveLength(3);
    expect(open(made, 40_000)).toBe('10.10.2.2:80');
  });

  it('weight 0 takes no new connections, and keeps those it has', () => {
    const made = director('rr');
    expect(open(made, 40_000)).toBe('10.10.3.2:80');
    made.ipvsadm(`-e -t ${SERVICE} -r 10.10.3.2:80 -m -w 0`);
    expect([1, 2, 3, 4].map((i) => open(made, 40_000 + i))).toEqual(['10.10.2.2:80', '10.10.1.2:80', '10.10.2.2:80', '10.10.1.2:80']);
    expect(goesTo(arrive(made, tcp('10.10.1.9:40000', SERVICE, ACK)))).toBe('10.10.3.2:80');
    expect(made.ipvsadm('-Ln')).toContain('  -> 10.10.3.2:80                 Masq    0      1          0         \n');
  });

  it('one that comes back finds the connections that were left', () => {
    const made = director('lc');
    expect(open(made, 40_000)).toBe('10.10.3.2:80');
    made.ipvsadm(`-d -t ${SERVICE} -r 10.10.3.2:80`);
    made.ipvsadm(`-a -t ${SERVICE} -r 10.10.3.2:80 -m`);
    expect(made.ipvsadm('-Ln')).toContain('  -> 10.10.3.2:80                 Masq    1      1          0         \n');
    expect(open(made, 40_001)).toBe('10.10.2.2:80');
  });
});

describe('special services', () => {
  const made = (...lines: string[]) => {
    const { netfilter, ...rest } = bench('', 1, { 'net.ipv4.vs.conntrack': '1' });
    for (const line of lines) expect(netfilter.ipvsadm(NODE, line.split(' '))).toMatchObject({ stderr: '' });
    return { netfilter, ...rest, list: () => netfilter.ipvsadm(NODE, ['-Ln']).stdout };
  };

  it('of port 0 take every port of an address, one client always to one real server', () => {
    const servers = ['10.10.1.2', '10.10.2.2'].map((ip) => `-a -t 10.200.1.1:0 -r ${ip}:0 -m`);
    const director = made('-A -t 10.200.1.1:0 -s rr -p 100', ...servers);
    const ends = [80, 443].map((port) => goesTo(arrive(director, tcp(`10.10.1.9:${port + 40_000}`, `10.200.1.1:${port}`, SYN))));
    expect(ends).toEqual(['10.10.2.2:80', '10.10.2.2:443']);
    expect(director.list()).toContain('  -> 10.10.2.2:0                  Masq    1      2          0         \n');
    // A connection that is known finds its real server again.
    expect(goesTo(arrive(director, tcp('10.10.1.9:40080', '10.200.1.1:80', ACK)))).toBe('10.10.2.2:80');
  });

  it('of a firewall mark take what carries it', () => {
    const director = made('-A -f 7 -s rr', '-a -f 7 -r 10.10.1.2:8080 -m');
    director.netfilter.iptables(NODE, '-t mangle -A PREROUTING -p tcp --dport 80 -j MARK --set-mark 7'.split(' '));
    expect(goesTo(arrive(director, tcp('10.10.1.9:40000', '10.200.1.1:80', SYN)))).toBe('10.10.1.2:8080');
    expect(arrive(director, tcp('10.10.1.9:40000', '10.200.1.1:81', SYN)).verdict.kind).toBe('ACCEPT');
  });

  it('with one-packet scheduling choose for every datagram, and remember none', () => {
    const servers = ['10.10.1.2', '10.10.2.2'].map((ip) => `-a -u 10.200.1.1:53 -r ${ip}:53 -m`);
    const director = made('-A -u 10.200.1.1:53 -s rr -o', ...servers);
    const ends = [1, 2, 3].map(() => goesTo(arrive(director, udp('10.10.1.9:40000', '10.200.1.1:53'))));
    expect(ends).toEqual(['10.10.2.2:53', '10.10.1.2:53', '10.10.2.2:53']);
    expect(director.list()).toContain(
      'UDP  10.200.1.1:53 rr ops\n  -> 10.10.1.2:53                 Masq    1      0          0         \n',
    );
  });

  it('by direct routing leave the packet as it is', () => {
    const director = made('-A -t 10.200.1.1:80 -s rr', '-a -t 10.200.1.1:80 -r 10.10.1.2 -g');
    const { verdict, skb } = arrive(director, tcp('10.10.1.9:40000', '10.200.1.1:80', SYN));
    expect([verdict, formatEndpoint(skb.packet.dst, skb.packet.dport)]).toEqual([
      { kind: 'STOLEN', towards: address('10.10.1.2') },
      '10.200.1.1:80',
    ]);
  });

  it('a full real server takes no more until it has room', () => {
    const director = made('-A -t 10.200.1.1:80 -s lc', '-a -t 10.200.1.1:80 -r 10.10.1.2:80 -m -x 2 -y 2');
    const kinds = [1, 2, 3].map((i) => arrive(director, tcp(`10.10.1.9:4000${i}`, '10.200.1.1:80', SYN)).verdict.kind);
    expect(kinds).toEqual(['STOLEN', 'STOLEN', 'REJECT']);
    director.sim.advance(60_000_000);
    expect(arrive(director, tcp('10.10.1.9:40009', '10.200.1.1:80', SYN)).verdict.kind).toBe('STOLEN');
  });

  it('without expire_nodest_conn a connection waits for a real server that is gone', () => {
    const director = made('-A -t 10.200.1.1:80 -s rr', '-a -t 10.200.1.1:80 -r 10.10.1.2:80 -m');
    arrive(director, tcp('10.10.1.9:40000', '10.200.1.1:80', SYN));
    director.netfilter.ipvsadm(NODE, '-d -t 10.200.1.1:80 -r 10.10.1.2:80'.split(' '));
    expect(arrive(director, tcp('10.10.1.9:40000', '10.200.1.1:80', ACK)).verdict).toEqual({ kind: 'DROP', by: 'ipvs' });
    director.netfilter.ipvsadm(NODE, '-a -t 10.200.1.1:80 -r 10.10.1.2:80 -m'.split(' '));
    expect(goesTo(arrive(director, tcp('10.10.1.9:40000', '10.200.1.1:80', ACK)))).toBe('10.10.1.2:80');
  });
});

describe('persistence', () => {
  const persistent = (): ReturnType<typeof director> => director('rr', SERVERS, ' -p 100');

  it('a client stays with its real server until so long after its last connection', () => {
    const made = persistent();
    expect([0, 1, 2].map((i) => open(made, 40_000 + i))).toEqual(['10.10.3.2:80', '10.10.3.2:80', '10.10.3.2:80']);
    expect(open(made, 40_000, '10.10.1.8')).toBe('10.10.2.2:80');
    expect(made.ipvsadm('-Lnc')).toContain('TCP 01:40  NONE        10.10.1.9:0        10.200.1.1:80      10.10.3.2:80\n');
    expect(made.ipvsadm('-Ln')).toContain(`TCP  ${SERVICE} rr persistent 100\n`);
    expect(made.ipvsadm('-Ln --persistent-conn')).toContain(
      '  -> 10.10.3.2:80                 1         1           3          0         \n',
    );
    // SYN_RECV ends after a minute; 100 s after the last connection the template goes.
    made.sim.advance(99_000_000);
    expect(open(made, 41_000)).toBe('10.10.3.2:80');
    made.sim.advance(161_000_000);
    expect(open(made, 42_000)).toBe('10.10.1.2:80');
  });

  it('neighbours under a mask stay together', () => {
    const made = director('rr', SERVERS, ' -p 100 -M 255.255.255.0');
    expect(open(made, 40_000, '10.10.1.9')).toBe('10.10.3.2:80');
    expect(open(made, 40_000, '10.10.1.200')).toBe('10.10.3.2:80');
    expect(open(made, 40_000, '10.10.2.9')).toBe('10.10.2.2:80');
    expect(made.ipvsadm('-Ln')).toContain('persistent 100 mask 255.255.255.0\n');
  });

  it('goes on elsewhere when the real server is gone', () => {
    const made = persistent();
    expect(open(made, 40_000)).toBe('10.10.3.2:80');
    made.ipvsadm(`-d -t ${SERVICE} -r 10.10.3.2:80`);
    expect(open(made, 40_001)).toBe('10.10.2.2:80');
    expect(open(made, 40_002)).toBe('10.10.2.2:80');
  });
});

describe('errors', () => {
  it('about what a real server was sent are told as about the service', () => {
    const made = bench();
    for (const line of [`-A -u ${SERVICE} -s rr`, `-a -u ${SERVICE} -r ${SERVERS[0]!} -m`]) made.netfilter.ipvsadm(NODE, line.split(' '));
    arrive(made, udp('10.10.1.9:40000', SERVICE));
    const inner = udp('10.10.1.9:40000', SERVERS[0]!);
    const error = { ...inner, src: address('10.10.1.2'), dst: address('10.10.1.9'), protocol: 1 as const, icmpType: 3, icmpCode: 3, inner };
    const { skb } = made.forward(error, 'veth1');
    expect(skb.packet).toMatchObject({ src: address('10.200.1.1'), inner: { dst: address('10.200.1.1'), dport: 80 } });
  });

  it('a reset closes the connection', () => {
    const made = director('rr');
    open(made, 40_000);
    made.forward(tcp('10.10.3.2:80', '10.10.1.9:40000', RST | ACK), 'veth1');
    expect(made.ipvsadm('-Lnc')).toContain('TCP 00:10  CLOSE ');
  });
});
