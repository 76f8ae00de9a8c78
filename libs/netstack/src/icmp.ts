import type { RejectWith } from '@svclab/netfilter';
import type { Sim, Table } from '@svclab/sim';
import { formatAddress, ICMP, packet, type Address, type Packet } from '@svclab/wire';
import type { Errno } from './types.js';

export const ECHO_REPLY = 0;
export const UNREACHABLE = 3;
export const ECHO_REQUEST = 8;
export const REDIRECT = 5;
export const TIME_EXCEEDED = 11;

export const NET_UNREACHABLE = 0;
export const HOST_UNREACHABLE = 1;
/** Code of a redirect: for one host. */
export const REDIRECT_HOST = 1;
const PROTOCOL_UNREACHABLE = 2;
export const PORT_UNREACHABLE = 3;
/** Protocol, port, unknown net or host, isolated, prohibited. */
const FATAL_CODES: readonly number[] = [PROTOCOL_UNREACHABLE, PORT_UNREACHABLE, 6, 7, 8, 9, 10, 13];

/** Codes of ICMP type 3 that `-j REJECT` may send (Linux: net/ipv4/netfilter/ipt_REJECT.c). */
const REJECT_CODES: { readonly [with_ in Exclude<RejectWith, 'tcp-reset'>]: number } = {
  'icmp-net-unreachable': NET_UNREACHABLE,
  'icmp-host-unreachable': HOST_UNREACHABLE,
  'icmp-proto-unreachable': PROTOCOL_UNREACHABLE,
  'icmp-port-unreachable': PORT_UNREACHABLE,
  'icmp-net-prohibited': 9,
  'icmp-host-prohibited': 10,
  'icmp-admin-prohibited': 13,
};

export const rejectCode = (reject: Exclude<RejectWith, 'tcp-reset'>): number => REJECT_CODES[reject];

/** What a connecting socket is told of an ICMP error (Linux: icmp_err_convert in net/ipv4/icmp.c). */
export function errnoOf(type: number, code: number): Errno {
  if (type === TIME_EXCEEDED) return 'EHOSTUNREACH';
  if (code === NET_UNREACHABLE || code === 6 || code === 9) return 'ENETUNREACH';
  if (code === PROTOCOL_UNREACHABLE) return 'ENOPROTOOPT';
  return code === PORT_UNREACHABLE ? 'ECONNREFUSED' : 'EHOSTUNREACH';
}

/** Whether the error is there to stay: member `fatal` of icmp_err_convert. */
export const isFatal = (type: number, code: number): boolean => type === UNREACHABLE && FATAL_CODES.includes(code);

/** In the words of tcpdump. */
export function describeError(type: number, code: number): string {
  if (type === TIME_EXCEEDED) return 'time exceeded in-transit';
  if (type === REDIRECT) return 'redirect';
  const names = ['net unreachable', 'host unreachable', 'protocol unreachable', 'port unreachable'];
  return names[code] ?? 'unreachable - admin prohibited';
}

/** The error a kernel sends about `about`: the header and as much of it as fits in 576 bytes come back inside. */
export function icmpError(source: Address, about: Packet, type: number, code: number): Packet {
  const quoted = Math.min(about.length, 576 - 28);
  return packet({
    src: source,
    dst: about.src,
    protocol: ICMP,
    tos: 0xc0,
    length: 28 + quoted,
    icmpType: type,
    icmpCode: code,
    inner: { ...about },
  });
}

/** Tells the sender of `about` of a better router. Its address stands where an echo has identifier and sequence. */
export function icmpRedirect(source: Address, about: Packet, gateway: number): Packet {
  return { ...icmpError(source, about, REDIRECT, REDIRECT_HOST), icmpId: gateway >>> 16, icmpSeq: gateway & 0xffff };
}

/** The router that a redirect speaks of. */
export const redirectGateway = ({ icmpId, icmpSeq }: Packet): number => icmpId * 0x1_0000 + icmpSeq;

/** Linux answers no ICMP error with another, and never speaks to a group. */
export const deservesError = (about: Packet): boolean =>
  about.protocol !== ICMP || about.icmpType === ECHO_REQUEST || about.icmpType === ECHO_REPLY;

/** Table `net.icmp-limits`, key = `<netns>|<destination>`. */
interface LimitRecord {
  tokensUs: number;
  lastUs: number;
}

/** Burst of XRLIM_BURST_FACTOR messages, then one per `icmp_ratelimit` (Linux: inet_peer_xrlim_allow). */
const BURST_FACTOR = 6;

/** How often a kernel may send ICMP errors to one destination. */
export class IcmpRateLimit {
  readonly #table: Table<LimitRecord>;

  constructor(private readonly sim: Sim) {
    this.#table = sim.store.table('net.icmp-limits');
  }

  /** Takes a token; false when none is left. `intervalMs` is `net.ipv4.icmp_ratelimit`, 0 switches the limit off. */
  allow(netns: string, destination: Address, intervalMs: number): boolean {
    if (intervalMs === 0) return true;
    const intervalUs = intervalMs * 1000;
    const key = `${netns}|${formatAddress(destination)}`;
    const nowUs = this.sim.nowUs;
    const known = this.#table.get(key);
    let tokensUs = known ? Math.min(known.tokensUs + nowUs - known.lastUs, BURST_FACTOR * intervalUs) : BURST_FACTOR * intervalUs;
    const allowed = tokensUs >= intervalUs;
    if (allowed) tokensUs -= intervalUs;
    this.#table.put(key, { tokensUs, lastUs: nowUs });
    return allowed;
  }

  removeNamespace(netns: string): void {
    for (const key of this.#table.keysWithPrefix(`${netns}|`)) this.#table.delete(key);
  }
}
