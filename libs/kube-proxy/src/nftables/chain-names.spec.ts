import { readFileSync } from 'node:fs';
import { endpointNames, serviceChains } from './chain-names.js';

interface Named {
  readonly namespace: string;
  readonly service: string;
  readonly protocol: string;
  readonly portName: string;
  readonly endpoint: string;
  readonly serviceChain: string;
  readonly endpointChain: string;
  readonly affinitySet: string;
}

const NAMED = JSON.parse(readFileSync(new URL('testdata/names.json', import.meta.url), 'utf8')) as Named[];

describe('names of nftables chains', () => {
  it.each(NAMED)('$serviceChain', ({ namespace, service, protocol, portName, endpoint, serviceChain, endpointChain, affinitySet }) => {
    const name = { namespace, service, port: portName, protocol: protocol.toUpperCase() as 'TCP' };
    const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(endpoint)!;
    expect(serviceChains(name).clusterPolicy).toBe(serviceChain);
    expect(endpointNames(name, { address: address!, port: Number(port) })).toEqual({ chain: endpointChain, affinitySet });
  });

  it('cuts what is too long, and the hash tells it apart', () => {
    const name = { namespace: 'n'.repeat(63), service: 's'.repeat(63), port: 'p'.repeat(63), protocol: 'SCTP' as const };
    const endpoint = { address: '1111:2222:3333:4444:5555:6666:7777:8888', port: 65_535 };
    const { chain } = endpointNames(name, endpoint);
    expect(chain).toHaveLength('endpoint-'.length + 240);
    expect(chain.endsWith('...')).toBe(true);
    expect(endpointNames(name, { ...endpoint, port: 65_534 }).chain).not.toBe(chain);
  });
});
