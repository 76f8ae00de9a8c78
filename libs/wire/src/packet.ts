import { formatAddress, isIpv4, type Address } from './address.js';

/** IANA protocol numbers. */
export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const SCTP = 132;
export type Protocol = typeof ICMP | typeof TCP | typeof UDP | typeof SCTP;

/** Bits of {@link Packet.tcpFlags}. */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/**
 * One IP packet. Flat, since it is made and rewritten millions of times: members of
 * other protocols are 0. NAT rewrites it in place; who keeps one copies it.
 */
export interface Packet {
  src: Address;
  dst: Address;
  protocol: number;
  ttl: number;
  tos: number;
  /** Total length, bytes, IP header included. */
  length: number;
  /** Source and destination port of TCP, UDP, SCTP. */
  sport: number;
  dport: number;
  tcpFlags: number;
  seq: number;
  ack: number;
  /** TCP window as sent, before scaling. */
  window: number;
  icmpType: number;
  icmpCode: number;
  /** Identifier and sequence of ICMP echo. */
  icmpId: number;
  icmpSeq: number;
  /** What the packet carries, as text; `length` says how much of it counts. */
  payload: string;
  /** The packet an ICMP error complains about. */
  inner?: Packet;
}

/** The members given, and zero for the rest. */
export function packet(members: Partial<Packet> & Pick<Packet, 'src' | 'dst' | 'protocol'>): Packet {
  return {
    ttl: 64,
    tos: 0,
    length: 0,
    sport: 0,
    dport: 0,
    tcpFlags: 0,
    seq: 0,
    ack: 0,
    window: 0,
    icmpType: 0,
    icmpCode: 0,
    icmpId: 0,
    icmpSeq: 0,
    payload: '',
    ...members,
  };
}

/** `10.10.0.6:40000`, `[fd00::1]:80`. */
export const formatEndpoint = (address: Address, port: number): string =>
  isIpv4(address) ? `${formatAddress(address)}:${port}` : `[${formatAddress(address)}]:${port}`;

/** Five-tuple text of a packet, for a person: `tcp 10.10.0.6:40000 → 10.200.1.206:9000`. */
export const protocolName = (protocol: number): string =>
  protocol === TCP ? 'tcp' : protocol === UDP ? 'udp' : protocol === ICMP ? 'icmp' : protocol === SCTP ? 'sctp' : String(protocol);
