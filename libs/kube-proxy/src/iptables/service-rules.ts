import { address, inPrefix, parsePrefix } from '@svclab/wire';
import type { CategorizedEndpoints } from '../categorize-endpoints.js';
import type { IptablesOptions } from '../configuration.js';
import type { Endpoint } from '../endpoint.js';
import {
  formatServicePortName,
  isExternallyAccessible,
  usesClusterEndpoints,
  usesLocalEndpoints,
  type ServicePort,
} from '../service-port.js';
import { LOCALHOST_ACCEPTED_COUNTER } from './base-chains.js';
import { endpointChain, serviceChains, type ServiceChains } from './chain-names.js';
import { probabilityText } from './probability.js';

/** What the rules of all service ports on one node depend on besides the service port itself. */
export interface RuleContext {
  readonly options: IptablesOptions;
  readonly nfacctCounters: readonly string[];
  readonly nodeIP: string;
  /** Matches packets of local pods: `-s 10.10.0.0/16`. `undefined` when nothing tells them. */
  readonly localTraffic: string | undefined;
  /** With more than 1000 endpoints, comments are left out where there is one rule per endpoint. */
  readonly largeCluster: boolean;
}

/** The rules of one service port, in the order they are written. */
export interface ServiceRules {
  /** Rules in the shared filter chains. */
  readonly filter: string[];
  /** Rules in the shared nat chains KUBE-SERVICES and KUBE-NODEPORTS: written at every sync. */
  readonly nat: string[];
  /** Chains of its own, all in nat. */
  readonly chains: string[];
  /** Rules of those chains: a partial sync writes them only when the Service has changed. */
  readonly chainRules: string[];
}

/** Everything that the steps below share; computed once per service port. */
interface Terms {
  readonly context: RuleContext;
  readonly port: ServicePort;
  readonly endpoints: CategorizedEndpoints;
  readonly chains: ServiceChains;
  readonly text: string;
  readonly protocol: string;
  readonly internalChain: string;
  readonly externalEndChain: string;
  readonly usesClusterChain: boolean;
  readonly usesLocalChain: boolean;
  readonly usesExternalChain: boolean;
  readonly usesFirewallChain: boolean;
  readonly internal: Fate;
  readonly external: Fate;
}

/** What happens to packets that find no endpoint; `undefined` when some endpoint takes them. */
type Fate = { readonly target: 'REJECT' | 'DROP'; readonly comment: string } | undefined;

/** Writes the rules of one service port as syncProxyRules of pkg/proxy/iptables/proxier.go does. */
export function serviceRules(context: RuleContext, port: ServicePort, endpoints: CategorizedEndpoints): ServiceRules {
  const terms = termsOf(context, port, endpoints);
  const rules: ServiceRules = { filter: [], nat: [], chains: ownChains(terms), chainRules: [] };
  clusterIpRules(terms, rules);
  externalIpRules(terms, rules);
  loadBalancerRules(terms, rules);
  nodePortRules(terms, rules);
  masqueradeRule(terms, rules);
  externalChainRules(terms, rules);
  firewallChainRules(terms, rules);
  if (terms.usesClusterChain) balancingRules(terms, terms.chains.clusterPolicy, endpoints.cluster, rules);
  if (terms.usesLocalChain) balancingRules(terms, terms.chains.localPolicy, endpoints.local, rules);
  for (const endpoint of endpoints.allReachable) endpointRules(terms, endpoint, rules);
  return rules;
}

function termsOf(context: RuleContext, port: ServicePort, endpoints: CategorizedEndpoints): Terms {
  const { hasAnyEndpoints } = endpoints;
  const chains = serviceChains(port.name);
  const text = formatServicePortName(port.name);
  const fate = (policyLocal: boolean): Fate => {
    if (!hasAnyEndpoints) return { target: 'REJECT', comment: `${text} has no endpoints` };
    if (policyLocal && endpoints.local.length === 0) return { target: 'DROP', comment: `${text} has no local endpoints` };
    return undefined;
  };
  return {
    context,
    port,
    endpoints,
    chains,
    text,
    protocol: port.name.protocol.toLowerCase(),
    internalChain: port.internalPolicyLocal ? chains.localPolicy : chains.clusterPolicy,
    externalEndChain: port.externalPolicyLocal ? chains.localPolicy : chains.clusterPolicy,
    usesClusterChain: endpoints.cluster.length > 0 && usesClusterEndpoints(port),
    usesLocalChain: endpoints.local.length > 0 && usesLocalEndpoints(port),
    usesExternalChain: hasAnyEndpoints && isExternallyAccessible(port),
    usesFirewallChain: hasAnyEndpoints && port.loadBalancerVIPs.length > 0 && port.loadBalancerSourceRanges.length > 0,
    internal: fate(port.internalPolicyLocal),
    external: fate(port.externalPolicyLocal),
  };
}

function ownChains({ port, endpoints, chains, ...uses }: Terms): string[] {
  return [
    ...(uses.usesExternalChain ? [chains.external] : []),
    ...(uses.usesFirewallChain ? [chains.firewall] : []),
    ...(uses.usesClusterChain ? [chains.clusterPolicy] : []),
    ...(uses.usesLocalChain ? [chains.localPolicy] : []),
    ...endpoints.allReachable.map((endpoint) => endpointChain(port.name, endpoint.text)),
  ];
}

function clusterIpRules({ port, internal, internalChain, text, protocol }: Terms, rules: ServiceRules): void {
  const to = destination(protocol, port.clusterIP, port.port);
  if (internal) rules.filter.push(`-A KUBE-SERVICES ${comment(internal.comment)} ${to} -j ${internal.target}`);
  else rules.nat.push(`-A KUBE-SERVICES ${comment(`${text} cluster IP`)} ${to} -j ${internalChain}`);
}

function externalIpRules(terms: Terms, rules: ServiceRules): void {
  const { port, protocol, text } = terms;
  for (const ip of port.externalIPs) {
    const to = destination(protocol, ip, port.port);
    if (terms.usesExternalChain) rules.nat.push(`-A KUBE-SERVICES ${comment(`${text} external IP`)} ${to} -j ${terms.chains.external}`);
    refuseExternally(terms, to, rules);
  }
}

function loadBalancerRules(terms: Terms, rules: ServiceRules): void {
  const { port, protocol, text, chains } = terms;
  for (const ip of port.loadBalancerVIPs) {
    const to = destination(protocol, ip, port.port);
    if (terms.usesExternalChain) {
      const target = terms.usesFirewallChain ? chains.firewall : chains.external;
      rules.nat.push(`-A KUBE-SERVICES ${comment(`${text} loadbalancer IP`)} ${to} -j ${target}`);
    }
    if (terms.usesFirewallChain) {
      // Packets that KUBE-FW let through have been translated by now: their destination is no longer the VIP.
      rules.filter.push(`-A KUBE-PROXY-FIREWALL ${comment(`${text} traffic not accepted by ${chains.firewall}`)} ${to} -j DROP`);
    }
  }
  for (const ip of port.loadBalancerVIPs) refuseExternally(terms, destination(protocol, ip, port.port), rules);
}

function nodePortRules(terms: Terms, rules: ServiceRules): void {
  const { port, protocol, text, chains, context } = terms;
  if (port.nodePort !== 0) {
    const plain = `-m ${protocol} -p ${protocol}`;
    if (terms.usesExternalChain) {
      const { family, localhostNodePorts } = context.options;
      if (family === 'IPv4' && localhostNodePorts && context.nfacctCounters.includes(LOCALHOST_ACCEPTED_COUNTER)) {
        rules.nat.push(
          `-A KUBE-NODEPORTS -m comment --comment ${text} ${plain} -d 127.0.0.0/8 --dport ${port.nodePort}` +
            ` -m nfacct --nfacct-name ${LOCALHOST_ACCEPTED_COUNTER} -j ${chains.external}`,
        );
      }
      rules.nat.push(`-A KUBE-NODEPORTS -m comment --comment ${text} ${plain} --dport ${port.nodePort} -j ${chains.external}`);
    }
    refuseExternally(terms, `-m addrtype --dst-type LOCAL ${plain} --dport ${port.nodePort}`, rules);
  }
  if (port.healthCheckNodePort !== 0) {
    rules.filter.push(
      `-A KUBE-NODEPORTS ${comment(`${text} health check node port`)} -m tcp -p tcp --dport ${port.healthCheckNodePort} -j ACCEPT`,
    );
  }
}

function refuseExternally({ external }: Terms, match: string, rules: ServiceRules): void {
  if (external) rules.filter.push(`-A KUBE-EXTERNAL-SERVICES ${comment(external.comment)} ${match} -j ${external.target}`);
}

/** Packets to the cluster IP from elsewhere than a local pod must come back through this node. */
function masqueradeRule({ context, port, internal, internalChain, text, protocol }: Terms, rules: ServiceRules): void {
  if (internal) return;
  const head = `-A ${internalChain} ${comment(`${text} cluster IP`)} ${destination(protocol, port.clusterIP, port.port)}`;
  if (context.options.masqueradeAll) rules.chainRules.push(`${head} -j KUBE-MARK-MASQ`);
  else if (context.localTraffic !== undefined) rules.chainRules.push(`${head} ! ${context.localTraffic} -j KUBE-MARK-MASQ`);
}

function externalChainRules(terms: Terms, rules: ServiceRules): void {
  if (!terms.usesExternalChain) return;
  const { text, chains, context } = terms;
  const head = `-A ${chains.external}`;
  const destinations = `${text} external destinations`;
  if (terms.port.externalPolicyLocal) {
    // Pods and the node itself may use every endpoint: for them the Service is one inside the cluster.
    if (context.localTraffic !== undefined) {
      rules.chainRules.push(`${head} ${comment(`pod traffic for ${destinations}`)} ${context.localTraffic} -j ${chains.clusterPolicy}`);
    }
    const fromNode = '-m addrtype --src-type LOCAL';
    rules.chainRules.push(
      `${head} ${comment(`masquerade LOCAL traffic for ${destinations}`)} ${fromNode} -j KUBE-MARK-MASQ`,
      `${head} ${comment(`route LOCAL traffic for ${destinations}`)} ${fromNode} -j ${chains.clusterPolicy}`,
    );
  } else {
    rules.chainRules.push(`${head} ${comment(`masquerade traffic for ${destinations}`)} -j KUBE-MARK-MASQ`);
  }
  if (!terms.external) rules.chainRules.push(`${head} -j ${terms.externalEndChain}`);
}

function firewallChainRules({ context, port, chains, text, usesFirewallChain }: Terms, rules: ServiceRules): void {
  if (!usesFirewallChain) return;
  const allow = (source: string): string =>
    `-A ${chains.firewall} ${comment(`${text} loadbalancer IP`)} -s ${source} -j ${chains.external}`;
  rules.chainRules.push(...port.loadBalancerSourceRanges.map(allow));
  // A load balancer may hand the node its own address back as the source of what the node sends to the VIP.
  if (port.loadBalancerSourceRanges.some((range) => contains(range, context.nodeIP))) {
    rules.chainRules.push(...port.loadBalancerVIPs.map(allow));
  }
  rules.chainRules.push(`-A ${chains.firewall} ${comment(`other traffic to ${text} will be dropped by KUBE-PROXY-FIREWALL`)}`);
}

/** Affinity first, for known clients; then chance, each rule with its share of those that came so far. */
function balancingRules({ context, port, text }: Terms, chain: string, endpoints: readonly Endpoint[], rules: ServiceRules): void {
  const head = (endpoint: Endpoint): string =>
    context.largeCluster ? `-A ${chain}` : `-A ${chain} ${comment(`${text} -> ${endpoint.text}`)}`;
  if (port.affinityTimeoutSeconds !== undefined) {
    for (const endpoint of endpoints) {
      const list = endpointChain(port.name, endpoint.text);
      rules.chainRules.push(
        `${head(endpoint)} -m recent --name ${list} --rcheck --seconds ${port.affinityTimeoutSeconds} --reap -j ${list}`,
      );
    }
  }
  for (const [i, endpoint] of endpoints.entries()) {
    const left = endpoints.length - i;
    const chance = left > 1 ? ` -m statistic --mode random --probability ${probabilityText(left)}` : '';
    rules.chainRules.push(`${head(endpoint)}${chance} -j ${endpointChain(port.name, endpoint.text)}`);
  }
}

function endpointRules({ context, port, text, protocol }: Terms, endpoint: Endpoint, rules: ServiceRules): void {
  const chain = endpointChain(port.name, endpoint.text);
  const head = context.largeCluster ? `-A ${chain}` : `-A ${chain} -m comment --comment ${text}`;
  const remember = port.affinityTimeoutSeconds === undefined ? '' : ` -m recent --name ${chain} --set`;
  rules.chainRules.push(
    // An endpoint that reaches itself through its Service must see the answer come from outside.
    `${head} -s ${endpoint.address} -j KUBE-MARK-MASQ`,
    `${head}${remember} -m ${protocol} -p ${protocol} -j DNAT --to-destination ${endpoint.text}`,
  );
}

const comment = (text: string): string => `-m comment --comment "${text}"`;

const destination = (protocol: string, ip: string, port: number): string => `-m ${protocol} -p ${protocol} -d ${ip} --dport ${port}`;

function contains(cidr: string, ip: string): boolean {
  const prefix = parsePrefix(cidr);
  return ip !== '' && prefix.ok && inPrefix(address(ip), prefix.value);
}
