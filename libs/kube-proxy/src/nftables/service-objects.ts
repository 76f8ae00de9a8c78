import { address, inPrefix, parsePrefix } from '@svclab/wire';
import type { CategorizedEndpoints } from '../categorize-endpoints.js';
import type { Endpoint } from '../endpoint.js';
import type { LocalTraffic } from '../local-detector.js';
import {
  formatServicePortName,
  isExternallyAccessible,
  usesClusterEndpoints,
  usesLocalEndpoints,
  type ServicePort,
} from '../service-port.js';
import {
  CLUSTER_IPS,
  FIREWALL_IPS,
  MARK_CHAIN,
  NO_ENDPOINT_NODE_PORTS,
  NO_ENDPOINT_SERVICES,
  REJECT_CHAIN,
  SERVICE_IPS,
  SERVICE_NODE_PORTS,
} from './base-chains.js';
import { endpointNames, serviceChains, type ServiceChains } from './chain-names.js';
import { FAMILY_WORDS, type NftablesOptions } from './options.js';
import type { NftElement, Transaction } from './transaction.js';

/** What the objects of all service ports on one node depend on besides the service port itself. */
export interface ServiceContext {
  readonly options: NftablesOptions;
  readonly nodeIP: string;
  readonly localTraffic: LocalTraffic | undefined;
}

/** What one service port needs in the kernel, whether or not it is written anew. */
export interface ServiceObjects {
  readonly port: ServicePort;
  /** Its chains, in the order in which they are made. */
  readonly chains: readonly string[];
  readonly affinitySets: readonly string[];
  /** Elements of the sets and maps that all Services share, by container. */
  readonly elements: readonly (readonly [container: string, element: NftElement])[];
  readonly noLocalInternal: boolean;
  readonly noLocalExternal: boolean;
}

/** Everything that the steps below share; computed once per service port. */
interface Terms {
  readonly context: ServiceContext;
  readonly port: ServicePort;
  readonly endpoints: CategorizedEndpoints;
  readonly chains: ServiceChains;
  readonly text: string;
  readonly protocol: string;
  /** `ip` or `ip6`. */
  readonly ip: string;
  readonly hasAffinity: boolean;
  readonly internalChain: string;
  readonly externalEndChain: string;
  readonly usesClusterChain: boolean;
  readonly usesLocalChain: boolean;
  readonly usesExternalChain: boolean;
  readonly usesFirewallChain: boolean;
  /** The verdict for packets that find no endpoint; `undefined` when some endpoint takes them. */
  readonly internalRefusal: string | undefined;
  readonly externalRefusal: string | undefined;
}

function termsOf(context: ServiceContext, port: ServicePort, endpoints: CategorizedEndpoints): Terms {
  const { hasAnyEndpoints, cluster, local } = endpoints;
  const chains = serviceChains(port.name);
  const refusal = (policyLocal: boolean): string | undefined => {
    if (!hasAnyEndpoints) return `goto ${REJECT_CHAIN}`;
    return policyLocal && local.length === 0 ? 'drop' : undefined;
  };
  return {
    context,
    port,
    endpoints,
    chains,
    text: formatServicePortName(port.name),
    protocol: port.name.protocol.toLowerCase(),
    ip: FAMILY_WORDS[context.options.family].ip,
    hasAffinity: port.affinityTimeoutSeconds !== undefined,
    internalChain: port.internalPolicyLocal ? chains.localPolicy : chains.clusterPolicy,
    externalEndChain: port.externalPolicyLocal ? chains.localPolicy : chains.clusterPolicy,
    usesClusterChain: cluster.length > 0 && usesClusterEndpoints(port),
    usesLocalChain: local.length > 0 && usesLocalEndpoints(port),
    usesExternalChain: hasAnyEndpoints && isExternallyAccessible(port),
    usesFirewallChain: port.loadBalancerVIPs.length > 0 && port.loadBalancerSourceRanges.length > 0,
    internalRefusal: refusal(port.internalPolicyLocal),
    externalRefusal: refusal(port.externalPolicyLocal),
  };
}

/** What a service port needs, as syncProxyRules of pkg/proxy/nftables/proxier.go decides it. */
export function serviceObjects(context: ServiceContext, port: ServicePort, endpoints: CategorizedEndpoints): ServiceObjects {
  const terms = termsOf(context, port, endpoints);
  const { chains, usesClusterChain, usesLocalChain, usesExternalChain, usesFirewallChain } = terms;
  const lacksLocal = endpoints.hasAnyEndpoints && endpoints.local.length === 0;
  return {
    port,
    chains: [
      ...endpoints.allReachable.map((endpoint) => endpointNames(port.name, endpoint).chain),
      ...(usesClusterChain ? [chains.clusterPolicy] : []),
      ...(usesLocalChain ? [chains.localPolicy] : []),
      ...(usesExternalChain ? [chains.external] : []),
      ...(usesFirewallChain ? [chains.firewall] : []),
    ],
    affinitySets: terms.hasAffinity ? endpoints.allReachable.map((endpoint) => endpointNames(port.name, endpoint).affinitySet) : [],
    elements: elementsOf(terms),
    noLocalInternal: port.internalPolicyLocal && lacksLocal,
    noLocalExternal: port.externalPolicyLocal && lacksLocal,
  };
}

type ContainedElement = readonly [container: string, element: NftElement];

function elementsOf(terms: Terms): ContainedElement[] {
  const { port, protocol, text, internalChain, internalRefusal } = terms;
  const clusterKey = `${port.clusterIP} . ${protocol} . ${port.port}`;
  return [
    [CLUSTER_IPS, { key: port.clusterIP }],
    internalRefusal === undefined
      ? [SERVICE_IPS, { key: clusterKey, value: `goto ${internalChain}` }]
      : [NO_ENDPOINT_SERVICES, { key: clusterKey, value: internalRefusal, comment: text }],
    ...port.externalIPs.flatMap((ip) => externalElements(terms, SERVICE_IPS, NO_ENDPOINT_SERVICES, `${ip} . ${protocol} . ${port.port}`)),
    ...port.loadBalancerVIPs.flatMap((ip) => loadBalancerElements(terms, `${ip} . ${protocol} . ${port.port}`)),
    ...(port.nodePort === 0 ? [] : externalElements(terms, SERVICE_NODE_PORTS, NO_ENDPOINT_NODE_PORTS, `${protocol} . ${port.nodePort}`)),
  ];
}

/** Some traffic may be short-cut to other endpoints though there is none for the rest: then both hold the key. */
function externalElements(terms: Terms, served: string, refused: string, key: string): ContainedElement[] {
  const { usesExternalChain, chains, externalRefusal, text } = terms;
  return [
    ...(usesExternalChain ? [[served, { key, value: `goto ${chains.external}` }] as const] : []),
    ...(externalRefusal === undefined ? [] : [[refused, { key, value: externalRefusal, comment: text }] as const]),
  ];
}

function loadBalancerElements(terms: Terms, key: string): ContainedElement[] {
  const { usesFirewallChain, chains } = terms;
  const [served, ...refused] = externalElements(terms, SERVICE_IPS, NO_ENDPOINT_SERVICES, key);
  const firewall = usesFirewallChain ? [[FIREWALL_IPS, { key, value: `goto ${chains.firewall}` }] as const] : [];
  return served ? [served, ...firewall, ...refused] : firewall;
}

/** Writes the chains, sets and rules of a service port: at a full sync, or when it has changed. */
export function writeServiceRules(
  transaction: Transaction,
  context: ServiceContext,
  port: ServicePort,
  endpoints: CategorizedEndpoints,
): void {
  const terms = termsOf(context, port, endpoints);
  for (const chain of serviceObjects(context, port, endpoints).chains) {
    transaction.addChain(chain);
    transaction.flushChain(chain);
  }
  writeFirewall(transaction, terms);
  writeInternalMasquerading(transaction, terms);
  writeExternalChain(transaction, terms);
  writeAffinitySets(transaction, terms);
  if (terms.usesClusterChain) writeBalancing(transaction, terms, terms.chains.clusterPolicy, endpoints.cluster);
  if (terms.usesLocalChain) writeBalancing(transaction, terms, terms.chains.localPolicy, endpoints.local);
  for (const endpoint of endpoints.allReachable) writeEndpoint(transaction, terms, endpoint);
}

/** Where the load balancer's address is also the node's, the node's own packets carry it as their source. */
function writeFirewall(transaction: Transaction, { usesFirewallChain, port, context, chains, ip }: Terms): void {
  if (!usesFirewallChain) return;
  const ranges = port.loadBalancerSourceRanges;
  const allowsNode = context.nodeIP !== '' && ranges.some((range) => contains(range, context.nodeIP));
  const sources = [...ranges, ...(allowsNode ? port.loadBalancerVIPs : [])];
  transaction.addRule(chains.firewall, `${ip} saddr != { ${sources.join(' , ')} } drop`);
}

function contains(range: string, ip: string): boolean {
  const prefix = parsePrefix(range);
  return prefix.ok && inPrefix(address(ip), prefix.value);
}

function writeInternalMasquerading(transaction: Transaction, terms: Terms): void {
  const { internalRefusal, internalChain, port, protocol, context, ip } = terms;
  const { masqueradeAll } = context.options;
  if (internalRefusal !== undefined || (!masqueradeAll && !context.localTraffic)) return;
  const source = masqueradeAll ? '' : `${localTrafficMatch(context.localTraffic!, ip, '!=')} `;
  transaction.addRule(internalChain, `${ip} daddr ${port.clusterIP} ${protocol} dport ${port.port} ${source}jump ${MARK_CHAIN}`);
}

function writeExternalChain(transaction: Transaction, terms: Terms): void {
  const { usesExternalChain, port, chains, context, ip, externalRefusal, externalEndChain } = terms;
  if (!usesExternalChain) return;
  if (!port.externalPolicyLocal) transaction.addRule(chains.external, `jump ${MARK_CHAIN}`);
  else {
    if (context.localTraffic) {
      const local = localTrafficMatch(context.localTraffic, ip);
      transaction.addRule(chains.external, `${local} goto ${chains.clusterPolicy}`, 'short-circuit pod traffic');
    }
    transaction.addRule(chains.external, `fib saddr type local jump ${MARK_CHAIN}`, 'masquerade local traffic');
    transaction.addRule(chains.external, `fib saddr type local goto ${chains.clusterPolicy}`, 'short-circuit local traffic');
  }
  if (externalRefusal === undefined) transaction.addRule(chains.external, `goto ${externalEndChain}`);
}

function writeAffinitySets(transaction: Transaction, { port, endpoints, context }: Terms): void {
  const { affinityTimeoutSeconds: timeoutSeconds } = port;
  if (timeoutSeconds === undefined) return;
  const type = FAMILY_WORDS[context.options.family].addressType;
  for (const endpoint of endpoints.allReachable) {
    const { affinitySet } = endpointNames(port.name, endpoint);
    transaction.addSet('set', affinitySet, { type, flags: ['dynamic', 'timeout'], timeoutSeconds });
  }
}

function writeBalancing(transaction: Transaction, { port, hasAffinity, ip }: Terms, chain: string, endpoints: readonly Endpoint[]): void {
  const names = endpoints.map((endpoint) => endpointNames(port.name, endpoint));
  if (hasAffinity) for (const endpoint of names) transaction.addRule(chain, `${ip} saddr @${endpoint.affinitySet} goto ${endpoint.chain}`);
  const branches = names.map((endpoint, i) => `${i} : goto ${endpoint.chain}`);
  transaction.addRule(chain, `numgen random mod ${names.length} vmap { ${branches.join(' , ')} }`);
}

function writeEndpoint(transaction: Transaction, { port, hasAffinity, protocol, ip }: Terms, endpoint: Endpoint): void {
  const { chain, affinitySet } = endpointNames(port.name, endpoint);
  transaction.addRule(chain, `${ip} saddr ${endpoint.address} jump ${MARK_CHAIN}`);
  if (hasAffinity) transaction.addRule(chain, `update @${affinitySet} { ${ip} saddr }`);
  transaction.addRule(chain, `meta l4proto ${protocol} dnat to ${endpoint.text}`);
}

/** Matches packets of local pods, or with `!=` those of others. */
function localTrafficMatch({ by, value }: LocalTraffic, ip: string, operator: '' | '!=' = ''): string {
  const sign = operator === '' ? '' : `${operator} `;
  if (by === 'source') return `${ip} saddr ${sign}${value}`;
  return `iif ${sign}${value}${by === 'interfaces' ? '*' : ''}`;
}
