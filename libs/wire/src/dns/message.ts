import { formatAddress } from '../address.js';

/** Types of resource records by their number (IANA DNS parameters); others print as `TYPE123` (RFC 3597). */
const TYPE_NUMBERS = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DS: 43,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
} as const;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE_NUMBERS).map(([name, number]) => [number, name]));

export const dnsTypeName = (type: number): string => TYPE_NAMES.get(type) ?? `TYPE${type}`;

/** The number of `A`, `srv`, `TYPE65`; `undefined` for a word that names no type. */
export function dnsTypeNumber(name: string): number | undefined {
  const upper = name.toUpperCase();
  if (Object.hasOwn(TYPE_NUMBERS, upper)) return TYPE_NUMBERS[upper as keyof typeof TYPE_NUMBERS];
  const number = /^TYPE(\d{1,5})$/.exec(upper)?.[1];
  return number !== undefined && Number(number) <= 0xffff ? Number(number) : undefined;
}

/** RCODE by number (RFC 1035, RFC 2136). */
export const DNS_RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;
export type DnsRcode = (typeof DNS_RCODES)[number];

/** Names are absolute, with the final dot, in the case they came in. */
export interface DnsQuestion {
  readonly name: string;
  /** `A`, `SRV`, `TYPE123`. */
  readonly type: string;
}

interface RecordHead {
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
}

export type DnsRecord = RecordHead &
  (
    | { readonly type: 'A'; readonly address: number }
    | { readonly type: 'AAAA'; readonly address: readonly [number, number, number, number] }
    | { readonly type: 'CNAME' | 'NS' | 'PTR'; readonly target: string }
    | { readonly type: 'SRV'; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
    | { readonly type: 'TXT'; readonly texts: readonly string[] }
    | {
        readonly type: 'SOA';
        readonly primary: string;
        readonly mailbox: string;
        readonly serial: number;
        /** Seconds, as the three after it. */
        readonly refresh: number;
        readonly retry: number;
        readonly expire: number;
        readonly minimum: number;
      }
  );

/** The OPT pseudo-record (RFC 6891). */
export interface Edns {
  /** The largest UDP message its sender takes, bytes. */
  readonly udpSize: number;
  readonly dnssecOk?: boolean;
  /** Hexadecimal digits (RFC 7873). */
  readonly cookie?: string;
}

/** A DNS message (RFC 1035, section 4), class IN. JSON-safe. */
export interface DnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  /** 0: a standard query. */
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticatedData: boolean;
  readonly checkingDisabled: boolean;
  readonly rcode: DnsRcode;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  readonly edns?: Edns;
}

/** A question as a stub resolver asks it. */
export const dnsQuery = (id: number, question: DnsQuestion, members: Partial<DnsMessage> = {}): DnsMessage => ({
  id,
  isResponse: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  authenticatedData: false,
  checkingDisabled: false,
  rcode: 'NOERROR',
  questions: [question],
  answers: [],
  authorities: [],
  additionals: [],
  ...members,
});

/** An answer to `query`: its id, question and RD bit, and what is given. */
export const dnsResponse = (query: DnsMessage, members: Partial<DnsMessage>): DnsMessage => ({
  ...dnsQuery(query.id, query.questions[0]!),
  isResponse: true,
  opcode: query.opcode,
  recursionDesired: query.recursionDesired,
  checkingDisabled: query.checkingDisabled,
  questions: query.questions,
  ...members,
});

/** The data of a record in the form of a zone file: `0 100 9000 svc-clusterip.default.svc.cluster.local.` */
export function dnsRecordData(record: DnsRecord): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return formatAddress(record.address);
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}`;
    case 'TXT':
      return record.texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(' ');
    case 'SOA': {
      const { primary, mailbox, serial, refresh, retry, expire, minimum } = record;
      return `${primary} ${mailbox} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    default:
      return record.target;
  }
}
