import type { Destination, VirtualService } from './types.js';

/** libipvs subtracts addresses as 32-bit numbers with a sign, so 172.18.0.2 comes before 10.200.1.1 (`ipvs_cmp_services`). */
const compareAddresses = (a: number, b: number): number => (a - b) | 0;

export const compareServices = (a: VirtualService, b: VirtualService): number =>
  (a.fwmark ?? 0) - (b.fwmark ?? 0) || a.protocol - b.protocol || compareAddresses(a.address, b.address) || a.port - b.port;

export const compareDestinations = (a: Destination, b: Destination): number => compareAddresses(a.address, b.address) || a.port - b.port;
