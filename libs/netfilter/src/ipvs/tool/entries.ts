import { parseIpv4, SCTP, TCP, UDP } from '@svclab/wire';
import { portNumber } from '../../iptables/names.js';
import { IpvsError } from '../error.js';
import {
  SCHEDULER_NAMES,
  type Destination,
  type Endpoint,
  type ForwardingMethod,
  type SchedulerName,
  type ServiceIdentity,
  type VirtualService,
} from '../types.js';
import { IpvsadmExit, type IpvsadmCommand, type OptionUse } from './command-line.js';

const WHOLE_MASK = 0xffffffff;
const MOST_SECONDS = 86_400 * 31;
const DEFAULT_PERSISTENT_SECONDS = 300;
const DEFAULT_SCHEDULER = 'wlc';

const METHODS: { readonly [word: string]: ForwardingMethod } = {
  m: 'Masq',
  masquerading: 'Masq',
  g: 'Route',
  gatewaying: 'Route',
  i: 'Tunnel',
  ipip: 'Tunnel',
};

/** `flag-1` … and what the source-hashing scheduler calls them. */
const SCHEDULER_FLAGS: { readonly [word: string]: string } = {
  'flag-1': 'flag-1',
  'flag-2': 'flag-2',
  'flag-3': 'flag-3',
  'sh-fallback': 'flag-1',
  'sh-port': 'flag-2',
};

/** What the options of one command line describe. */
export interface Entries {
  readonly service: ServiceIdentity | undefined;
  /** Everything that `-A` and `-E` say of it. */
  readonly description: Pick<VirtualService, 'persistentSeconds' | 'netmask' | 'onePacket' | 'schedulerFlags'> & {
    readonly scheduler: string;
  };
  readonly destination: Destination | undefined;
}

/** Reads options in the order they stand in. Throws {@link IpvsadmExit}. */
export function readEntries(options: readonly OptionUse[]): Entries {
  let service: ServiceIdentity | undefined;
  let real: Endpoint | undefined;
  let scheduler = DEFAULT_SCHEDULER;
  let persistentSeconds: number | undefined;
  let netmask = WHOLE_MASK;
  let method: ForwardingMethod = 'Route';
  let weight = 1;
  let upper = 0;
  let lower = 0;
  let schedulerFlags: string[] | undefined;
  for (const { option, word, value = '' } of options) {
    if (option === 'service') service = parseServiceAddress(word, value);
    else if (option === 's') scheduler = value.slice(0, 16);
    else if (option === 'p') persistentSeconds = value === '' ? DEFAULT_PERSISTENT_SECONDS : parseSeconds(value, 1);
    else if (option === 'M') netmask = parseNetmask(value);
    else if (option === 'r') real = parseRealServer(value, service?.port ?? 0);
    else if (option === 'forward') method = METHODS[word]!;
    else if (option === 'w') weight = parseNumber(value, 65_535, 'illegal weight specified');
    else if (option === 'x') upper = parseNumber(value, 0x7fffffff, 'illegal u_threshold specified');
    else if (option === 'y') lower = parseNumber(value, 0x7fffffff, 'illegal l_threshold specified');
    else if (option === 'b') schedulerFlags = parseSchedulerFlags(value, scheduler);
  }
  return {
    service,
    description: {
      scheduler,
      netmask,
      ...(persistentSeconds !== undefined && { persistentSeconds }),
      ...(options.some(({ option }) => option === 'o') && { onePacket: true as const }),
      ...(schedulerFlags && { schedulerFlags }),
    },
    destination: real && { ...real, method, weight, upper, lower },
  };
}

/** What `-A` and `-E` hand to the kernel. Throws {@link IpvsadmExit}, and {@link IpvsError} as the kernel does. */
export function serviceToPut({ service, description }: Entries): Omit<VirtualService, 'destinations'> {
  const { fwmark, port, protocol } = service!;
  if (fwmark === undefined && port === 0 && description.persistentSeconds === undefined) {
    throw IpvsadmExit.fail('Zero port specified for non-persistent service');
  }
  if (description.onePacket && fwmark === undefined && protocol !== UDP) {
    throw IpvsadmExit.fail('One-Packet Scheduling is only for UDP virtual services');
  }
  const scheduler = SCHEDULER_NAMES.find((name) => name === description.scheduler);
  if (!scheduler) throw new IpvsError('Scheduler or persistence engine not found');
  return { ...service!, ...description, scheduler: scheduler satisfies SchedulerName };
}

/** What `-a` and `-e` hand to the kernel. Throws {@link IpvsError}. */
export function destinationToPut({ service, destination }: Entries): Destination {
  const { upper, lower, method } = destination!;
  if (upper < lower) throw new IpvsError('Numerical result out of range');
  // With direct routing and tunnels the packet keeps the service's port.
  return service!.fwmark === undefined && method !== 'Masq' ? { ...destination!, port: service!.port } : destination!;
}

/** Of `--set`. Throws {@link IpvsadmExit}. */
export function parseTimeouts([tcp, tcpFin, udp]: readonly string[]): { tcp: number; tcpFin: number; udp: number } {
  if (tcp === undefined || tcpFin === undefined || udp === undefined) throw IpvsadmExit.fail('--set option requires 3 timeout values');
  return { tcp: parseSeconds(tcp, 0), tcpFin: parseSeconds(tcpFin, 0), udp: parseSeconds(udp, 0) };
}

/** Words that a command leaves over. */
export function checkNothingLeft(command: IpvsadmCommand, rest: readonly string[]): void {
  const [stray] = command === 'set' ? rest.slice(3) : rest;
  if (stray !== undefined) throw IpvsadmExit.fail(`unexpected argument ${stray}`);
}

function parseServiceAddress(word: string, text: string): ServiceIdentity {
  if (word.startsWith('f')) return { protocol: TCP, address: 0, port: 0, fwmark: parseFwmark(text) };
  const protocol = word.startsWith('t') ? TCP : word.startsWith('u') ? UDP : SCTP;
  const at = parseEndpoint(text, 0);
  if (!at) throw IpvsadmExit.fail('illegal virtual server address[:port] specified');
  return { protocol, ...at };
}

function parseRealServer(text: string, servicePort: number): Endpoint {
  const at = parseEndpoint(text, servicePort);
  if (!at) throw IpvsadmExit.fail('illegal real server address[:port] specified');
  return at;
}

// Simplification: addresses are IPv4 and are not looked up by name.
function parseEndpoint(text: string, defaultPort: number): Endpoint | undefined {
  const colon = text.lastIndexOf(':');
  const address = parseIpv4(colon < 0 ? text : text.slice(0, colon));
  if (address === undefined) return undefined;
  const port = colon < 0 ? defaultPort : portNumber(text.slice(colon + 1));
  return port === undefined ? undefined : { address, port };
}

function parseFwmark(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > 0xffffffff)
    throw IpvsadmExit.fail(`invalid fwmark value \`${text}' specified`);
  return Number(text);
}

function parseNetmask(text: string): number {
  const mask = parseIpv4(text);
  if (mask === undefined) throw IpvsadmExit.fail('illegal virtual server persistent mask specified');
  return mask;
}

function parseNumber(text: string, most: number, complaint: string): number {
  if (!/^\d+$/.test(text) || Number(text) > most) throw IpvsadmExit.fail(complaint);
  return Number(text);
}

const parseSeconds = (text: string, least: number): number => {
  if (!/^\d+$/.test(text) || Number(text) < least || Number(text) > MOST_SECONDS) {
    throw IpvsadmExit.fail(`invalid timeout value \`${text}' specified`);
  }
  return Number(text);
};

function parseSchedulerFlags(text: string, scheduler: string): string[] {
  const flags = text.split(',').map((word) => {
    const flag = Object.hasOwn(SCHEDULER_FLAGS, word) ? SCHEDULER_FLAGS[word] : undefined;
    if (flag === undefined) throw IpvsadmExit.fail(`invalid scheduler flag \`${word}'`);
    if (word.startsWith('sh-') && scheduler !== 'sh') throw IpvsadmExit.fail(`incompatible scheduler flag \`${word}'`);
    return flag;
  });
  return [...new Set(flags)].toSorted();
}
