import type { Iptables } from '../iptables/iptables.js';
import type { LocalTraffic } from '../local-detector.js';
import { IP_SETS, type IpSetName, type WantedSets } from './ip-sets.js';

interface Jump {
  readonly table: 'nat' | 'filter';
  readonly from: string;
  readonly to: string;
  readonly comment: string;
}

const ACCESS_FILTER = 'kubernetes ipvs access filter';
const FIREWALL = 'kube-proxy firewall rules';

/** iptablesJumpChain of pkg/proxy/ipvs/proxier.go. Each goes in at the top, so the last is first. */
const JUMPS: readonly Jump[] = [
  { table: 'nat', from: 'OUTPUT', to: 'KUBE-SERVICES', comment: 'kubernetes service portals' },
  { table: 'nat', from: 'PREROUTING', to: 'KUBE-SERVICES', comment: 'kubernetes service portals' },
  { table: 'nat', from: 'POSTROUTING', to: 'KUBE-POSTROUTING', comment: 'kubernetes postrouting rules' },
  { table: 'filter', from: 'FORWARD', to: 'KUBE-FORWARD', comment: 'kubernetes forwarding rules' },
  { table: 'filter', from: 'INPUT', to: 'KUBE-NODE-PORT', comment: 'kubernetes health check rules' },
  { table: 'filter', from: 'INPUT', to: 'KUBE-PROXY-FIREWALL', comment: FIREWALL },
  { table: 'filter', from: 'FORWARD', to: 'KUBE-PROXY-FIREWALL', comment: FIREWALL },
  { table: 'filter', from: 'INPUT', to: 'KUBE-IPVS-FILTER', comment: ACCESS_FILTER },
  { table: 'filter', from: 'OUTPUT', to: 'KUBE-IPVS-OUT-FILTER', comment: ACCESS_FILTER },
];

/** iptablesChains: all are written whole at every sync. */
const CHAINS = {
  nat: ['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-NODE-PORT', 'KUBE-LOAD-BALANCER', 'KUBE-MARK-MASQ'],
  filter: [
    'KUBE-FORWARD',
    'KUBE-NODE-PORT',
    'KUBE-PROXY-FIREWALL',
    'KUBE-SOURCE-RANGES-FIREWALL',
    'KUBE-IPVS-FILTER',
    'KUBE-IPVS-OUT-FILTER',
  ],
} as const;

const jumpRule = ({ comment, to }: Jump): string[] => ['-m', 'comment', '--comment', comment, '-j', to];

/** createAndLinkKubeChain. */
export function ensureChains(iptables: Iptables): void {
  for (const table of ['nat', 'filter'] as const) for (const chain of CHAINS[table]) iptables.ensureChain(table, chain);
  for (const jump of JUMPS) iptables.ensureFirstRule(jump.table, jump.from, jumpRule(jump));
}

/** cleanupIptablesLeftovers: the jumps, then the chains. */
export function removeChains(iptables: Iptables): void {
  for (const jump of JUMPS) iptables.deleteRule(jump.table, jump.from, jumpRule(jump));
  for (const table of ['nat', 'filter'] as const) {
    const present = iptables.chains(table).filter((chain) => CHAINS[table].some((own) => own === chain));
    if (present.length === 0) continue;
    const flushed = present.map((chain) => `:${chain} - [0:0]`);
    iptables.restore([`*${table}`, ...flushed, ...present.map((chain) => `-X ${chain}`), 'COMMIT', ''].join('\n'));
  }
}

/** What the rules depend on besides the sets. */
export interface RuleTerms {
  readonly masqueradeAll: boolean;
  readonly masqueradeMark: string;
  /** How packets of local pods are told from others. */
  readonly localTraffic: LocalTraffic | undefined;
  /** Load balancer addresses that their own nodes must not reach: none of them is in the source ranges. */
  readonly closedToNode: readonly VirtualPort[];
}

export interface VirtualPort {
  readonly address: string;
  readonly port: number;
  /** `tcp`. */
  readonly protocol: string;
}

/** A rule for each set that is not empty: ipsetWithIptablesChain. Local ones stand before those that masquerade. */
const SET_RULES: readonly {
  readonly set: IpSetName;
  readonly table: 'nat' | 'filter';
  readonly from: string;
  readonly to: string;
  readonly sides: string;
  readonly protocol?: string;
}[] = [
  { set: 'KUBE-LOOP-BACK', table: 'nat', from: 'KUBE-POSTROUTING', to: 'MASQUERADE', sides: 'dst,dst,src' },
  { set: 'KUBE-LOAD-BALANCER', table: 'nat', from: 'KUBE-SERVICES', to: 'KUBE-LOAD-BALANCER', sides: 'dst,dst' },
  { set: 'KUBE-LOAD-BALANCER-LOCAL', table: 'nat', from: 'KUBE-LOAD-BALANCER', to: 'RETURN', sides: 'dst,dst' },
  { set: 'KUBE-NODE-PORT-LOCAL-TCP', table: 'nat', from: 'KUBE-NODE-PORT', to: 'RETURN', sides: 'dst', protocol: 'tcp' },
  { set: 'KUBE-NODE-PORT-TCP', table: 'nat', from: 'KUBE-NODE-PORT', to: 'KUBE-MARK-MASQ', sides: 'dst', protocol: 'tcp' },
  { set: 'KUBE-NODE-PORT-LOCAL-UDP', table: 'nat', from: 'KUBE-NODE-PORT', to: 'RETURN', sides: 'dst', protocol: 'udp' },
  { set: 'KUBE-NODE-PORT-UDP', table: 'nat', from: 'KUBE-NODE-PORT', to: 'KUBE-MARK-MASQ', sides: 'dst', protocol: 'udp' },
  { set: 'KUBE-NODE-PORT-LOCAL-SCTP-HASH', table: 'nat', from: 'KUBE-NODE-PORT', to: 'RETURN', sides: 'dst,dst', protocol: 'sctp' },
  { set: 'KUBE-NODE-PORT-SCTP-HASH', table: 'nat', from: 'KUBE-NODE-PORT', to: 'KUBE-MARK-MASQ', sides: 'dst,dst', protocol: 'sctp' },
  { set: 'KUBE-LOAD-BALANCER-FW', table: 'filter', from: 'KUBE-PROXY-FIREWALL', to: 'KUBE-SOURCE-RANGES-FIREWALL', sides: 'dst,dst' },
  { set: 'KUBE-LOAD-BALANCER-SOURCE-CIDR', table: 'filter', from: 'KUBE-SOURCE-RANGES-FIREWALL', to: 'RETURN', sides: 'dst,dst,src' },
  { set: 'KUBE-LOAD-BALANCER-SOURCE-IP', table: 'filter', from: 'KUBE-SOURCE-RANGES-FIREWALL', to: 'RETURN', sides: 'dst,dst,src' },
];

/** The text for iptables-restore: writeIptablesRules of pkg/proxy/ipvs/proxier.go. */
export function restoreText(sets: WantedSets, terms: RuleTerms): string {
  return (
    tableText('nat', [
      '-A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN',
      ...setRules('nat', sets),
      ...clusterIpRule(sets, terms),
      ...externalIpRules(sets),
      '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT',
      '-A KUBE-LOAD-BALANCER -j KUBE-MARK-MASQ',
      ...acceptRules(sets),
      ...masqueradeRules(terms),
    ]) +
    tableText('filter', [
      ...setRules('filter', sets),
      '-A KUBE-SOURCE-RANGES-FIREWALL -j DROP',
      ...terms.closedToNode.map(
        ({ address, port, protocol }) =>
          `-A KUBE-IPVS-OUT-FILTER -s ${address} -m ipvs --vaddr ${address} --vproto ${protocol} --vport ${port} -j DROP`,
      ),
      ...forwardRules(terms),
      `-A KUBE-NODE-PORT ${asks('KUBE-HEALTH-CHECK-NODE-PORT', 'dst')} -j ACCEPT`,
      ...accessFilterRules(),
    ])
  );
}

const tableText = (table: 'nat' | 'filter', rules: readonly string[]): string =>
  [`*${table}`, ...CHAINS[table].map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');

/** With the set's comment. */
const asks = (set: IpSetName, sides: string): string => `-m comment --comment "${IP_SETS[set].comment}" -m set --match-set ${set} ${sides}`;

function setRules(table: 'nat' | 'filter', sets: WantedSets): string[] {
  return SET_RULES.filter((rule) => rule.table === table && !sets.isEmpty(rule.set)).map(({ set, from, to, sides, protocol }) => {
    const only = protocol === undefined ? '' : ` -p ${protocol}`;
    return `-A ${from}${only} ${asks(set, sides)} -j ${to}`;
  });
}

/** Requests to cluster IPs from elsewhere than a local pod must come back through this node. */
function clusterIpRule(sets: WantedSets, { masqueradeAll, localTraffic }: RuleTerms): string[] {
  if (sets.isEmpty('KUBE-CLUSTER-IP')) return [];
  const rule = (sides: string, more = ''): string => `-A KUBE-SERVICES ${asks('KUBE-CLUSTER-IP', sides)}${more} -j KUBE-MARK-MASQ`;
  if (masqueradeAll) return [rule('dst,dst')];
  // The node itself sends from the service's own address, which is one of its own too.
  return [localTraffic ? rule('dst,dst', ` ! ${localMatch(localTraffic)}`) : rule('src,dst')];
}

function localMatch({ by, value }: LocalTraffic): string {
  return { source: `-s ${value}`, interface: `-i ${value}`, interfaces: `-i ${value}+` }[by];
}

function externalIpRules(sets: WantedSets): string[] {
  const head = (set: IpSetName): string => `-A KUBE-SERVICES ${asks(set, 'dst,dst')}`;
  const accepted = (set: IpSetName): string[] => [
    `${head(set)} -m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j ACCEPT`,
    `${head(set)} -m addrtype --dst-type LOCAL -j ACCEPT`,
  ];
  return [
    ...(sets.isEmpty('KUBE-EXTERNAL-IP') ? [] : [`${head('KUBE-EXTERNAL-IP')} -j KUBE-MARK-MASQ`, ...accepted('KUBE-EXTERNAL-IP')]),
    ...(sets.isEmpty('KUBE-EXTERNAL-IP-LOCAL') ? [] : accepted('KUBE-EXTERNAL-IP-LOCAL')),
  ];
}

/** acceptIPVSTraffic: other rules must not stand in the way of virtual services. */
const acceptRules = (sets: WantedSets): string[] =>
  (['KUBE-CLUSTER-IP', 'KUBE-LOAD-BALANCER'] as const)
    .filter((set) => !sets.isEmpty(set))
    .map((set) => `-A KUBE-SERVICES -m set --match-set ${set} dst,dst -j ACCEPT`);

const masqueradeRules = ({ masqueradeMark: mark }: RuleTerms): string[] => [
  `-A KUBE-POSTROUTING -m mark ! --mark ${mark}/${mark} -j RETURN`,
  // Clears the mark, so that a packet that comes by again is not masqueraded twice.
  `-A KUBE-POSTROUTING -j MARK --xor-mark ${mark}`,
  '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
  `-A KUBE-MARK-MASQ -j MARK --or-mark ${mark}`,
];

const forwardRules = ({ masqueradeMark: mark }: RuleTerms): string[] => [
  `-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark ${mark}/${mark} -j ACCEPT`,
  '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
];

/** Ports of the host stay closed on the addresses of services, ping included (kubernetes/kubernetes issue 72236). */
const accessFilterRules = (): string[] => [
  ...(['KUBE-LOAD-BALANCER', 'KUBE-CLUSTER-IP', 'KUBE-EXTERNAL-IP', 'KUBE-EXTERNAL-IP-LOCAL'] as const).map(
    (set) => `-A KUBE-IPVS-FILTER -m set --match-set ${set} dst,dst -j RETURN`,
  ),
  '-A KUBE-IPVS-FILTER -m set --match-set KUBE-HEALTH-CHECK-NODE-PORT dst -j RETURN',
  '-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -m set --match-set KUBE-IPVS-IPS dst -j REJECT',
];
