import { readFileSync } from 'node:fs';
import type { ServiceProtocol } from '../service-port.js';
import { endpointChain, isServiceChain, serviceChains } from './chain-names.js';

interface Vector {
  readonly prefix: string;
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  readonly protocol: ServiceProtocol;
  readonly endpoint?: string;
  readonly chain: string;
}

const vectors: Vector[] = JSON.parse(readFileSync(new URL('../testdata/chain-names.json', import.meta.url), 'utf8'));

describe('chain names', () => {
  it.each(vectors)('$chain', ({ prefix, namespace, service, portName, protocol, endpoint, chain }) => {
    const name = { namespace, service, port: portName, protocol };
    const names = endpoint === undefined ? Object.values(serviceChains(name)) : [endpointChain(name, endpoint)];
    expect(names.filter((each) => each.startsWith(`${prefix}-`))).toEqual([chain]);
    expect(isServiceChain(chain)).toBe(true);
  });

  it('does not take base chains for service chains', () => {
    expect(['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-FIREWALL', 'KUBE-EXTERNAL-SERVICES'].filter(isServiceChain)).toEqual([]);
  });
});
