import type { Trace } from '@svclab/netstack';
import { formatAddress, formatEndpoint, RST, TCP, UDP, type Packet } from '@svclab/wire';

const hasPorts = ({ protocol }: Packet): boolean => protocol === TCP || protocol === UDP;

/** `10.10.0.6:45094`; an address alone where the protocol has no ports. */
export const sourceText = (packet: Packet): string =>
  hasPorts(packet) ? formatEndpoint(packet.src, packet.sport) : formatAddress(packet.src);

export const destinationText = (packet: Packet): string =>
  hasPorts(packet) ? formatEndpoint(packet.dst, packet.dport) : formatAddress(packet.dst);

/** `10.10.0.6:45094 → 10.200.1.206:9000`. */
export const tupleText = (packet: Packet): string => `${sourceText(packet)} → ${destinationText(packet)}`;

/** `0x4000`, as iptables prints a mark. */
export const markText = (mark: number): string => `0x${(mark >>> 0).toString(16)}`;

/** What came back for a packet that was refused: `RST`, or `ICMP port unreachable` in the words of the kernel that sent it. */
export function answerText({ forward, return: back }: Trace): string {
  const answer = back[0]?.packetIn;
  if (answer?.protocol === TCP && answer.tcpFlags & RST) return 'RST';
  for (const step of forward.at(-1)?.steps ?? []) {
    const icmp = step.kind === 'answer' && /^ICMP (.+) goes back/.exec(step.note)?.[1];
    if (icmp) return `ICMP ${icmp}`;
  }
  return answer ? 'ICMP' : '';
}
