import { formatAddress, ICMP, protocolName } from '@svclab/wire';
import type { ConntrackEntry, TcpState, Tuple } from './entry.js';
import { statusNames } from './status-names.js';
import { formatEntry } from './format.js';

/** A connection as data, for JSON answers. */
export interface ConntrackListing {
  readonly id: number;
  readonly protocol: string;
  /** Only TCP. */
  readonly state?: TcpState;
  readonly timeoutSeconds: number;
  readonly original: TupleListing;
  readonly reply: TupleListing;
  /** `SEEN_REPLY`, `ASSURED`, `SRC_NAT` … */
  readonly status: readonly string[];
  readonly mark: number;
  /** Its line in `conntrack -L`. */
  readonly text: string;
}

export interface TupleListing {
  readonly src: string;
  readonly dst: string;
  /** Identifier for ICMP. */
  readonly sport: number;
  readonly dport: number;
}

export function listConnection(entry: Readonly<ConntrackEntry>, nowUs: number): ConntrackListing {
  return {
    id: entry.id,
    protocol: protocolName(entry.original.protocol),
    ...(entry.tcp && { state: entry.tcp }),
    timeoutSeconds: Math.floor((entry.expiresUs - nowUs) / 1_000_000),
    original: listTuple(entry.original),
    reply: listTuple(entry.reply),
    status: statusNames(entry.status),
    mark: entry.mark,
    text: formatEntry(entry, nowUs),
  };
}

const listTuple = (tuple: Tuple): TupleListing => ({
  src: formatAddress(tuple.src),
  dst: formatAddress(tuple.dst),
  sport: tuple.sport,
  dport: tuple.protocol === ICMP ? 0 : tuple.dport,
});
