import type { Address } from '@svclab/wire';

/**
 * One direction of a connection (Linux: `struct nf_conntrack_tuple`). For ICMP, as in
 * the kernel, `sport` is the identifier and `dport` holds type × 256 + code.
 */
export interface Tuple {
  readonly src: Address;
  readonly dst: Address;
  readonly protocol: number;
  readonly sport: number;
  readonly dport: number;
}

/** Bits of {@link ConntrackEntry.status} (Linux: `enum ip_conntrack_status`). */
export const STATUS = {
  SEEN_REPLY: 1 << 1,
  ASSURED: 1 << 2,
  CONFIRMED: 1 << 3,
  SRC_NAT: 1 << 4,
  DST_NAT: 1 << 5,
  SRC_NAT_DONE: 1 << 7,
  DST_NAT_DONE: 1 << 8,
  DYING: 1 << 9,
} as const;

/** Linux: `enum tcp_conntrack`; the numbers index the transition table. */
export const TCP_STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const;
export type TcpState = (typeof TCP_STATES)[number];

/** Bits of {@link ConntrackEntry.changes} (Linux: `enum ip_conntrack_events`). */
export const CHANGE = { NONE: 0, STATE: 1, OTHER: 2 } as const;

/** A tracked connection (Linux: `struct nf_conn`). Table `nf.conntrack`, key = `<netns>|<id, 10 digits>`. */
export interface ConntrackEntry {
  /** Counts the connections of a namespace from 1. */
  readonly id: number;
  readonly original: Tuple;
  /** What an answer looks like; NAT rewrites it before the entry is confirmed. */
  reply: Tuple;
  status: number;
  mark: number;
  /** When the entry goes unless a packet refreshes it. */
  expiresUs: number;
  /** What has changed and no event has told yet: bits of {@link CHANGE}. */
  changes: number;
  /** Only TCP. */
  tcp?: TcpState;
  /** Only TCP: which sides have sent data that nobody has acknowledged yet; 1 the original one, 2 the other. */
  unacknowledged?: number;
  /** Only UDP: from when on traffic both ways makes a stream of it. */
  streamUs?: number;
}

export type Direction = 'ORIGINAL' | 'REPLY';

export const tupleOf = (entry: ConntrackEntry, direction: Direction): Tuple => (direction === 'ORIGINAL' ? entry.original : entry.reply);

/** An entry that no longer counts, though nothing has removed it yet. */
export const isExpired = (entry: ConntrackEntry, nowUs: number): boolean => entry.expiresUs <= nowUs;
