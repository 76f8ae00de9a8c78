import { formatAddress, SCTP, TCP, UDP } from '@svclab/wire';
import type { Endpoint, ServiceIdentity } from './types.js';

/** As `/proc/net/ip_vs` and ipvsadm write them. */
const PROTOCOL_NAMES: { readonly [protocol: number]: string } = { [TCP]: 'TCP', [UDP]: 'UDP', [SCTP]: 'SCTP' };

export const protocolName = (protocol: number): string => PROTOCOL_NAMES[protocol] ?? 'IP';

/** `10.10.1.2:80`. */
export const endpointName = ({ address, port }: Endpoint): string => `${formatAddress(address)}:${port}`;

/** `TCP 10.200.1.1:443`, `FWM 5`: names a virtual service within a namespace. */
export const serviceName = (service: ServiceIdentity): string =>
  service.fwmark === undefined ? `${protocolName(service.protocol)} ${endpointName(service)}` : `FWM ${service.fwmark}`;
