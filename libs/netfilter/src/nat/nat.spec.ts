import fc from 'fast-check';
import { ACK, formatEndpoint, SYN, type Packet } from '@svclab/wire';
import { bench, NODE, tcp, udp, type Bench } from '../testing/fake-network.js';

const answerTo = (sent: Packet): Packet => ({
  ...sent,
  src: sent.dst,
  dst: sent.src,
  sport: sent.dport,
  dport: sent.sport,
  ...(sent.protocol === 6 && { tcpFlags: SYN | ACK }),
});

const ends = ({ src, sport, dst, dport }: Packet): string => `${formatEndpoint(src, sport)} > ${formatEndpoint(dst, dport)}`;

describe('a client port that NAT has rewritten', () => {
  const RULES = '*nat\n-A POSTROUTING -p tcp --dport 9000 -j MASQUERADE --random-fully\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n';
  const portOf = (on: Bench, from: string, to: string): number => on.forward(tcp(from, to, SYN), 'eth0').skb.packet.sport;

  it('looks the same to the next server, unless its rule wants chance', () => {
    const on = bench(RULES);
    const drawn = portOf(on, '10.10.1.2:40000', '10.10.2.2:9000');
    expect(drawn).not.toBe(40_000);
    expect(portOf(on, '10.10.1.2:40000', '10.10.2.3:80')).toBe(drawn);
    expect(portOf(on, '10.10.1.2:40000', '10.10.2.4:9000')).not.toBe(drawn);
    expect(portOf(on, '10.10.1.2:40001', '10.10.2.3:80')).toBe(40_001);
  });

  it('follows the newest of its connections, and is forgotten with the last', () => {
    const on = bench(RULES);
    portOf(on, '10.10.1.2:40000', '10.10.2.2:9000');
    const newest = portOf(on, '10.10.1.2:40000', '10.10.2.4:9000');
    expect(portOf(on, '10.10.1.2:40000', '10.10.2.3:80')).toBe(newest);
    on.conntrack('-F');
    expect(portOf(on, '10.10.1.2:40000', '10.10.2.3:80')).toBe(40_000);
  });

  it('is known again after a rollback', () => {
    const on = bench(RULES);
    const drawn = portOf(on, '10.10.1.2:40000', '10.10.2.2:9000');
    on.sim.commitEntry();
    on.sim.beginEntry(2);
    on.conntrack('-F');
    on.sim.abortEntry();
    on.sim.beginEntry(2);
    expect(portOf(on, '10.10.1.2:40000', '10.10.2.3:80')).toBe(drawn);
  });
});

// ---- Properties that hold whatever the rules ----

const pods = ['10.10.1.2', '10.10.1.3', '10.10.2.2', '10.10.2.3'];
const address = fc.constantFrom(...pods, '10.200.1.9', '172.18.0.9');
const port = fc.constantFrom(80, 81, 400, 700, 9000, 40_000, 40_001);

const destinationRule = fc.oneof(
  fc
    .tuple(address, port, fc.constantFrom(...pods), port)
    .map(([d, p, to, q]) => `-d ${d} -p tcp --dport ${p} -j DNAT --to-destination ${to}:${q}`),
  fc.tuple(address, fc.constantFrom(...pods)).map(([d, to]) => `-d ${d} -j DNAT --to-destination ${to}`),
  fc.tuple(address, port).map(([d, p]) => `-d ${d} -p udp -j DNAT --to-destination 10.10.2.2-10.10.2.9:${p}-${p + 3}`),
  fc.constant('-d 10.200.1.0/24 -j NETMAP --to 10.10.2.0/24'),
);
const sourceRule = fc.oneof(
  fc.tuple(address, fc.constantFrom('', ' --random', ' --random-fully')).map(([s, how]) => `-s ${s} -j MASQUERADE${how}`),
  fc.tuple(address, port).map(([s, p]) => `-s ${s} -p tcp -j SNAT --to-source 172.18.0.3-172.18.0.5:${p}-${p + 2}`),
  fc.constant('-s 10.10.1.0/24 -j NETMAP --to 172.18.7.0/24'),
);
const flow = fc.record({ protocol: fc.constantFrom('tcp', 'udp'), from: address, sport: port, to: address, dport: port });

const worlds = fc.record({
  destination: fc.array(destinationRule, { maxLength: 4 }),
  source: fc.array(sourceRule, { maxLength: 4 }),
  flows: fc.array(flow, { minLength: 1, maxLength: 25 }),
  seed: fc.nat(1000),
});
type PlannedWorld = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

const restoreText = ({ destination, source }: PlannedWorld): string =>
  `*filter\nCOMMIT\n*nat\n${destination.map((rule) => `-A PREROUTING ${rule}\n`).join('')}${source.map((rule) => `-A POSTROUTING ${rule}\n`).join('')}COMMIT\n`;

const packetOf = ({ protocol, from, sport, to, dport }: PlannedWorld['flows'][number]): Packet =>
  protocol === 'tcp' ? tcp(`${from}:${sport}`, `${to}:${dport}`, SYN) : udp(`${from}:${sport}`, `${to}:${dport}`);

/** Sends every flow's first packet; those that passed, and what became of them. */
function sendAll(on: Bench, { flows }: PlannedWorld): { sent: Packet; arrived: Packet }[] {
  return flows.flatMap((each) => {
    const sent = packetOf(each);
    const { verdict, skb } = on.forward(sent, 'eth0');
    return verdict.kind === 'ACCEPT' ? [{ sent, arrived: skb.packet }] : [];
  });
}

describe('whatever the rules', () => {
  it('an answer finds its way back to where the question came from', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const on = bench(restoreText(world), world.seed);
        for (const { sent, arrived } of sendAll(on, world)) {
          const back = on.forward(answerTo(arrived), 'veth1').skb.packet;
          expect(ends(back)).toBe(ends(answerTo(sent)));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('no two connections look alike, from either end', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const on = bench(restoreText(world), world.seed);
        sendAll(on, world);
        const tuples = on.netfilter
          .connections(NODE)
          .flatMap(({ protocol, original, reply }) =>
            [original, reply].map(({ src, sport, dst, dport }) => `${protocol} ${src}:${sport} > ${dst}:${dport}`),
          );
        // Only a packet to its own sender and port is its own answer.
        const own = tuples.filter((tuple, i) => i % 2 === 0 && tuple === tuples[i + 1]);
        expect(new Set(tuples).size).toBe(tuples.length - own.length);
      }),
      { numRuns: 150 },
    );
  });

  it('every packet is counted once where all must pass, and every connection once in the chains of table nat', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const on = bench(restoreText(world), world.seed);
        const before = world.flows.map(packetOf);
        const passed = sendAll(on, world).length;
        expect(sum(counted(on, 'filter', 'FORWARD'))).toBe(before.length);
        // A repeated SYN or datagram belongs to a connection that has been settled.
        const connections = on.netfilter.connections(NODE).length;
        const first = sum(counted(on, 'nat', 'PREROUTING'));
        expect(first).toBeGreaterThanOrEqual(connections);
        expect(first).toBeLessThanOrEqual(before.length);
        expect(passed).toBeGreaterThanOrEqual(connections);
      }),
      { numRuns: 100 },
    );
  });
});

/** Packets counted by a built-in chain's policy and its rules, all of which end the walk. */
function counted(on: Bench, table: string, chain: string): number[] {
  const lines = on.netfilter.iptables(NODE, ['-t', table, '-S', chain, '-v']).stdout.trimEnd().split('\n');
  return lines.map((line) => Number(/-c (\d+)/.exec(line)![1]));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
