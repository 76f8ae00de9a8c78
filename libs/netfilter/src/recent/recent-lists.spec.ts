import { SYN } from '@svclab/wire';
import { bench, NODE, tcp, type Bench } from '../testing/fake-network.js';

/** Session affinity of 10 s over two endpoints, as kube-proxy writes it. */
const RULES = `*nat
:SVC - [0:0]
:SEP-1 - [0:0]
:SEP-2 - [0:0]
-A PREROUTING -d 10.200.1.206/32 -j SVC
-A SVC -m recent --name SEP-1 --rcheck --seconds 10 --reap -j SEP-1
-A SVC -m recent --name SEP-2 --rcheck --seconds 10 --reap -j SEP-2
-A SVC -m statistic --mode random --probability 0.5 -j SEP-1
-A SVC -j SEP-2
-A SEP-1 -p tcp -m recent --name SEP-1 --set -m tcp -j DNAT --to-destination 10.10.1.2:80
-A SEP-2 -p tcp -m recent --name SEP-2 --set -m tcp -j DNAT --to-destination 10.10.2.2:80
COMMIT
`;

let port = 1024;

/** Which endpoint a new connection of `client` gets: 1 or 2. */
function connect(on: Bench, client: string): number {
  port = port === 60_000 ? 1024 : port + 1;
  const { dst } = on.forward(tcp(`${client}:${port}`, '10.200.1.206:9000', SYN), 'eth0').skb.packet;
  return ((dst as number) >>> 8) & 255;
}

const size = (on: Bench, list: string): number => on.netfilter.recentFile(NODE, list)!.split('\n').length - 1;

/** All connections go to the first endpoint unless a list says otherwise. */
const first = (on: Bench): void => void (on.netfilter.chance = { below: () => true, oneOf: () => 0, u32: () => 0 });

describe('session affinity by -m recent', () => {
  it('keeps a client at the endpoint that chance gave it first', () => {
    const on = bench(RULES);
    const chosen = connect(on, '10.10.0.6');
    for (let i = 0; i < 1000; i++) expect(connect(on, '10.10.0.6')).toBe(chosen);
    expect([size(on, 'SEP-1'), size(on, 'SEP-2')]).toEqual(chosen === 1 ? [1, 0] : [0, 1]);
  });

  it('counts the time-out from the last new connection', () => {
    const on = bench(RULES);
    const chosen = connect(on, '10.10.0.6');
    for (let i = 0; i < 30; i++) {
      on.sim.advance(9_000_000);
      expect(connect(on, '10.10.0.6')).toBe(chosen);
    }
    const choices = Array.from({ length: 30 }, () => {
      on.sim.advance(10_500_000);
      return connect(on, '10.10.0.6');
    });
    expect(new Set(choices)).toEqual(new Set([1, 2]));
  });

  it('remembers 100 addresses; the oldest loses its place', () => {
    const on = bench(RULES);
    first(on);
    for (let i = 0; i < 150; i++) connect(on, `10.10.0.${i}`);
    expect(size(on, 'SEP-1')).toBe(100);
    on.netfilter.chance = { below: () => false, oneOf: () => 0, u32: () => 0 };
    expect(connect(on, '10.10.0.49')).toBe(2);
    expect(connect(on, '10.10.0.50')).toBe(1);
  });

  it('reaps one stale address for each check of a client that is in the list itself', () => {
    const on = bench(RULES);
    first(on);
    for (let i = 0; i < 20; i++) connect(on, `10.10.0.${i}`);
    on.sim.advance(11_000_000);
    connect(on, '10.10.9.9');
    expect(size(on, 'SEP-1')).toBe(21);
    connect(on, '10.10.9.9');
    expect(size(on, 'SEP-1')).toBe(20);
    for (let i = 0; i < 25; i++) connect(on, '10.10.9.9');
    expect(size(on, 'SEP-1')).toBe(1);
  });

  it('leaves stale addresses alone in a list without the client', () => {
    const on = bench(RULES);
    first(on);
    for (let i = 0; i < 5; i++) connect(on, `10.10.0.${i}`);
    on.sim.advance(11_000_000);
    on.netfilter.chance = { below: () => false, oneOf: () => 0, u32: () => 0 };
    for (let i = 0; i < 9; i++) expect(connect(on, '10.10.9.9')).toBe(2);
    expect(size(on, 'SEP-1')).toBe(5);
  });

  it('lets the first rule win when two lists know the client', () => {
    const on = bench(RULES);
    first(on);
    connect(on, '10.10.0.6');
    on.netfilter.iptables(NODE, ['-t', 'nat', '-I', 'SVC', '-j', 'SEP-2']);
    connect(on, '10.10.0.6');
    on.netfilter.iptables(NODE, ['-t', 'nat', '-D', 'SVC', '1']);
    expect(connect(on, '10.10.0.6')).toBe(1);
  });

  it('keeps its lists over a full restore, and loses one with its last rule', () => {
    const on = bench(RULES);
    first(on);
    connect(on, '10.10.0.6');
    on.netfilter.iptablesRestore(NODE, [], RULES);
    expect(size(on, 'SEP-1')).toBe(1);
    on.netfilter.iptables(NODE, ['-t', 'nat', '-D', 'SVC', '1']);
    expect(size(on, 'SEP-1')).toBe(1);
    on.netfilter.iptables(NODE, ['-t', 'nat', '-F', 'SEP-1']);
    expect(on.netfilter.recentFile(NODE, 'SEP-1')).toBeUndefined();
  });

  it('prints the file as the kernel does', () => {
    const on = bench(RULES);
    first(on);
    connect(on, '10.10.0.6');
    on.sim.advance(1_000_000);
    connect(on, '10.10.0.6');
    expect(on.netfilter.recentFile(NODE, 'SEP-1')).toBe(
      'src=10.10.0.6 ttl: 64 last_seen: 4294892546 oldest_pkt: 2 4294892296, 4294892546\n',
    );
  });
});
