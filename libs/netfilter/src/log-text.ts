import { ACK, FIN, formatAddress, ICMP, PSH, RST, SYN, TCP, UDP, type Packet } from '@svclab/wire';
import type { Skb } from './types.js';

export interface LogFlags {
  readonly tcpSequence: boolean;
  readonly macDecode: boolean;
}

const FLAG_NAMES: readonly (readonly [string, number])[] = [
  ['ACK', ACK],
  ['PSH', PSH],
  ['RST', RST],
  ['SYN', SYN],
  ['FIN', FIN],
];
const ECHO_TYPES: readonly number[] = [0, 8];
/** ICMP types that quote the packet they complain about. */
const QUOTING_TYPES: readonly number[] = [3, 4, 11];

/**
 * A packet as the kernel's log shows it, after the rule's prefix (Linux: net/netfilter/nf_log_syslog.c).
 *
 * Simplification: IP identification is always 0, TCP options and the sender's user are left out, and of the
 * frame's header only its source is known.
 */
export function logText(skb: Skb, flags: LogFlags): string {
  const mac = skb.inIface === '' ? '' : flags.macDecode ? `MACSRC=${skb.sourceMac ?? ''} MACPROTO=0800 ` : `MAC=${skb.sourceMac ?? ''} `;
  const mark = skb.mark ? `MARK=0x${skb.mark.toString(16)} ` : '';
  return `IN=${skb.inIface} OUT=${skb.outIface} ${mac}${packetText(skb.packet, flags)}${mark}`;
}

function packetText(packet: Packet, flags: LogFlags): string {
  const { src, dst, tos } = packet;
  return (
    `SRC=${formatAddress(src)} DST=${formatAddress(dst)} LEN=${packet.length} ` +
    `TOS=0x${hexByte(tos & 0x1e)} PREC=0x${hexByte(tos & 0xe0)} TTL=${packet.ttl} ID=0 ${packet.protocol === ICMP ? '' : 'DF '}` +
    transportText(packet, flags)
  );
}

function transportText(packet: Packet, flags: LogFlags): string {
  switch (packet.protocol) {
    case TCP:
      return `PROTO=TCP ${ports(packet)}${tcpText(packet, flags)}`;
    case UDP:
      return `PROTO=UDP ${ports(packet)}LEN=${packet.length - 20} `;
    case ICMP:
      return `PROTO=ICMP TYPE=${packet.icmpType} CODE=${packet.icmpCode} ${icmpText(packet, flags)}`;
    default:
      return `PROTO=${packet.protocol} `;
  }
}

const ports = ({ sport, dport }: Packet): string => `SPT=${sport} DPT=${dport} `;

function tcpText({ tcpFlags, seq, ack, window }: Packet, { tcpSequence }: LogFlags): string {
  const sequence = tcpSequence ? `SEQ=${seq} ACK=${ack} ` : '';
  const names = FLAG_NAMES.filter(([, bit]) => tcpFlags & bit).map(([name]) => `${name} `);
  return `${sequence}WINDOW=${window} RES=0x00 ${names.join('')}URGP=0 `;
}

function icmpText(packet: Packet, flags: LogFlags): string {
  if (ECHO_TYPES.includes(packet.icmpType)) return `ID=${packet.icmpId} SEQ=${packet.icmpSeq} `;
  return QUOTING_TYPES.includes(packet.icmpType) && packet.inner ? `[${packetText(packet.inner, flags)}] ` : '';
}

const hexByte = (value: number): string => value.toString(16).padStart(2, '0').toUpperCase();
