import { ICMP, isIpv4, SCTP, TCP, UDP, type Address, type Packet } from '@svclab/wire';
import { STATUS, tupleOf, type ConntrackEntry, type Direction } from '../conntrack/entry.js';
import { TYPES, type DataType, type Value } from './data-types.js';
import type { TokenReader } from './lexer.js';
import { NftProblem } from './problem.js';
import type { PacketContext } from './packet-context.js';

/** Something of a packet, its connection or its way that a rule may ask about. */
export interface Selector {
  /** As it is printed: `ip daddr`. */
  readonly text: string;
  readonly type: DataType;
  /** `undefined` when the packet has no such thing: then the rule does not match. */
  read(context: PacketContext): Value | undefined;
  /** The transport protocol that it takes for granted. */
  readonly protocol?: number;
  /** The network protocol that it takes for granted. */
  readonly family?: 'ip' | 'ip6';
  readonly needsConntrack?: boolean;
  /** How many numbers it can yield, all equally likely or in turn. */
  readonly modulus?: number;
  /** Keeps a number of its own: `numgen inc`. */
  readonly stateful?: boolean;
}

type PacketMember = 'sport' | 'dport' | 'tcpFlags' | 'icmpType' | 'icmpCode' | 'ttl' | 'length' | 'protocol';

const isV4 = ({ src }: Packet): boolean => isIpv4(src);

const ipField = (name: string, type: DataType, read: (packet: Packet) => Value): Selector => ({
  text: `ip ${name}`,
  type,
  family: 'ip',
  read: ({ packet }) => (isV4(packet) ? read(packet) : undefined),
});

const ip6Field = (name: string, type: DataType, read: (packet: Packet) => Value): Selector => ({
  text: `ip6 ${name}`,
  type,
  family: 'ip6',
  read: ({ packet }) => (isV4(packet) ? undefined : read(packet)),
});

const transportField = (header: string, name: string, protocol: number, type: DataType, member: PacketMember): Selector => ({
  text: `${header} ${name}`,
  type,
  protocol,
  read: ({ packet }) => (packet.protocol === protocol ? packet[member] : undefined),
});

const WITH_PORTS: readonly number[] = [TCP, UDP, SCTP];

const anyPort = (name: 'sport' | 'dport'): Selector => ({
  text: `th ${name}`,
  type: TYPES.inet_service,
  read: ({ packet }) => (WITH_PORTS.includes(packet.protocol) ? packet[name] : undefined),
});

const meta = (name: string, type: DataType, read: (context: PacketContext) => Value): Selector => ({ text: `meta ${name}`, type, read });

/** `meta` may be left out before these, and is when they are printed. */
const bare = (name: string, type: DataType, read: (context: PacketContext) => Value): Selector => ({ text: name, type, read });

const CT_STATE_BITS = { INVALID: 1, ESTABLISHED: 2, RELATED: 4, NEW: 8, UNTRACKED: 64 } as const;

const connection = (name: string, type: DataType, read: (entry: ConntrackEntry, direction: Direction) => Value): Selector => ({
  text: `ct ${name}`,
  type,
  needsConntrack: true,
  read: ({ skb: { ct } }) => ct && read(ct.entry, ct.direction),
});

const ctState: Selector = {
  text: 'ct state',
  type: TYPES.ct_state,
  needsConntrack: true,
  read: ({ skb }) => CT_STATE_BITS[skb.ct?.state ?? (skb.untracked ? 'UNTRACKED' : 'INVALID')],
};

/** Bits that Linux numbers as we do, and those of NAT. */
const VISIBLE_STATUS = STATUS.SEEN_REPLY | STATUS.ASSURED | STATUS.CONFIRMED | STATUS.SRC_NAT | STATUS.DST_NAT | STATUS.DYING;

const tupleFields = (['ORIGINAL', 'REPLY'] as const).flatMap((direction) => {
  const word = direction.toLowerCase();
  const end = (name: string, type: DataType, member: 'src' | 'dst' | 'sport' | 'dport'): Selector =>
    connection(`${word} ${name}`, type, (entry) => tupleOf(entry, direction)[member]);
  return [
    end('ip saddr', TYPES.ipv4_addr, 'src'),
    end('ip daddr', TYPES.ipv4_addr, 'dst'),
    end('proto-src', TYPES.inet_service, 'sport'),
    end('proto-dst', TYPES.inet_service, 'dport'),
  ];
});

const addressKind = (name: 'saddr' | 'daddr', address: (packet: Packet) => Address): Selector => ({
  text: `fib ${name} type`,
  type: TYPES.fib_addrtype,
  read: ({ kernel, netns, packet }) => TYPES.fib_addrtype.parse(kernel.network.addressType(netns, address(packet)).toLowerCase()),
});

const SELECTORS: readonly Selector[] = [
  ipField('saddr', TYPES.ipv4_addr, ({ src }) => src),
  ipField('daddr', TYPES.ipv4_addr, ({ dst }) => dst),
  ipField('protocol', TYPES.inet_proto, ({ protocol }) => protocol),
  ipField('ttl', TYPES.integer, ({ ttl }) => ttl),
  ipField('length', TYPES.integer, ({ length }) => length),
  ipField('dscp', TYPES.dscp, ({ tos }) => tos >> 2),
  ip6Field('saddr', TYPES.ipv6_addr, ({ src }) => src),
  ip6Field('daddr', TYPES.ipv6_addr, ({ dst }) => dst),
  ip6Field('nexthdr', TYPES.inet_proto, ({ protocol }) => protocol),
  ip6Field('hoplimit', TYPES.integer, ({ ttl }) => ttl),
  ...(
    [
      ['tcp', TCP],
      ['udp', UDP],
      ['sctp', SCTP],
    ] as const
  ).flatMap(([header, protocol]) => [
    transportField(header, 'sport', protocol, TYPES.inet_service, 'sport'),
    transportField(header, 'dport', protocol, TYPES.inet_service, 'dport'),
  ]),
  transportField('tcp', 'flags', TCP, TYPES.tcp_flag, 'tcpFlags'),
  transportField('icmp', 'type', ICMP, TYPES.icmp_type, 'icmpType'),
  transportField('icmp', 'code', ICMP, TYPES.icmp_code, 'icmpCode'),
  anyPort('sport'),
  anyPort('dport'),
  meta('l4proto', TYPES.inet_proto, ({ packet }) => packet.protocol),
  meta('mark', TYPES.mark, ({ skb }) => skb.mark),
  meta('length', TYPES.integer, ({ packet }) => packet.length),
  meta('nfproto', TYPES.nf_proto, ({ packet }) => (isV4(packet) ? 2 : 10)),
  meta('protocol', TYPES.ether_type, ({ packet }) => (isV4(packet) ? 0x0800 : 0x86dd)),
  // Simplification: a broadcast that arrives counts as sent to this host.
  meta('pkttype', TYPES.pkt_type, () => 0),
  bare('iifname', TYPES.ifname, ({ skb }) => skb.inIface),
  bare('oifname', TYPES.ifname, ({ skb }) => skb.outIface),
  // Simplification: `iif` and `oif` remember the interface's name; in a kernel they keep its number, and lose it when it is made anew.
  bare('iif', TYPES.iface_index, ({ skb }) => skb.inIface),
  bare('oif', TYPES.iface_index, ({ skb }) => skb.outIface),
  ctState,
  connection('mark', TYPES.mark, ({ mark }) => mark),
  connection('status', TYPES.ct_status, ({ status }) => status & VISIBLE_STATUS),
  connection('direction', TYPES.ct_dir, (_entry, direction) => (direction === 'ORIGINAL' ? 0 : 1)),
  ...tupleFields,
  addressKind('saddr', ({ src }) => src),
  addressKind('daddr', ({ dst }) => dst),
];

/** By their words; what may be said without `meta` is known both ways. */
const BY_TEXT = new Map<string, Selector>(SELECTORS.map((selector) => [selector.text, selector]));
for (const name of ['iifname', 'oifname', 'iif', 'oif']) BY_TEXT.set(`meta ${name}`, BY_TEXT.get(name)!);
BY_TEXT.set('mark', BY_TEXT.get('meta mark')!);

const FIRST_WORDS = new Set([...BY_TEXT.keys()].map((text) => text.split(' ')[0]!).concat('numgen'));
const MOST_WORDS = 4;

export const beginsSelector = (word: string): boolean => FIRST_WORDS.has(word);

/** The selector that these words name, without reading: `meta mark` of `meta mark set …`. */
export const selectorNamed = (text: string): Selector | undefined => BY_TEXT.get(text);

/** Reads the longest selector that begins here. `slot` is where `numgen inc` keeps its number. */
export function readSelector(reader: TokenReader, slot: number): Selector {
  const first = reader.here;
  if (first.kind !== 'word') throw reader.unexpected();
  if (!FIRST_WORDS.has(first.text)) throw unknownSymbol(reader);
  if (first.text === 'numgen') return readNumberGenerator(reader, slot);
  for (let count = MOST_WORDS; count > 0; count--) {
    const words = Array.from({ length: count }, (_, i) => (i === 0 ? first : reader.peek(i)));
    if (words.some(({ kind }) => kind !== 'word')) continue;
    const found = BY_TEXT.get(words.map(({ text }) => text).join(' '));
    if (!found) continue;
    for (let i = 0; i < count; i++) reader.next();
    return found;
  }
  reader.next();
  throw reader.unexpected();
}

/** A word alone could still become a comparison: the end of the line comes unexpected then. */
function unknownSymbol(reader: TokenReader): NftProblem {
  const symbol = reader.next();
  return reader.atEndOfStatement ? reader.unexpected() : new NftProblem('No symbol type information', symbol);
}

const ONE = 2 ** 31;

/** `numgen random|inc mod N [offset N]` (Linux: net/netfilter/nft_numgen.c). */
function readNumberGenerator(reader: TokenReader, slot: number): Selector {
  reader.expect('numgen');
  const kind = reader.word();
  if (kind.text !== 'random' && kind.text !== 'inc') throw reader.unexpected();
  reader.expect('mod');
  const modulusAt = reader.here;
  const modulus = reader.number();
  if (modulus === 0) throw new NftProblem('modulus must be positive', modulusAt);
  const offset = reader.accept('offset') ? reader.number() : 0;
  const text = `numgen ${kind.text} mod ${modulus}${offset === 0 ? '' : ` offset ${offset}`}`;
  const common = { text, type: TYPES.integer, modulus };
  if (kind.text === 'inc') {
    return {
      ...common,
      stateful: true,
      read: ({ numbers }) => {
        const next = numbers[slot] ?? 0;
        numbers[slot] = (next + 1) % modulus;
        return offset + next;
      },
    };
  }
  return {
    ...common,
    read: ({ kernel: { chance }, told }) => {
      const choice = chance.oneOf(modulus);
      if (told) {
        const { drawn } = chance;
        told.chance = {
          threshold: Math.round(ONE / modulus),
          probability: 1 / modulus,
          ...(drawn !== undefined && { draw: drawn / ONE }),
        };
      }
      return offset + choice;
    },
  };
}
