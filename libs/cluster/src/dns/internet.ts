import { address, dnsResponse, type DnsMessage, type DnsRecord } from '@svclab/wire';

const TTL_SECONDS = 300;

/** Names outside, at addresses that are reserved for documentation (RFC 5737). */
const ADDRESSES: { readonly [name: string]: string } = {
  'example.com.': '192.0.2.80',
  'www.example.com.': '192.0.2.80',
  'example.org.': '192.0.2.81',
  'www.example.org.': '192.0.2.81',
  'google.com.': '198.51.100.100',
  'www.google.com.': '198.51.100.104',
  'github.com.': '198.51.100.3',
  'kubernetes.io.': '203.0.113.110',
  'registry.k8s.io.': '203.0.113.96',
};

/** What the resolver behind the lab host answers. */
// Simplification: the Internet has a handful of names, at addresses where nobody answers; all others do not exist.
export function askInternet(query: DnsMessage): DnsMessage {
  const { name, type } = query.questions[0]!;
  const ipv4 = ADDRESSES[name.toLowerCase()];
  if (ipv4 !== undefined) {
    const record: DnsRecord = { name, type: 'A', ttl: TTL_SECONDS, address: address(ipv4) as number };
    return dnsResponse(query, { recursionAvailable: true, answers: type === 'A' ? [record] : [], authorities: type === 'A' ? [] : [ROOT] });
  }
  return dnsResponse(query, { recursionAvailable: true, rcode: 'NXDOMAIN', authorities: [ROOT] });
}

/** The authority that denies. */
const ROOT: DnsRecord = {
  name: '.',
  ttl: 86_400,
  type: 'SOA',
  primary: 'a.root-servers.net.',
  mailbox: 'nstld.verisign-grs.com.',
  serial: 2024092200,
  refresh: 1800,
  retry: 900,
  expire: 604_800,
  minimum: 86_400,
};
