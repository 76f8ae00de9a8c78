import { base32Hash } from '../base32-hash.js';
import type { Endpoint } from '../endpoint.js';
import type { ServicePortName } from '../service-port.js';

/** Longest name that nftables takes, less the longest prefix: `NameLengthMax` − `chainNamePrefixLengthMax`. */
const MOST_CHARACTERS = 240;

/** The chains of one service port; they share one hash (pkg/proxy/nftables/proxier.go). */
export interface ServiceChains {
  /** Balances over cluster endpoints. */
  readonly clusterPolicy: string;
  /** Balances over endpoints of this node. */
  readonly localPolicy: string;
  /** Entry for external destinations. */
  readonly external: string;
  /** Filters by loadBalancerSourceRanges. */
  readonly firewall: string;
}

export function serviceChains(name: ServicePortName): ServiceChains {
  const base = hashedName(textOf(name));
  return { clusterPolicy: `service-${base}`, localPolicy: `local-${base}`, external: `external-${base}`, firewall: `firewall-${base}` };
}

/** What belongs to one endpoint of a service port. */
export interface EndpointNames {
  readonly chain: string;
  /** The set of clients that stay with it. */
  readonly affinitySet: string;
}

export function endpointNames(name: ServicePortName, { address, port }: Pick<Endpoint, 'address' | 'port'>): EndpointNames {
  // Names of nftables hold no colons.
  const base = hashedName(`${textOf(name)}__${address.replaceAll(':', '.')}/${port}`);
  return { chain: `endpoint-${base}`, affinitySet: `affinity-${base}` };
}

/** No chain that every node has contains a slash. */
export const isServiceChain = (chain: string): boolean => chain.includes('/');

export const isAffinitySet = (set: string): boolean => set.startsWith('affinity-');

const textOf = ({ namespace, service, protocol, port }: ServicePortName): string =>
  `${namespace}/${service}/${protocol.toLowerCase()}/${port}`;

/** The hash tells names apart that look alike, or that had to be cut. */
function hashedName(text: string): string {
  const name = `${base32Hash(text, 8)}-${text}`;
  return name.length > MOST_CHARACTERS ? `${name.slice(0, MOST_CHARACTERS - 3)}...` : name;
}
