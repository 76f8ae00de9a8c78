import fc from 'fast-check';
import { address, formatAddress, formatPrefix, inPrefix, parseAddress, parsePrefix, sameAddress, type Prefix } from './address.js';
import { dockerMac, linkLocal } from './mac.js';

const prefix = (text: string): Prefix => {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
};

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '10.10.0.6',
    '255.255.255.255',
    '::',
    '::1',
    'fc00:f853:ccd:e793::2',
    'fe80::8cea:9eff:fe2d:4aa',
    '2001:db8:0:1:1:1:1:1',
    '1:0:0:2::3',
  ])('prints %s as it was written', (text) => expect(formatAddress(address(text))).toBe(text));

  it.each(['', '1.2.3', '1.2.3.256', '1.2.3.4.5', '01.2.3.4x', '::1::', '1:2:3', 'fe80::%eth0', ':::', '12345::'])('refuses %s', (text) =>
    expect(parseAddress(text)).toBeUndefined(),
  );

  it('round-trips every address', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(fc.property(word, (v4) => formatAddress(v4) === formatAddress(address(formatAddress(v4)))));
    fc.assert(fc.property(fc.tuple(word, word, word, word), (v6) => sameAddress(address(formatAddress(v6)), v6)));
  });

  it('knows what lies in a prefix', () => {
    expect(inPrefix(address('10.10.3.2'), prefix('10.10.0.0/16'))).toBe(true);
    expect(inPrefix(address('10.11.0.0'), prefix('10.10.0.0/16'))).toBe(false);
    expect(inPrefix(address('200.1.2.3'), prefix('0.0.0.0/0'))).toBe(true);
    expect(inPrefix(address('fc00:f853:ccd:e793::9'), prefix('fc00:f853:ccd:e793::/64'))).toBe(true);
    expect(inPrefix(address('fc00:f853:ccd:e794::9'), prefix('fc00:f853:ccd:e793::/64'))).toBe(false);
    expect(inPrefix(address('::1'), prefix('0.0.0.0/0'))).toBe(false);
    expect(formatPrefix(prefix('10.0.0.1'))).toBe('10.0.0.1/32');
    expect(parsePrefix('10.0.0.0/33').ok).toBe(false);
  });

  it("derives docker's and the kernel's addresses", () => {
    expect(dockerMac(address('172.18.0.100') as number)).toBe('02:42:ac:12:00:64');
    expect(formatAddress(linkLocal('02:42:ac:12:00:02'))).toBe('fe80::42:acff:fe12:2');
    expect(formatAddress(linkLocal('8e:ea:9e:2d:04:aa'))).toBe('fe80::8cea:9eff:fe2d:4aa');
  });
});
