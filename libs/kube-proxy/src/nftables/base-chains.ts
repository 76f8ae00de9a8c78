import { FAMILY_WORDS, type NftablesOptions } from './options.js';
import type { NftBaseChain, Transaction } from './transaction.js';

export const CLUSTER_IPS = 'cluster-ips';
export const SERVICE_IPS = 'service-ips';
export const SERVICE_NODE_PORTS = 'service-nodeports';
export const NO_ENDPOINT_SERVICES = 'no-endpoint-services';
export const NO_ENDPOINT_NODE_PORTS = 'no-endpoint-nodeports';
export const FIREWALL_IPS = 'firewall-ips';
const NODE_PORT_IPS = 'nodeport-ips';

/** What Services put their elements into, and how it is flushed. */
export const CONTAINERS: Readonly<Record<string, 'set' | 'map'>> = {
  [CLUSTER_IPS]: 'set',
  [FIREWALL_IPS]: 'map',
  [NO_ENDPOINT_SERVICES]: 'map',
  [NO_ENDPOINT_NODE_PORTS]: 'map',
  [SERVICE_IPS]: 'map',
  [SERVICE_NODE_PORTS]: 'map',
};

export const MARK_CHAIN = 'mark-for-masquerade';
export const REJECT_CHAIN = 'reject-chain';
const SERVICES_CHAIN = 'services';
const MASQUERADING_CHAIN = 'masquerading';
const FIREWALL_CHECK = 'firewall-check';
const SERVICE_ENDPOINTS_CHECK = 'service-endpoints-check';
const NODE_PORT_ENDPOINTS_CHECK = 'nodeport-endpoints-check';
const CLUSTER_IPS_CHECK = 'cluster-ips-check';

/** Filters see destinations as they were before translation: they come first. One more looks at what was not translated. */
const DNAT = -100;
const SNAT = 100;

const BASE_CHAINS: readonly (readonly [name: string, base: NftBaseChain])[] = [
  ['filter-prerouting', { type: 'filter', hook: 'prerouting', priority: DNAT - 10 }],
  ['filter-input', { type: 'filter', hook: 'input', priority: DNAT - 10 }],
  ['filter-forward', { type: 'filter', hook: 'forward', priority: DNAT - 10 }],
  ['filter-output', { type: 'filter', hook: 'output', priority: DNAT - 10 }],
  ['filter-output-post-dnat', { type: 'filter', hook: 'output', priority: DNAT + 10 }],
  ['nat-prerouting', { type: 'nat', hook: 'prerouting', priority: DNAT }],
  ['nat-output', { type: 'nat', hook: 'output', priority: DNAT }],
  ['nat-postrouting', { type: 'nat', hook: 'postrouting', priority: SNAT }],
];

/** Jumps from base chains, in the order in which they are written. */
const JUMPS: readonly (readonly [to: string, from: string, condition: string])[] = [
  [NODE_PORT_ENDPOINTS_CHECK, 'filter-input', 'ct state new '],
  [SERVICE_ENDPOINTS_CHECK, 'filter-input', 'ct state new '],
  [SERVICE_ENDPOINTS_CHECK, 'filter-forward', 'ct state new '],
  [SERVICE_ENDPOINTS_CHECK, 'filter-output', 'ct state new '],
  [FIREWALL_CHECK, 'filter-prerouting', 'ct state new '],
  [FIREWALL_CHECK, 'filter-output', 'ct state new '],
  [SERVICES_CHAIN, 'nat-output', ''],
  [SERVICES_CHAIN, 'nat-prerouting', ''],
  [MASQUERADING_CHAIN, 'nat-postrouting', ''],
  [CLUSTER_IPS_CHECK, 'filter-forward', 'ct state new '],
  [CLUSTER_IPS_CHECK, 'filter-output-post-dnat', 'ct state new '],
];

/** Adds chains once, and empties each before its first rule. */
class EnsuredChains {
  readonly #names = new Set<string>();

  constructor(private readonly transaction: Transaction) {}

  ensure(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.transaction.addChain(name);
    this.transaction.flushChain(name);
  }
}

/**
 * Everything that does not depend on Services: table, base chains, sets and maps (setupNFTables of
 * pkg/proxy/nftables/proxier.go). `nodePortIPs` are the node's own addresses where not all of them serve node ports.
 *
 * Packets to addresses of the Service range that nobody has are let through: kube-proxy v1.31 drops them only where
 * the MultiCIDRServiceAllocator feature, which is off, tells it the range.
 */
export function writeBaseChains(transaction: Transaction, options: NftablesOptions, nodePortIPs: readonly string[]): void {
  const { addressType, ip, notLoopback } = FAMILY_WORDS[options.family];
  const ensured = new EnsuredChains(transaction);
  transaction.addTable('rules for kube-proxy');
  for (const [name, base] of BASE_CHAINS) {
    transaction.addChain(name, { base });
    transaction.flushChain(name);
  }
  for (const [to, from, condition] of JUMPS) {
    ensured.ensure(to);
    transaction.addRule(from, `${condition}jump ${to}`);
  }
  for (const name of [SERVICES_CHAIN, CLUSTER_IPS_CHECK, MASQUERADING_CHAIN, MARK_CHAIN]) ensured.ensure(name);
  writeMasquerading(transaction, options.masqueradeMark);

  transaction.addSet('set', CLUSTER_IPS, { type: addressType, comment: 'Active ClusterIPs' });
  transaction.addRule(CLUSTER_IPS_CHECK, `${ip} daddr @${CLUSTER_IPS} reject`, 'Reject traffic to invalid ports of ClusterIPs');
  writeNodePortIPs(transaction, options, nodePortIPs);

  const byDestination = `${addressType} . inet_proto . inet_service : verdict`;
  const byPort = 'inet_proto . inet_service : verdict';
  const destination = `${ip} daddr . meta l4proto . th dport`;
  const port = 'meta l4proto . th dport';
  const onNodePortIPs = `${ip} daddr @${NODE_PORT_IPS}`;
  transaction.addSet('map', NO_ENDPOINT_SERVICES, {
    type: byDestination,
    comment: 'vmap to drop or reject packets to services with no endpoints',
  });
  transaction.addSet('map', NO_ENDPOINT_NODE_PORTS, {
    type: byPort,
    comment: 'vmap to drop or reject packets to service nodeports with no endpoints',
  });
  transaction.addChain(REJECT_CHAIN, { comment: 'helper for @no-endpoint-services / @no-endpoint-nodeports' });
  transaction.flushChain(REJECT_CHAIN);
  transaction.addRule(REJECT_CHAIN, 'reject');
  transaction.addRule(SERVICE_ENDPOINTS_CHECK, `${destination} vmap @${NO_ENDPOINT_SERVICES}`);
  transaction.addRule(
    NODE_PORT_ENDPOINTS_CHECK,
    `${options.servesAllAddresses ? notLoopback : onNodePortIPs} ${port} vmap @${NO_ENDPOINT_NODE_PORTS}`,
  );
  transaction.addSet('map', FIREWALL_IPS, { type: byDestination, comment: 'destinations that are subject to LoadBalancerSourceRanges' });
  ensured.ensure(FIREWALL_CHECK);
  transaction.addRule(FIREWALL_CHECK, `${destination} vmap @${FIREWALL_IPS}`);
  transaction.addSet('map', SERVICE_IPS, { type: byDestination, comment: 'ClusterIP, ExternalIP and LoadBalancer IP traffic' });
  transaction.addSet('map', SERVICE_NODE_PORTS, { type: byPort, comment: 'NodePort traffic' });
  transaction.addRule(SERVICES_CHAIN, `${destination} vmap @${SERVICE_IPS}`);
  transaction.addRule(
    SERVICES_CHAIN,
    `${options.servesAllAddresses ? `fib daddr type local ${notLoopback}` : onNodePortIPs} ${port} vmap @${SERVICE_NODE_PORTS}`,
  );
  for (const [name, kind] of Object.entries(CONTAINERS)) transaction.flushSet(kind, name);
}

function writeMasquerading(transaction: Transaction, mark: string): void {
  transaction.addRule(MARK_CHAIN, `mark set mark or ${mark}`);
  transaction.addRule(MASQUERADING_CHAIN, `mark and ${mark} == 0 return`);
  transaction.addRule(MASQUERADING_CHAIN, `mark set mark xor ${mark}`);
  transaction.addRule(MASQUERADING_CHAIN, 'masquerade fully-random');
}

/** Adding before deleting makes sure that there is something to delete. */
function writeNodePortIPs(transaction: Transaction, { servesAllAddresses, family }: NftablesOptions, nodePortIPs: readonly string[]): void {
  transaction.addSet('set', NODE_PORT_IPS, { type: FAMILY_WORDS[family].addressType, comment: 'IPs that accept NodePort traffic' });
  if (servesAllAddresses) {
    transaction.deleteSet(NODE_PORT_IPS);
    return;
  }
  transaction.flushSet('set', NODE_PORT_IPS);
  for (const key of nodePortIPs) transaction.addElement(NODE_PORT_IPS, { key });
}
