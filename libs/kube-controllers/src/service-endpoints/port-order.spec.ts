import { readFileSync } from 'node:fs';
import { inSliceOrder, inSubsetOrder } from './port-order.js';

interface Case {
  readonly id: string;
  readonly servicePortsInOrder: readonly (readonly [string, string, number])[];
  readonly slicePortOrder: readonly string[];
  readonly endpointsPortOrder: readonly string[];
}

const { cases }: { cases: Case[] } = JSON.parse(readFileSync(new URL('../testdata/endpoint-port-order.json', import.meta.url), 'utf8'));

describe('port order', () => {
  it.each(cases)('$id', ({ servicePortsInOrder, slicePortOrder, endpointsPortOrder }) => {
    const ports = servicePortsInOrder.map(([name, protocol, port]) => ({ name, protocol, port }));
    expect(inSliceOrder(ports).map(({ name }) => name)).toEqual(slicePortOrder);
    expect(inSubsetOrder(ports).map(({ name }) => name)).toEqual(endpointsPortOrder);
  });
});
