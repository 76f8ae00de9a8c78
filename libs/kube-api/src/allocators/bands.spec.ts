import { Prng } from '@svclab/sim';
import { formatAddress, parseIpv4 } from '@svclab/wire';
import vectors from '../testdata/service-api.json' with { type: 'json' };
import { allocateNext, nodePortBands, serviceAddressBands } from './bands.js';

const address = (text: string): number => parseIpv4(text)!;

describe('bands', () => {
  it.each(vectors.clusterIPBands)('of $cidr', ({ cidr, usable, offset, apiserverIP, dnsIP, staticBand, dynamicBand }) => {
    const [network, length] = cidr.split('/');
    const bands = serviceAddressBands(address(network!), Number(length));
    expect({ usable: bands.size, offset: bands.offset }).toEqual({ usable, offset });
    expect([formatAddress(bands.first), formatAddress(bands.first + 9)]).toEqual([apiserverIP, dnsIP]);
    if (staticBand) expect(formatAddress(bands.first + offset - 1)).toBe(staticBand[1]);
    expect([formatAddress(bands.first + offset), formatAddress(bands.first + bands.size - 1)]).toEqual(dynamicBand);
  });

  it.each(vectors.nodePortBands)('of ports $range', ({ range, size, offset, dynamicBand }) => {
    const [first, last] = range.split('-').map(Number);
    const bands = nodePortBands(first!, last!);
    expect(bands).toEqual({ first, size, offset });
    expect([first! + bands.offset, last]).toEqual(dynamicBand);
  });
});

describe('allocateNext', () => {
  it('scans onwards from where chance starts, once around its band, and only then below', () => {
    const bands = { first: 100, size: 10, offset: 4 };
    const taken = new Set([104, 105, 106, 107, 109]);
    const draw = (): number | undefined => allocateNext(bands, (value) => taken.has(value), Prng.derive(1, 'test', 1));
    expect(draw()).toBe(108);
    taken.add(108);
    expect(draw()).toBeLessThan(104);
    for (let value = 100; value < 104; value++) taken.add(value);
    expect(draw()).toBeUndefined();
  });
});
