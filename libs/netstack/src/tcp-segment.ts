import type { BurstSegment } from '@svclab/netfilter';
import { ACK, FIN, packet, RST, SYN, TCP, type Address, type Packet } from '@svclab/wire';

/** IP and TCP headers with the options Linux sends: 20 bytes on SYN, 12 (time stamps) after, none on RST. */
const SYN_HEADERS = 60;
const HEADERS = 52;
const RST_HEADERS = 40;

/** The largest segment on a link of 65,535 bytes (Linux: mss 65495 less the time stamps). */
export const SEGMENT_BYTES = 65_483;

/** Window of a SYN and a SYN/ACK as Linux offers it on such links. */
const SYN_WINDOW = 65_495;
const SYN_ACK_WINDOW = 65_483;
/** Window field afterwards: 65,536 bytes at a window scale of 7 (kernel 6.10). */
const WINDOW_SCALE = 128;
const WINDOW = 512;

/** One end of a connection as its own kernel sees it. */
export interface Endpoint {
  readonly address: Address;
  readonly port: number;
}

/** Sequence state of one side (RFC 9293: SND.NXT, RCV.NXT). */
export interface Side {
  readonly netns: string;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  next: number;
  expected: number;
  /** Bytes received that the program has not read yet: they shrink the window. */
  unread: number;
}

/** The next segment `side` sends; SYN, FIN and payload (`bytes` of it, by default those of its UTF-8) move its sequence number. */
export function segment(side: Side, tcpFlags: number, payload = '', bytes = byteLength(payload)): Packet {
  const syn = (tcpFlags & SYN) !== 0;
  // Every member is written here, in the order of `packet`: segments are made by the million, and a spread costs most of one.
  const made: Packet = {
    ttl: 64,
    tos: 0,
    length: (syn ? SYN_HEADERS : HEADERS) + bytes,
    sport: side.local.port,
    dport: side.remote.port,
    tcpFlags,
    seq: side.next,
    ack: tcpFlags & ACK ? side.expected : 0,
    window: syn ? (tcpFlags & ACK ? SYN_ACK_WINDOW : SYN_WINDOW) : WINDOW - Math.round(side.unread / WINDOW_SCALE),
    icmpType: 0,
    icmpCode: 0,
    icmpId: 0,
    icmpSeq: 0,
    payload,
    src: side.local.address,
    dst: side.remote.address,
    protocol: TCP,
  };
  side.next = advance(side.next, bytes + (tcpFlags & (SYN | FIN) ? 1 : 0));
  return made;
}

/** An ordinary segment as a burst has it, `bytes` of payload in it. */
export const burstSegment = (isForth: boolean, tcpFlags: number, bytes = 0): BurstSegment => ({
  isForth,
  tcpFlags,
  bytes: HEADERS + bytes,
  hasData: bytes > 0,
});

/** What an arriving segment does to the receiver's side. */
export function acknowledge(side: Side, arrived: Packet): void {
  const bytes = payloadBytes(arrived);
  side.expected = advance(arrived.seq, bytes + (arrived.tcpFlags & (SYN | FIN) ? 1 : 0));
  side.unread += bytes;
}

/** The reset that a kernel without such a connection answers with (Linux: tcp_v4_send_reset). */
export function resetFor(arrived: Packet): Packet {
  const acked = (arrived.tcpFlags & ACK) !== 0;
  const bytes = payloadBytes(arrived);
  return packet({
    src: arrived.dst,
    dst: arrived.src,
    sport: arrived.dport,
    dport: arrived.sport,
    protocol: TCP,
    tcpFlags: acked ? RST : RST | ACK,
    seq: acked ? arrived.ack : 0,
    ack: acked ? 0 : advance(arrived.seq, bytes + (arrived.tcpFlags & (SYN | FIN) ? 1 : 0)),
    length: RST_HEADERS,
  });
}

/** Of a segment that {@link segment} made. */
const payloadBytes = ({ length, tcpFlags }: Packet): number => length - (tcpFlags & SYN ? SYN_HEADERS : HEADERS);

export const advance = (sequence: number, by: number): number => (sequence + by) % 0x1_0000_0000;

/** Length of `text` in UTF-8. */
export function byteLength(text: string): number {
  if (!BEYOND_ASCII.test(text)) return text.length;
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

/** Most texts need one byte for each character, and looking for another is cheap. */
const BEYOND_ASCII = /[^\0-\x7f]/;
