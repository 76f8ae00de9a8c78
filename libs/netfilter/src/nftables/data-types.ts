import { formatAddress, parseIpv4, parseIpv6 } from '@svclab/wire';

/** What a selector yields and an element holds: a number, an IPv6 address, or the name of an interface. */
export type Value = number | string | readonly [number, number, number, number];

/** A type of nft (src/datatype.c). */
export interface DataType {
  /** As `type …` of a set names it. */
  readonly name: string;
  /** `undefined` when it is no value of this type. */
  parse(text: string): Value | undefined;
  /** What nft says then. */
  complaint(text: string): string;
  print(value: Value): string;
  /** Bytes in a set's key, most significant first as they lie in memory. */
  bytes(value: Value): readonly number[];
  /** How many elements stand on one line of a listing (src/expression.c, `calculate_delim`). */
  readonly perLine: number;
  /** Greatest value, where ranges and comparisons make sense. */
  readonly most?: number;
  /** A combination of bits: `established,related` matches either. */
  readonly isBitmask?: boolean;
  /** Prefixes are written as such: 32 or 128. */
  readonly addressBits?: 32 | 128;
}

const bigEndian = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * (bytes - 1 - i))) & 0xff);

const littleEndian = (value: number, bytes: number): number[] => bigEndian(value, bytes).toReversed();

const parseUnsigned = (text: string, most: number): number | undefined => {
  if (!/^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
};

/** Byte by byte, as the numbers they are. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'object' && typeof b === 'object') {
    for (let i = 0; i < 4; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
    return 0;
  }
  return a === b ? 0 : a < b ? -1 : 1;
}

export const sameValue = (a: Value, b: Value): boolean => compareValues(a, b) === 0;

const IPV4: DataType = {
  name: 'ipv4_addr',
  parse: parseIpv4,
  complaint: () => 'Could not resolve hostname: Name or service not known',
  print: (value) => formatAddress(value as number),
  bytes: (value) => bigEndian(value as number, 4),
  perLine: 2,
  most: 0xffffffff,
  addressBits: 32,
};

const IPV6: DataType = {
  name: 'ipv6_addr',
  parse: (text) => parseIpv6(text.replace(/^\[(.*)\]$/, '$1')),
  complaint: () => 'Could not resolve hostname: Address family for hostname not supported',
  print: (value) => formatAddress(value as readonly [number, number, number, number]),
  bytes: (value) => (value as readonly number[]).flatMap((word) => bigEndian(word, 4)),
  perLine: 1,
  addressBits: 128,
};

interface NumberShape {
  readonly name: string;
  readonly complaint?: string;
  readonly bytes: 1 | 2 | 4;
  readonly inHostOrder?: boolean;
  readonly hex?: boolean;
  /** The first name of a number is the one printed. */
  readonly names?: readonly (readonly [string, number])[];
  readonly perLine?: number;
  readonly isBitmask?: boolean;
}

function numberType({ name, complaint, bytes, inHostOrder, hex, names = [], perLine = 5, isBitmask }: NumberShape): DataType {
  const most = 2 ** (8 * bytes) - 1;
  const single = (value: number): string =>
    names.find(([, number]) => number === value)?.[0] ?? (hex ? `0x${value.toString(16).padStart(2 * bytes, '0')}` : String(value));
  const bits = (value: number): string => {
    const found = names.filter(([, bit], i) => value & bit && names.findIndex(([, other]) => other === bit) === i);
    return found.length > 0 ? found.map(([bitName]) => bitName).join(',') : single(value);
  };
  return {
    name,
    parse: (text) => names.find(([known]) => known === text)?.[1] ?? parseUnsigned(text, most),
    complaint: () => complaint ?? 'Could not parse integer',
    print: (value) => (isBitmask ? bits(value as number) : single(value as number)),
    bytes: (value) => (inHostOrder ? littleEndian : bigEndian)(value as number, bytes),
    perLine,
    most,
    ...(isBitmask && { isBitmask }),
  };
}

const INTERFACE_NAME: DataType = {
  name: 'ifname',
  parse: (text) => (text.length < 16 ? text : undefined),
  complaint: () => 'String exceeds maximum length of 16',
  print: (value) => `"${value as string}"`,
  bytes: (value) => Array.from({ length: 16 }, (_, i) => (value as string).charCodeAt(i) || 0),
  perLine: 1,
};

const PROTOCOLS = [
  ['tcp', 6],
  ['udp', 17],
  ['icmp', 1],
  ['sctp', 132],
  ['udplite', 136],
  ['esp', 50],
  ['ah', 51],
  ['comp', 108],
  ['ipv6-icmp', 58],
  ['icmpv6', 58],
  ['dccp', 33],
] as const;

/** Services that people write by name; nft reads them and prints numbers. */
const SERVICES: Readonly<Record<string, number>> = {
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  http: 80,
  ntp: 123,
  https: 443,
};

const port = numberType({ name: 'inet_service', bytes: 2 });

export const TYPES = {
  ipv4_addr: IPV4,
  ipv6_addr: IPV6,
  inet_proto: numberType({
    name: 'inet_proto',
    complaint: 'Could not resolve protocol name',
    bytes: 1,
    names: PROTOCOLS,
  }),
  inet_service: {
    ...port,
    parse: (text: string) => SERVICES[text] ?? port.parse(text),
    complaint: (text: string) =>
      /^\d/.test(text) ? 'Service out of range' : 'Could not resolve service: Servname not supported for ai_socktype',
  },
  mark: numberType({ name: 'mark', bytes: 4, inHostOrder: true, hex: true }),
  ifname: INTERFACE_NAME,
  iface_index: { ...INTERFACE_NAME, name: 'iface_index' },
  ct_state: numberType({
    name: 'ct_state',
    bytes: 4,
    inHostOrder: true,
    isBitmask: true,
    perLine: 1,
    names: [
      ['invalid', 1],
      ['established', 2],
      ['related', 4],
      ['new', 8],
      ['untracked', 64],
    ],
  }),
  ct_status: numberType({
    name: 'ct_status',
    bytes: 4,
    inHostOrder: true,
    isBitmask: true,
    names: [
      ['expected', 1],
      ['seen-reply', 2],
      ['assured', 4],
      ['confirmed', 8],
      ['snat', 16],
      ['dnat', 32],
      ['dying', 512],
    ],
  }),
  ct_dir: numberType({
    name: 'ct_dir',
    bytes: 1,
    names: [
      ['original', 0],
      ['reply', 1],
    ],
  }),
  fib_addrtype: numberType({
    name: 'fib_addrtype',
    bytes: 4,
    inHostOrder: true,
    names: [
      ['unspec', 0],
      ['unicast', 1],
      ['local', 2],
      ['broadcast', 3],
      ['anycast', 4],
      ['multicast', 5],
      ['blackhole', 6],
      ['unreachable', 7],
      ['prohibit', 8],
    ],
  }),
  pkt_type: numberType({
    name: 'pkt_type',
    bytes: 1,
    names: [
      ['host', 0],
      ['broadcast', 1],
      ['multicast', 2],
      ['other', 3],
    ],
  }),
  nf_proto: numberType({
    name: 'nf_proto',
    bytes: 1,
    names: [
      ['ipv4', 2],
      ['ipv6', 10],
    ],
  }),
  ether_type: numberType({
    name: 'ether_type',
    bytes: 2,
    hex: true,
    names: [
      ['ip', 0x0800],
      ['ip6', 0x86dd],
      ['arp', 0x0806],
    ],
  }),
  icmp_type: numberType({
    name: 'icmp_type',
    bytes: 1,
    names: [
      ['echo-reply', 0],
      ['destination-unreachable', 3],
      ['source-quench', 4],
      ['redirect', 5],
      ['echo-request', 8],
      ['router-advertisement', 9],
      ['router-solicitation', 10],
      ['time-exceeded', 11],
      ['parameter-problem', 12],
      ['timestamp-request', 13],
      ['timestamp-reply', 14],
    ],
  }),
  icmp_code: numberType({
    name: 'icmp_code',
    bytes: 1,
    names: [
      ['net-unreachable', 0],
      ['host-unreachable', 1],
      ['prot-unreachable', 2],
      ['port-unreachable', 3],
      ['frag-needed', 4],
      ['net-prohibited', 9],
      ['host-prohibited', 10],
      ['admin-prohibited', 13],
    ],
  }),
  tcp_flag: numberType({
    name: 'tcp_flag',
    bytes: 1,
    isBitmask: true,
    hex: true,
    names: [
      ['fin', 0x01],
      ['syn', 0x02],
      ['rst', 0x04],
      ['psh', 0x08],
      ['ack', 0x10],
      ['urg', 0x20],
      ['ecn', 0x40],
      ['cwr', 0x80],
    ],
  }),
  dscp: numberType({
    name: 'dscp',
    bytes: 1,
    hex: true,
    names: [
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => [`cs${n}`, 8 * n] as const),
      ...[1, 2, 3, 4].flatMap((n) => [1, 2, 3].map((m) => [`af${n}${m}`, 8 * n + 2 * m] as const)),
      ['ef', 46],
    ],
  }),
  integer: numberType({ name: 'integer', bytes: 4 }),
} satisfies Record<string, DataType>;

/** Types that a set may be declared with. */
export const dataType = (name: string): DataType | undefined =>
  Object.hasOwn(TYPES, name) ? TYPES[name as keyof typeof TYPES] : undefined;
