import fc from 'fast-check';
import { address } from '../address.js';
import { decodeDns } from './decode.js';
import { encodeDns, framedForTcp, unframedFromTcp } from './encode.js';
import { dnsQuery, dnsRecordData, dnsResponse, dnsTypeName, dnsTypeNumber, type DnsMessage, type DnsRecord } from './message.js';
import { isDnsName, isInZone, reversedAddress, reverseName } from './name.js';

const hex = (bytes: string): string => [...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');

const NAME = 'kubernetes.default.svc.cluster.local.';
const answered: DnsMessage = {
  ...dnsResponse(dnsQuery(0x13ac, { name: NAME, type: 'A' }), { authoritative: true }),
  answers: [{ name: NAME, type: 'A', ttl: 30, address: address('10.96.0.1') as number }],
  edns: { udpSize: 1232, cookie: 'a5ab3a4b6e8c2a0a' },
};

describe('DNS messages', () => {
  it('are written as RFC 1035 says', () => {
    expect(hex(encodeDns(dnsQuery(0xabcd, { name: 'a.bc.', type: 'AAAA' })))).toBe('abcd01000001000000000000016102626300001c0001');
  });

  it('have the size that dig shows of such an answer in a real cluster', () => {
    expect(encodeDns(answered)).toHaveLength(129);
    expect(encodeDns(answered, { compress: true })).toHaveLength(129 - NAME.length + 1);
  });

  const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
  const name = fc.array(label, { maxLength: 6 }).map((labels) => `${labels.join('.')}.`);
  const u16 = fc.integer({ min: 0, max: 0xffff });
  const u32 = fc.integer({ min: 0, max: 0xffffffff });
  const head = { name, ttl: u32 };
  const record: fc.Arbitrary<DnsRecord> = fc.oneof(
    fc.record({ ...head, type: fc.constant('A' as const), address: u32 }),
    fc.record({ ...head, type: fc.constant('AAAA' as const), address: fc.tuple(u32, u32, u32, u32) }),
    fc.record({ ...head, type: fc.constantFrom('CNAME' as const, 'NS' as const, 'PTR' as const), target: name }),
    fc.record({ ...head, type: fc.constant('SRV' as const), priority: u16, weight: u16, port: u16, target: name }),
    fc.record({ ...head, type: fc.constant('TXT' as const), texts: fc.array(label, { minLength: 1, maxLength: 3 }) }),
    fc.record({
      ...head,
      type: fc.constant('SOA' as const),
      primary: name,
      mailbox: name,
      serial: u32,
      refresh: u32,
      retry: u32,
      expire: u32,
      minimum: u32,
    }),
  );

  it('come back as they were, names compressed or not', () => {
    const records = fc.array(record, { maxLength: 4 });
    fc.assert(
      fc.property(u16, name, records, records, records, fc.boolean(), (id, asked, answers, authorities, additionals, compress) => {
        const message: DnsMessage = { ...dnsQuery(id, { name: asked, type: 'SRV' }), answers, authorities, additionals };
        expect(decodeDns(encodeDns(message, { compress }))).toEqual({ ok: true, value: message });
      }),
    );
  });

  it('are refused with a reason when bytes are missing or wrong, and never throw', () => {
    const bytes = encodeDns(answered, { compress: true });
    for (let length = 0; length < bytes.length; length++) expect(decodeDns(bytes.slice(0, length)).ok).toBe(false);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 80 }), (noise) => void decodeDns(String.fromCharCode(...noise))),
    );
    const circle = `${encodeDns(dnsQuery(1, { name: '.', type: 'A' })).slice(0, 12)}\xc0\x0c\0\x01\0\x01`;
    expect(decodeDns(circle)).toEqual({ ok: false, error: 'names point in a circle' });
  });

  it('follow their length on TCP', () => {
    const framed = framedForTcp('hello');
    expect(unframedFromTcp(framed)).toBe('hello');
    expect(unframedFromTcp(framed.slice(0, -1))).toBeUndefined();
  });
});

describe('names and types', () => {
  it.each([
    ['A', 1],
    ['srv', 33],
    ['TYPE65', 65],
    ['type4711', 4711],
    ['nonsense', undefined],
    ['TYPE70000', undefined],
  ])('%s is %s', (text, number) => expect(dnsTypeNumber(text)).toBe(number));

  it('names unknown types by number', () => expect([dnsTypeName(28), dnsTypeName(4711)]).toEqual(['AAAA', 'TYPE4711']));

  it('knows what can travel and where it lies', () => {
    expect(['a.b.', '.', 'x'.repeat(63)].every(isDnsName)).toBe(true);
    expect(['a..b', 'x'.repeat(64), Array(128).fill('ab').join('.')].some(isDnsName)).toBe(false);
    expect(isInZone('Web.Default.SVC.cluster.local.', 'cluster.local')).toBe(true);
    expect(isInZone('notcluster.local.', 'cluster.local')).toBe(false);
    expect(isInZone('anything.', '.')).toBe(true);
  });

  it('turns addresses round', () => {
    expect(reverseName(address('10.200.1.206'))).toBe('206.1.200.10.in-addr.arpa.');
    for (const text of ['10.200.1.206', '0.0.0.0', 'fc00:f853:ccd:e793::2'])
      expect(reversedAddress(reverseName(address(text)))).toEqual(address(text));
    for (const name of ['1.200.10.in-addr.arpa.', '300.1.1.1.in-addr.arpa.', '1.ip6.arpa.', 'example.com.'])
      expect(reversedAddress(name)).toBeUndefined();
  });

  it('prints data as in a zone file', () => {
    expect(dnsRecordData({ name: 'a.', ttl: 1, type: 'SRV', priority: 0, weight: 100, port: 9000, target: 'b.' })).toBe('0 100 9000 b.');
    expect(dnsRecordData({ name: 'a.', ttl: 1, type: 'TXT', texts: ['1.1.0', 'say "x"'] })).toBe('"1.1.0" "say \\"x\\""');
  });
});
