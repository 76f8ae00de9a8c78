import { formatAddress, formatEndpoint, TCP, UDP, type Packet } from '@svclab/wire';

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
