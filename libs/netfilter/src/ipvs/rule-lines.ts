import { formatAddress, SCTP, TCP, UDP } from '@svclab/wire';
import { portName } from '../iptables/names.js';
import { compareDestinations } from './order.js';
import type { Endpoint, VirtualService } from './types.js';

const SERVICE_OPTIONS: { readonly [protocol: number]: string } = { [TCP]: '-t', [UDP]: '-u', [SCTP]: '--sctp-service' };
const METHOD_OPTIONS = { Masq: '-m', Route: '-g', Tunnel: '-i' } as const;
const WHOLE_MASK = 0xffffffff;

/** Of `sh` the flags have names of their own. */
const SH_FLAGS: { readonly [flag: string]: string } = { 'flag-1': 'sh-fallback', 'flag-2': 'sh-port' };

export const schedulerFlagText = (scheduler: string, flags: readonly string[]): string =>
  flags.map((flag) => (scheduler === 'sh' ? (SH_FLAGS[flag] ?? flag) : flag)).join(',');

/** A virtual service as `ipvsadm -S` writes it for `ipvsadm -R`: a line for itself, and one for each real server. */
export function ruleLines(service: Readonly<VirtualService>, numeric = true): string[] {
  const { protocol, fwmark, scheduler, persistentSeconds, netmask, onePacket, schedulerFlags = [] } = service;
  const place = ({ address, port }: Endpoint): string => `${formatAddress(address)}:${numeric ? port : portName(port)}`;
  const name = fwmark === undefined ? `${SERVICE_OPTIONS[protocol]} ${place(service)}` : `-f ${fwmark}`;
  const mask = netmask === WHOLE_MASK ? '' : ` -M ${formatAddress(netmask)}`;
  const persistence = persistentSeconds === undefined ? '' : ` -p ${persistentSeconds}${mask}`;
  const flags = schedulerFlags.length ? ` -b ${schedulerFlagText(scheduler, schedulerFlags)}` : '';
  return [
    `-A ${name} -s ${scheduler}${persistence}${onePacket ? ' -o' : ''}${flags}`,
    ...service.destinations
      .toSorted(compareDestinations)
      .map((server) => `-a ${name} -r ${place(server)} ${METHOD_OPTIONS[server.method]} -w ${server.weight}`),
  ];
}
