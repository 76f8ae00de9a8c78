import { formatAddress, ICMP, protocolName, TCP } from '@svclab/wire';
import { STATUS, type ConntrackEntry, type Tuple } from './entry.js';

/** How much of an entry a listing shows. */
export interface EntryFormat {
  /** `-o extended`: the network protocol in front. */
  readonly extended?: boolean;
  /** `-o id`. */
  readonly id?: boolean;
  /** False: without the state of a TCP connection. */
  readonly state?: boolean;
  /** As an event tells it: no use, a mark only where there is one, and no time of an entry that has none left. */
  readonly event?: boolean;
}

/** One line as `conntrack -L` (1.4.7) prints it, without its end. */
export function formatEntry(entry: Readonly<ConntrackEntry>, nowUs: number, format: EntryFormat = {}): string {
  const { original, reply, status } = entry;
  const seconds = secondsLeft(entry, nowUs);
  return (
    (format.extended ? 'ipv4     2 ' : '') +
    `${protocolName(original.protocol).padEnd(8)} ${original.protocol} ${format.event && seconds === 0 ? '' : `${seconds} `}` +
    (original.protocol === TCP && format.state !== false ? `${entry.tcp ?? 'NONE'} ` : '') +
    `${formatTuple(original)} ` +
    (status & STATUS.SEEN_REPLY ? '' : '[UNREPLIED] ') +
    `${formatTuple(reply)} ` +
    (status & STATUS.ASSURED ? '[ASSURED] ' : '') +
    (format.event ? (entry.mark ? `mark=${entry.mark} ` : '') : `mark=${entry.mark} use=1 `) +
    (format.id ? `id=${entry.id}` : '')
  ).trimEnd();
}

/** Whole seconds that an entry has left. */
export const secondsLeft = (entry: Readonly<ConntrackEntry>, nowUs: number): number =>
  Math.max(0, Math.floor((entry.expiresUs - nowUs) / 1_000_000));

export function formatTuple({ src, dst, protocol, sport, dport }: Tuple): string {
  const addresses = `src=${formatAddress(src)} dst=${formatAddress(dst)}`;
  if (protocol === ICMP) return `${addresses} type=${dport >>> 8} code=${dport & 255} id=${sport}`;
  return `${addresses} sport=${sport} dport=${dport}`;
}
