import { formatAddress, ICMP, ipv4Mask, isIpv4, parseIpv4, SCTP, TCP, UDP, type Address, type Packet } from '@svclab/wire';
import { parseUnsigned } from '../iptables/extension.js';
import { portNumber } from '../iptables/names.js';
import { IpSetError } from './error.js';
import type { IpSetRecord, SetTypeName } from './types.js';

/** Which end of a packet a rule compares. */
export type PacketSide = 'src' | 'dst';

/** What the kinds of set differ in. An element is known by its text. */
export interface SetType {
  readonly name: SetTypeName;
  readonly aliases: readonly string[];
  /** What the real tool prints, and refuses to be without. */
  readonly revision: number;
  /** How many `src` or `dst` a rule must name. */
  readonly dimensions: number;
  /** Its elements end in a network: an address is in when one of them covers it, unless that says `nomatch`. */
  readonly networks?: true;
  /** Elements that a word stands for, in the order in which they are added. Throws {@link IpSetError}. */
  parse(word: string): string[];
  /** Elements that hold the packet, the closest first; empty when it cannot be in such a set. */
  candidates(packet: Packet, sides: readonly PacketSide[]): string[];
}

/** Most elements that one word may stand for: the default size of a set. */
const MOST_ELEMENTS = 65_536;

const PROTOCOLS: { readonly [name: string]: number } = { tcp: TCP, udp: UDP, sctp: SCTP, udplite: 136 };
const PORT_OWNERS = Object.keys(PROTOCOLS);

/** Simplification: only these ICMP types have names; the real tool knows thirty. */
const ICMP_NAMES: { readonly [kind: string]: string } = { '0/0': 'echo-reply', '8/0': 'echo-request', '3/3': 'port-unreachable' };

const hashIp: SetType = {
  name: 'hash:ip',
  aliases: ['iphash', 'iptreemap', 'iptree'],
  revision: 6,
  dimensions: 1,
  parse: (word) => addresses(word).map(formatAddress),
  candidates: (packet, [side]) => [formatAddress(packet[side!])],
};

const hashIpPort: SetType = {
  name: 'hash:ip,port',
  aliases: ['ipporthash'],
  revision: 7,
  dimensions: 2,
  parse(word) {
    const comma = word.indexOf(',');
    if (comma < 0) throw IpSetError.syntax(`Second element is missing from ${word}.`);
    const ports = protocolPorts(word.slice(comma + 1));
    return addresses(word.slice(0, comma)).flatMap((address) => ports.map((port) => `${formatAddress(address)},${port}`));
  },
  candidates(packet, [addressSide, portSide]) {
    const port = protocolPort(packet, portSide!);
    return port === undefined ? [] : [`${formatAddress(packet[addressSide!])},${port}`];
  },
};

const hashIpPortIp: SetType = {
  name: 'hash:ip,port,ip',
  aliases: ['ipportiphash'],
  revision: 6,
  dimensions: 3,
  parse(word) {
    const [ipPort, third] = splitThird(word);
    if (/[-/]/.test(third)) throw IpSetError.syntax(`plain IP address must be supplied: ${third}`);
    return hashIpPort.parse(ipPort).map((start) => `${start},${formatAddress(parseAddress(third))}`);
  },
  candidates: (packet, [addressSide, portSide, thirdSide]) =>
    hashIpPort.candidates(packet, [addressSide!, portSide!]).map((start) => `${start},${formatAddress(packet[thirdSide!])}`),
};

const hashIpPortNet: SetType = {
  name: 'hash:ip,port,net',
  aliases: ['ipportnethash'],
  revision: 8,
  dimensions: 3,
  networks: true,
  parse(word) {
    const [ipPort, third] = splitThird(word);
    return hashIpPort.parse(ipPort).flatMap((start) => hashNet.parse(third).map((network) => `${start},${network}`));
  },
  candidates: (packet, [addressSide, portSide, netSide]) =>
    hashIpPort
      .candidates(packet, [addressSide!, portSide!])
      .flatMap((start) => hashNet.candidates(packet, [netSide!]).map((network) => `${start},${network}`)),
};

const hashNet: SetType = {
  name: 'hash:net',
  aliases: ['nethash'],
  revision: 7,
  dimensions: 1,
  networks: true,
  parse: (word) => networks(word).map(([address, length]) => networkText(address, length)),
  candidates(packet, [side]) {
    const address = packet[side!];
    return isIpv4(address) ? networksAround(address) : [];
  },
};

const bitmapPort: SetType = {
  name: 'bitmap:port',
  aliases: ['portmap'],
  revision: 3,
  dimensions: 1,
  parse: (word) => numbersBetween(...portRange(word.replace(/^(tcp|udp):/, ''))).map(String),
  candidates(packet, [side]) {
    if (packet.protocol !== TCP && packet.protocol !== UDP) return [];
    return [String(side === 'src' ? packet.sport : packet.dport)];
  },
};

const TYPES = [hashIp, hashIpPort, hashIpPortIp, hashIpPortNet, hashNet, bitmapPort];

/** By the name of the type or an old one. */
export const findSetType = (name: string): SetType | undefined => TYPES.find((type) => type.name === name || type.aliases.includes(name));

export const typeOf = (set: Pick<IpSetRecord, 'type'>): SetType => TYPES.find(({ name }) => name === set.type)!;

/** `ip,port` and what follows. Throws {@link IpSetError}. */
function splitThird(word: string): readonly [ipPort: string, third: string] {
  const comma = word.indexOf(',', word.indexOf(',') + 1);
  if (word.includes(',') && comma < 0) throw IpSetError.syntax(`Third element is missing from ${word}.`);
  return comma < 0 ? [word, ''] : [word.slice(0, comma), word.slice(comma + 1)];
}

/** `80`, `http`, `80-90`, either way round. Throws {@link IpSetError}. */
export function portRange(word: string): readonly [number, number] {
  const [firstText, lastText = firstText] = word.split('-', 2);
  const [first, last] = [parsePort(firstText!), parsePort(lastText!)];
  return first <= last ? [first, last] : [last, first];
}

function parsePort(text: string): number {
  const port = portNumber(text);
  if (port !== undefined) return port;
  const why = /^\d+$/.test(text) ? `'${text}' is out of range 0-65535` : `'${text}' is invalid as number`;
  throw IpSetError.syntax(`${why}\nSyntax error: 'tcp' is invalid as number\ncannot parse '${text}' as a tcp port`);
}

/** `80`, `udp:53`, `tcp:80-90`, `icmp:8/0`, `gre:0`. */
function protocolPorts(word: string): string[] {
  const colon = word.indexOf(':');
  const protocol = colon < 0 ? 'tcp' : word.slice(0, colon);
  const rest = word.slice(colon + 1);
  if (PORT_OWNERS.includes(protocol)) return numbersBetween(...portRange(rest)).map((port) => `${protocol}:${port}`);
  if (protocol === 'icmp') return [`icmp:${icmpKind(rest)}`];
  throw IpSetError.syntax(`cannot parse '${protocol}' as a protocol`);
}

function icmpKind(text: string): string {
  const named = Object.keys(ICMP_NAMES).find((kind) => ICMP_NAMES[kind] === text);
  if (named === undefined && !/^\d{1,3}\/\d{1,3}$/.test(text)) throw IpSetError.syntax(`cannot parse '${text}' as an ICMP type`);
  return ICMP_NAMES[named ?? text] ?? text;
}

/** `tcp:80` of a packet; `undefined` for a protocol without ports. */
function protocolPort(packet: Packet, side: PacketSide): string | undefined {
  if (packet.protocol === ICMP) return `icmp:${icmpKind(`${packet.icmpType}/${packet.icmpCode}`)}`;
  const protocol = PORT_OWNERS.find((name) => PROTOCOLS[name] === packet.protocol);
  return protocol && `${protocol}:${side === 'src' ? packet.sport : packet.dport}`;
}

/** Single addresses of `a`, `a/24`, `a-b`. */
function addresses(word: string): Address[] {
  const [first, last] = addressRange(word);
  return numbersBetween(first, last);
}

function addressRange(word: string): readonly [number, number] {
  const dash = word.indexOf('-');
  if (dash >= 0) {
    const [first, last] = [parseAddress(word.slice(0, dash)), parseAddress(word.slice(dash + 1))];
    return first <= last ? [first, last] : [last, first];
  }
  const [addressText, lengthText] = word.split('/', 2);
  const address = parseAddress(addressText!);
  if (lengthText === undefined) return [address, address];
  const length = parseLength(lengthText);
  if (length === 0) throw new IpSetError('The value of the CIDR parameter of the IP address is invalid');
  const first = (address & ipv4Mask(length)) >>> 0;
  return [first, first + 2 ** (32 - length) - 1];
}

function parseAddress(text: string): number {
  const address = parseIpv4(text);
  if (address === undefined) throw IpSetError.syntax(`cannot parse ${text}: resolving to IPv4 address failed`);
  return address;
}

function parseLength(text: string): number {
  const length = parseUnsigned(text);
  if (length === undefined) throw IpSetError.syntax(`'${text}' is invalid as number`);
  if (length > 32) throw IpSetError.syntax(`'${text}' is out of range 0-32`);
  return length;
}

/** The fewest networks that cover the range (libipset, `ipset_range_to_cidr` in the kernel). */
function networks(word: string): (readonly [number, number])[] {
  const [first, last] = addressRange(word);
  const covering: (readonly [number, number])[] = [];
  for (let from = first; from <= last && covering.length < MOST_ELEMENTS;) {
    let length = 32;
    while (length > 1 && from % 2 ** (33 - length) === 0 && from + 2 ** (33 - length) - 1 <= last) length--;
    covering.push([from, length]);
    from += 2 ** (32 - length);
  }
  return covering;
}

/** Every network with this address, the smallest first. */
const networksAround = (address: number): string[] => Array.from({ length: 32 }, (_, i) => networkText(address, 32 - i));

/** The elements that hold what `key` names: those of all networks around its address, or of its own network alone. */
export function coveringElements(key: string): string[] {
  const start = key.slice(0, key.lastIndexOf(',') + 1);
  const address = parseIpv4(key.slice(start.length));
  return address === undefined ? [key] : networksAround(address).map((network) => start + network);
}

function networkText(address: number, length: number): string {
  const network = formatAddress((address & ipv4Mask(length)) >>> 0);
  return length === 32 ? network : `${network}/${length}`;
}

/** One more than a set can hold is enough to find that it is full. */
const numbersBetween = (first: number, last: number): number[] =>
  Array.from({ length: Math.min(last - first, MOST_ELEMENTS) + 1 }, (_, i) => first + i);

/** Numbers before text, part by part: 9 before 10, `10.0.0.0/8` before `10.1.0.0/16`. */
// Simplification: elements are listed in order; the kernel lists them in the order of a secret hash.
export function compareElements(a: string, b: string): number {
  const [aParts, bParts] = [a.split(/[.,:/]/), b.split(/[.,:/]/)];
  for (const [i, part] of aParts.entries()) {
    const other = bParts[i];
    if (other === undefined) return 1;
    if (part === other) continue;
    const difference = Number(part) - Number(other);
    return Number.isNaN(difference) ? (part < other ? -1 : 1) : difference;
  }
  return aParts.length - bParts.length;
}
