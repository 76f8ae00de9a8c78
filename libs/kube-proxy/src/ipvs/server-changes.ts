import type { Prng } from '@svclab/sim';
import type { ServiceProtocol } from '../service-port.js';
import type { RealServer, VirtualServer } from './kernel-state.js';
import { serverName, type WantedServer } from './wanted-services.js';

/** What `ipvsadm -R` is to do, and which real servers are on their way out. */
export interface ServerChanges {
  readonly lines: readonly string[];
  /** `TCP 10.200.1.1:80/10.10.1.2:80` of each that has got weight 0 and waits for its connections to end. */
  readonly terminating: readonly string[];
}

const SERVICE_OPTIONS: { readonly [protocol in ServiceProtocol]: string } = { TCP: '-t', UDP: '-u', SCTP: '--sctp-service' };

/** Only TCP has connections that end by themselves (IsRsGracefulTerminationNeeded). */
const endsByItself = (service: string): boolean => service.startsWith('TCP ');

const place = (name: string): string => {
  const [protocol, at] = name.split(' ') as [ServiceProtocol, string];
  return `${SERVICE_OPTIONS[protocol]} ${at}`;
};

export const terminationKey = (service: string, server: string): string => `${service}/${server}`;

/** What one sync knows. */
export interface ServerSync {
  readonly scheduler: string;
  /** The first sync since kube-proxy started: weights that an earlier one left behind are put right. */
  readonly initial: boolean;
  readonly terminating: ReadonlySet<string>;
  /** Go walks a set: new real servers come in any order, which is that of their turns. */
  readonly chance: Prng;
}

/** syncService and syncEndpoint of pkg/proxy/ipvs/proxier.go for one virtual service. */
export function serverChanges(wanted: WantedServer, present: VirtualServer | undefined, sync: ServerSync): ServerChanges {
  const name = serverName(wanted);
  const at = place(name);
  const lines: string[] = [];
  const terminating: string[] = [];
  const isAsWanted = present?.scheduler === sync.scheduler && present.persistentSeconds === wanted.persistentSeconds;
  if (!isAsWanted) {
    const persistence = wanted.persistentSeconds === 0 ? '' : ` -p ${wanted.persistentSeconds}`;
    lines.push(`${present ? '-E' : '-A'} ${at} -s ${sync.scheduler}${persistence}`);
  }
  const known = new Map(present?.realServers.map((server) => [server.name, server]));
  for (const endpoint of shuffled([...wanted.endpoints], sync.chance)) {
    const server = known.get(endpoint);
    const isTerminating = sync.terminating.has(terminationKey(name, endpoint));
    if (server && sync.initial && server.weight !== 1) lines.push(`-e ${at} -r ${endpoint} -m -w 1`);
    if (server && !isTerminating) continue;
    if (server) lines.push(`-d ${at} -r ${endpoint}`);
    lines.push(`-a ${at} -r ${endpoint} -m -w 1`);
  }
  for (const server of present?.realServers ?? []) {
    if (wanted.endpoints.includes(server.name)) continue;
    const key = terminationKey(name, server.name);
    if (sync.terminating.has(key)) terminating.push(key);
    else if (mayGo(name, server)) lines.push(`-d ${at} -r ${server.name}`);
    else {
      lines.push(`-e ${at} -r ${server.name} -m -w 0`);
      terminating.push(key);
    }
  }
  return { lines, terminating };
}

/** What is left of real servers on their way out: tryDeleteRs of pkg/proxy/ipvs/graceful_termination.go. */
export function terminationChanges(terminating: readonly string[], present: ReadonlyMap<string, VirtualServer>): ServerChanges {
  const lines: string[] = [];
  const left: string[] = [];
  for (const key of terminating) {
    const slash = key.lastIndexOf('/');
    const [service, name] = [key.slice(0, slash), key.slice(slash + 1)];
    const server = present.get(service)?.realServers.find((each) => each.name === name);
    if (!server) continue;
    if (mayGo(service, server)) lines.push(`-d ${place(service)} -r ${name}`);
    else left.push(key);
  }
  return { lines, terminating: left };
}

/** cleanLegacyService. */
export const deletionLine = (service: string): string => `-D ${place(service)}`;

const mayGo = (service: string, { connections }: RealServer): boolean => !endsByItself(service) || connections === 0;

function shuffled<T>(items: T[], chance: Prng): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = chance.below(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
