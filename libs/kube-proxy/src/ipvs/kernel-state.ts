import type { NodeTools } from '../node-tools.js';

/** The dummy interface that has the addresses of services. */
export const DUMMY_DEVICE = 'kube-ipvs0';

/** A real server as the kernel has it. */
export interface RealServer {
  /** `10.10.1.2:80`. */
  readonly name: string;
  readonly weight: number;
  /** Active and inactive ones. */
  readonly connections: number;
}

/** A virtual service as the kernel has it. */
export interface VirtualServer {
  /** `TCP 10.200.1.1:443`. */
  readonly name: string;
  readonly scheduler: string;
  /** 0 without persistence. */
  readonly persistentSeconds: number;
  readonly realServers: readonly RealServer[];
}

/** Virtual services by name, read off `ipvsadm -Ln`. */
// Simplification: kube-proxy speaks netlink with IPVS; here it reads and writes the text of ipvsadm, which carries the same.
export function readVirtualServers(tools: NodeTools): ReadonlyMap<string, VirtualServer> {
  const servers = new Map<string, VirtualServer & { readonly realServers: RealServer[] }>();
  let current: RealServer[] = [];
  for (const line of tools.run(['ipvsadm', '-L', '-n']).stdout.split('\n')) {
    const service = /^(TCP|UDP|SCTP) +(\S+) (\S+)(?:.* persistent (\d+))?/.exec(line);
    const real = /^ {2}-> (\d\S*) +\S+ +(\d+) +(\d+) +(\d+)/.exec(line);
    if (service) {
      const [, protocol, place, scheduler, seconds] = service;
      const name = `${protocol} ${place}`;
      current = [];
      servers.set(name, { name, scheduler: scheduler!, persistentSeconds: Number(seconds ?? 0), realServers: current });
    } else if (real) {
      const [, name, weight, active, inactive] = real;
      current.push({ name: name!, weight: Number(weight), connections: Number(active) + Number(inactive) });
    }
  }
  return servers;
}

/** Elements of sets by name, read off `ipset save`. */
export function readSets(tools: NodeTools): ReadonlyMap<string, ReadonlySet<string>> {
  const sets = new Map<string, Set<string>>();
  for (const line of tools.run(['ipset', 'save']).stdout.split('\n')) {
    const [command, name, element] = line.split(' ');
    if (command === 'create') sets.set(name!, new Set());
    else if (command === 'add') sets.get(name!)?.add(element!);
  }
  return sets;
}

/** Addresses of a node: those of services, and all others but the loopback's. */
export interface NodeAddresses {
  readonly bound: ReadonlySet<string>;
  readonly own: readonly string[];
}

export function readAddresses(tools: NodeTools): NodeAddresses {
  const bound = new Set<string>();
  const own: string[] = [];
  const { stdout } = tools.run(['ip', '-o', '-4', 'addr', 'show']);
  for (const [, device, text] of stdout.matchAll(/^\d+: (\S+) +inet ([^/\s]+)/gm)) {
    if (device === DUMMY_DEVICE) bound.add(text!);
    else if (!text!.startsWith('127.')) own.push(text!);
  }
  return { bound, own };
}
