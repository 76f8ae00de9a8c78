import type { Netstack } from '@svclab/netstack';
import type { Sim } from '@svclab/sim';
import {
  dnsQuery,
  isDnsName,
  isIpv4,
  parseAddress,
  parseResolvConf,
  searchCandidates,
  type Address,
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
  type ResolvConf,
} from '@svclab/wire';
import { askDns, type DnsOutcome } from './dns-client.js';

/** Where a program runs that looks up a name. */
export interface ResolverPlace {
  readonly netns: string;
  /** The C library decides how the search list is used. */
  readonly libc: 'glibc' | 'musl';
  /** A file as the program sees it; `undefined`: there is none. */
  readFile(path: string): string | undefined;
}

/** What a lookup of addresses came to: getaddrinfo(3) tells no more. */
export type Lookup =
  | { readonly ok: true; readonly addresses: readonly Address[]; readonly canonicalName: string }
  /** `not found`: EAI_NONAME; `try again`: EAI_AGAIN, no server gave an answer. */
  | { readonly ok: false; readonly reason: 'not found' | 'try again' };

/** What asking for one absolute name came to. */
type Tried = { readonly records: readonly DnsRecord[] } | 'no such name' | 'no data' | 'server failure' | 'no answer';

const FAMILIES = ['A', 'AAAA'] as const;

/** Looks up names as the C library in each container does: `/etc/hosts`, then the servers of `/etc/resolv.conf`, by packets. */
// Simplification: the questions for A and AAAA go one after the other from one socket, in life both at once.
export class StubResolver {
  constructor(
    private readonly sim: Sim,
    private readonly net: Netstack,
  ) {}

  lookUp(place: ResolverPlace, name: string): Lookup {
    const listed = hostsAddresses(place.readFile('/etc/hosts') ?? '', name);
    if (listed.length) return { ok: true, addresses: listed, canonicalName: name };
    if (name === '' || !isDnsName(name)) return { ok: false, reason: 'not found' };
    const conf = parseResolvConf(place.readFile('/etc/resolv.conf') ?? '');
    if (!conf.nameservers.length) return { ok: false, reason: 'not found' };
    let failed = false;
    for (const candidate of candidates(place, name, conf)) {
      const tried = this.#try(place, conf, candidate);
      if (typeof tried === 'object') return found(candidate, tried.records);
      if (tried === 'no answer') return { ok: false, reason: 'try again' };
      // musl ends the search at the first name that exists, even without addresses; glibc goes on after that and after a failure.
      if (place.libc === 'musl' && tried !== 'no such name') return { ok: false, reason: tried === 'no data' ? 'not found' : 'try again' };
      failed ||= tried === 'server failure';
    }
    return { ok: false, reason: failed ? 'try again' : 'not found' };
  }

  /** The two questions for one name; an address of either family will do. */
  #try(place: ResolverPlace, conf: ResolvConf, name: string): Tried {
    const records: DnsRecord[] = [];
    let worst: Exclude<Tried, object> = 'no such name';
    let sourcePort: number | undefined;
    for (const type of FAMILIES) {
      const { message, ...asked } = this.#ask(place, conf, { name, type }, sourcePort);
      if (!message) return records.length ? { records } : 'no answer';
      sourcePort = asked.sourcePort;
      records.push(...message.answers);
      if (message.rcode === 'NOERROR' && worst === 'no such name') worst = 'no data';
      else if (message.rcode !== 'NOERROR' && message.rcode !== 'NXDOMAIN') worst = 'server failure';
    }
    return records.some(({ type }) => type === 'A' || type === 'AAAA') ? { records } : worst;
  }

  /** Each server in turn, as often as the file says, and over TCP what is too long for a datagram. */
  #ask({ netns }: ResolverPlace, conf: ResolvConf, question: DnsQuestion, sourcePort: number | undefined): Partial<DnsOutcome> {
    const message: DnsMessage = dnsQuery(this.sim.random('resolver').below(0x10000), question);
    for (let attempt = 0; attempt < conf.attempts; attempt++) {
      for (const server of conf.nameservers) {
        // Who follows requests wants those of the program itself.
        const exchange = { netns, server, message, timeoutUs: conf.timeoutMs * 1000, trace: false };
        const asked = askDns(this.net, { ...exchange, ...(sourcePort !== undefined && { sourcePort }) });
        if (!asked.message) continue;
        return asked.message.truncated
          ? { ...asked, message: askDns(this.net, { ...exchange, tcp: true }).message ?? asked.message }
          : asked;
      }
    }
    return {};
  }
}

/** musl searches only for names with fewer dots than `ndots` (musl `src/network/lookup_name.c`); glibc for the others too, afterwards. */
function candidates({ libc }: ResolverPlace, name: string, conf: ResolvConf): readonly string[] {
  const all = searchCandidates(name, conf);
  const isAsIs = all[0] === name || all[0] === `${name}.`;
  return libc === 'musl' && isAsIs ? all.slice(0, 1) : all;
}

/** IPv4 first, since nothing routes IPv6 between the places of a lab. */
function found(asked: string, records: readonly DnsRecord[]): Lookup {
  const addresses = records.flatMap((record) => (record.type === 'A' || record.type === 'AAAA' ? [record.address] : []));
  const last = records.findLast((record) => record.type === 'CNAME');
  const canonicalName = (last?.type === 'CNAME' ? last.target : asked).replace(/\.$/, '');
  return { ok: true, addresses: [...addresses.filter(isIpv4), ...addresses.filter((address) => !isIpv4(address))], canonicalName };
}

/** Addresses of a name in the text of `/etc/hosts`, IPv4 first. */
export function hostsAddresses(hosts: string, name: string): Address[] {
  const wanted = name.toLowerCase();
  const addresses = hostsEntries(hosts)
    .filter(({ names }) => names.some((listed) => listed.toLowerCase() === wanted))
    .map(({ address }) => address);
  return [...addresses.filter(isIpv4), ...addresses.filter((address) => !isIpv4(address))];
}

/** hosts(5): an address, its name and aliases. */
export const hostsEntries = (hosts: string): { readonly address: Address; readonly names: readonly string[] }[] =>
  hosts.split('\n').flatMap((line) => {
    const [first = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const address = parseAddress(first);
    return address === undefined || !names.length ? [] : [{ address, names }];
  });
