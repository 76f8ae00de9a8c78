import { packet, type Packet } from '@svclab/wire';
import fc from 'fast-check';
import { bench, NODE } from './testing/fake-network.js';
import type { Skb } from './types.js';

/** One rule for everything that looks into a packet or a connection, and one for everything that changes them. */
const RULES = `*raw
-A PREROUTING -p udp -m udp --dport 53 -j CT --notrack
COMMIT
*mangle
-A PREROUTING -m ttl --ttl-lt 2 -j TTL --ttl-inc 1
-A PREROUTING -p tcp -m tcp --tcp-flags SYN,FIN SYN,FIN -j MARK --set-mark 1
-A FORWARD -p icmp -m icmp --icmp-type 3/1 -j CONNMARK --save-mark
-A FORWARD -p tcp -m multiport --ports 1:1000,9000
-A FORWARD -m length --length 0:20
-A FORWARD -m conntrack --ctproto 17 --ctorigsrc 10.0.0.0/8 --ctstatus ASSURED
-A POSTROUTING -m statistic --mode nth --every 2 --packet 0 -j DSCP --set-dscp 10
COMMIT
*filter
-A FORWARD -m recent --name seen --set
-A FORWARD -m set --match-set pairs src,dst
-A FORWARD -p sctp -m sctp --dport 9 -j DROP
-A FORWARD -p tcp -m tcp --dport 7 -j REJECT --reject-with tcp-reset
-A FORWARD -p icmp -j REJECT
-A FORWARD -m limit --limit 1/s -j LOG
COMMIT
*nat
-A PREROUTING -d 10.200.0.0/16 -p tcp -j DNAT --to-destination 10.10.2.2-10.10.2.4:80-90
-A PREROUTING -d 10.201.0.0/16 -j NETMAP --to 10.10.0.0/16
-A PREROUTING -p udp -j REDIRECT --to-ports 53
-A POSTROUTING -j MASQUERADE --random-fully
COMMIT
`;

const byte = fc.integer({ min: 0, max: 255 });
const port = fc.constantFrom(0, 1, 7, 9, 53, 80, 9000, 65_535);
const address = fc.oneof(
  fc.constantFrom(0, 0xffffffff, 0x0a0a0102, 0x0ac80105, 0x7f000001, 0xe0000001),
  fc.integer({ min: 0, max: 0xffffffff }),
);

/** Any header at all: fields of other protocols, flags that exclude each other, an error about nothing. */
const header = fc.record({
  src: address,
  dst: address,
  protocol: fc.oneof(fc.constantFrom(1, 6, 17, 132), byte),
  ttl: byte,
  tos: byte,
  length: fc.integer({ min: 0, max: 65_535 }),
  sport: port,
  dport: port,
  tcpFlags: byte,
  icmpType: fc.oneof(fc.constantFrom(0, 3, 5, 8, 11), byte),
  icmpCode: byte,
  icmpId: port,
});
const anyPacket: fc.Arbitrary<Packet> = fc
  .tuple(header, fc.option(header, { nil: undefined }))
  .map(([outer, inner]) => packet({ ...outer, ...(inner && { inner: packet(inner) }) }));

const VERDICTS = ['ACCEPT', 'DROP', 'REJECT'];

describe('whatever the packets', () => {
  it('a rule set that looks at everything decides, counts each once, and throws at none', () => {
    fc.assert(
      fc.property(fc.array(anyPacket, { minLength: 1, maxLength: 20 }), fc.nat(100), (packets, seed) => {
        const on = bench('', seed);
        on.netfilter.ipset(NODE, ['create', 'pairs', 'hash:ip,port']);
        expect(on.netfilter.iptablesRestore(NODE, [], RULES)).toMatchObject({ exitCode: 0 });
        for (const [i, sent] of packets.entries()) {
          const { verdict } = on.forward(sent, i % 2 ? 'veth1' : 'eth0');
          expect(VERDICTS).toContain(verdict.kind);
        }
        const [policy] = on.netfilter.iptables(NODE, ['-t', 'mangle', '-S', 'PREROUTING', '-v']).stdout.split('\n');
        expect(Number(/-c (\d+)/.exec(policy!)![1])).toBe(packets.length);
      }),
      { numRuns: 60 },
    );
  });

  it('a local hook takes any of them too', () => {
    fc.assert(
      fc.property(anyPacket, (sent) => {
        const on = bench(RULES.replace(/^.*--match-set.*\n/m, ''));
        const skb: Skb = { packet: { ...sent }, mark: 0, inIface: '', outIface: 'eth0' };
        for (const hook of ['OUTPUT', 'POSTROUTING', 'INPUT'] as const) expect(VERDICTS).toContain(on.netfilter.hook(NODE, hook, skb).kind);
      }),
      { numRuns: 40 },
    );
  });
});
