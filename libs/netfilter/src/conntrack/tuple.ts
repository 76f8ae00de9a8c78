import { mix32 } from '@svclab/sim';
import { ICMP, sameAddress, SCTP, TCP, UDP, type Address, type Packet } from '@svclab/wire';
import type { Tuple } from './entry.js';

/** Request type → reply type of the ICMP queries that open a connection (Linux: nf_conntrack_proto_icmp.c, `invmap`). */
const ICMP_REPLIES: { readonly [type: number]: number } = { 8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17 };
const ICMP_REQUESTS: readonly number[] = [8, 13, 15, 17];
/** Destination unreachable, source quench, redirect, time exceeded, parameter problem. */
const ICMP_ERRORS: readonly number[] = [3, 4, 5, 11, 12];

export const hasPorts = (protocol: number): boolean => protocol === TCP || protocol === UDP || protocol === SCTP;

export const isIcmpError = (packet: Packet): boolean => packet.protocol === ICMP && ICMP_ERRORS.includes(packet.icmpType);

/** Whether an ICMP packet may open a connection: only queries do. */
export const isIcmpRequest = (packet: Packet): boolean => ICMP_REQUESTS.includes(packet.icmpType);

/** `undefined` for ICMP that is neither query nor answer. */
export function tupleOfPacket(packet: Packet): Tuple | undefined {
  const { src, dst, protocol } = packet;
  if (hasPorts(protocol)) return { src, dst, protocol, sport: packet.sport, dport: packet.dport };
  if (protocol !== ICMP) return { src, dst, protocol, sport: 0, dport: 0 };
  if (ICMP_REPLIES[packet.icmpType] === undefined) return undefined;
  return { src, dst, protocol, sport: packet.icmpId, dport: packet.icmpType * 256 + packet.icmpCode };
}

/** The tuple of an answer. */
export function invert(tuple: Tuple): Tuple {
  const { src, dst, protocol, sport, dport } = tuple;
  if (protocol !== ICMP) return { src: dst, dst: src, protocol, sport: dport, dport: sport };
  const type = ICMP_REPLIES[dport >>> 8] ?? dport >>> 8;
  return { src: dst, dst: src, protocol, sport, dport: type * 256 + (dport & 255) };
}

export const sameTuple = (a: Tuple, b: Tuple): boolean =>
  a.sport === b.sport && a.dport === b.dport && a.protocol === b.protocol && sameAddress(a.src, b.src) && sameAddress(a.dst, b.dst);

/** 30 bits, so that engines keep it as a small integer. */
export function hashTuple(tuple: Tuple): number {
  const ports = (tuple.sport << 16) ^ tuple.dport ^ tuple.protocol;
  return (
    mix32(Math.imul(addressBits(tuple.src), 0x9e3779b1) ^ Math.imul(addressBits(tuple.dst), 0x85ebca77) ^ Math.imul(ports, 0xc2b2ae3d)) >>>
    2
  );
}

const addressBits = (address: Address): number =>
  typeof address === 'number' ? address : address[0] ^ Math.imul(address[1], 3) ^ Math.imul(address[2], 5) ^ Math.imul(address[3], 7);
