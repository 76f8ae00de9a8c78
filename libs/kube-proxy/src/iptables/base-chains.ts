import type { IptablesOptions } from '../configuration.js';
import type { Iptables } from './iptables.js';

/** Chains that every sync rewrites whole, per table, in the order of their chain lines. */
export const FILTER_CHAINS = ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-FORWARD', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL'] as const;
export const NAT_CHAINS = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'] as const;

/** An empty chain whose disappearance tells that somebody flushed the rules. */
export const CANARY_CHAIN = 'KUBE-PROXY-CANARY';
export const CANARY_TABLES = ['mangle', 'nat', 'filter'] as const;

export const INVALID_DROPPED_COUNTER = 'ct_state_invalid_dropped_pkts';
export const LOCALHOST_ACCEPTED_COUNTER = 'localhost_nps_accepted_pkts';

export interface Jump {
  readonly table: 'filter' | 'nat';
  readonly source: string;
  readonly target: string;
  readonly onlyNew?: boolean;
  readonly comment?: string;
}

const PORTALS = 'kubernetes service portals';
const EXTERNAL_PORTALS = 'kubernetes externally-visible service portals';
const LB_FIREWALL = 'kubernetes load balancer firewall';

/** iptablesJumpChains of pkg/proxy/iptables/proxier.go. Each goes in at the top, so the last is first. */
export const SERVICE_JUMPS: readonly Jump[] = [
  { table: 'filter', source: 'INPUT', target: 'KUBE-EXTERNAL-SERVICES', onlyNew: true, comment: EXTERNAL_PORTALS },
  { table: 'filter', source: 'FORWARD', target: 'KUBE-EXTERNAL-SERVICES', onlyNew: true, comment: EXTERNAL_PORTALS },
  { table: 'filter', source: 'INPUT', target: 'KUBE-NODEPORTS', comment: 'kubernetes health check service ports' },
  { table: 'filter', source: 'FORWARD', target: 'KUBE-SERVICES', onlyNew: true, comment: PORTALS },
  { table: 'filter', source: 'OUTPUT', target: 'KUBE-SERVICES', onlyNew: true, comment: PORTALS },
  { table: 'filter', source: 'FORWARD', target: 'KUBE-FORWARD', comment: 'kubernetes forwarding rules' },
  { table: 'filter', source: 'INPUT', target: 'KUBE-PROXY-FIREWALL', onlyNew: true, comment: LB_FIREWALL },
  { table: 'filter', source: 'OUTPUT', target: 'KUBE-PROXY-FIREWALL', onlyNew: true, comment: LB_FIREWALL },
  { table: 'filter', source: 'FORWARD', target: 'KUBE-PROXY-FIREWALL', onlyNew: true, comment: LB_FIREWALL },
  { table: 'nat', source: 'OUTPUT', target: 'KUBE-SERVICES', comment: PORTALS },
  { table: 'nat', source: 'PREROUTING', target: 'KUBE-SERVICES', comment: PORTALS },
  { table: 'nat', source: 'POSTROUTING', target: 'KUBE-POSTROUTING', comment: 'kubernetes postrouting rules' },
];

/** iptablesKubeletJumpChains: the kubelet has made them too. */
const KUBELET_JUMPS: readonly Jump[] = [
  { table: 'filter', source: 'INPUT', target: 'KUBE-FIREWALL' },
  { table: 'filter', source: 'OUTPUT', target: 'KUBE-FIREWALL' },
];

/** Makes the base chains and the jumps to them: the part of a full sync that does not depend on any Service. */
export function ensureJumps(iptables: Iptables): void {
  for (const jump of [...SERVICE_JUMPS, ...KUBELET_JUMPS]) {
    iptables.ensureChain(jump.table, jump.target);
    iptables.ensureFirstRule(jump.table, jump.source, jumpRule(jump));
  }
}

export const jumpRule = ({ target, onlyNew, comment }: Jump): string[] => [
  ...(onlyNew ? ['-m', 'conntrack', '--ctstate', 'NEW'] : []),
  ...(comment === undefined ? [] : ['-m', 'comment', '--comment', comment]),
  '-j',
  target,
];

/** The rules of KUBE-FIREWALL and KUBE-FORWARD. */
export function fixedFilterRules(options: IptablesOptions, nfacctCounters: readonly string[]): { firewall: string[]; forward: string[] } {
  const firewall =
    '-A KUBE-FIREWALL -m comment --comment "block incoming localnet connections" -d 127.0.0.0/8 ! -s 127.0.0.0/8' +
    ' -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP';
  const counter = nfacctCounters.includes(INVALID_DROPPED_COUNTER) ? ` -m nfacct --nfacct-name ${INVALID_DROPPED_COUNTER}` : '';
  const mark = `${options.masqueradeMark}/${options.masqueradeMark}`;
  return {
    firewall: options.localhostNodePorts ? [firewall] : [],
    forward: [
      // Out-of-window segments count as INVALID; with tcp_be_liberal the kernel marks none.
      ...(options.tcpBeLiberal ? [] : [`-A KUBE-FORWARD -m conntrack --ctstate INVALID${counter} -j DROP`]),
      `-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark ${mark} -j ACCEPT`,
      '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    ],
  };
}

/** The rules of KUBE-POSTROUTING and KUBE-MARK-MASQ. */
export function fixedNatRules({ masqueradeMark }: IptablesOptions): string[] {
  return [
    `-A KUBE-POSTROUTING -m mark ! --mark ${masqueradeMark}/${masqueradeMark} -j RETURN`,
    // Clears the mark, so that a packet that comes by again (an overlay) is not masqueraded twice.
    `-A KUBE-POSTROUTING -j MARK --xor-mark ${masqueradeMark}`,
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    `-A KUBE-MARK-MASQ -j MARK --or-mark ${masqueradeMark}`,
  ];
}

/** The end of nat KUBE-SERVICES: packets to an address of the node go on to the node ports. */
export function nodePortJumps(options: IptablesOptions, nodePortIPs: readonly string[]): string[] {
  const comment = '-m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain"';
  if (options.nodePortAddresses.length > 0) return nodePortIPs.map((ip) => `-A KUBE-SERVICES ${comment} -d ${ip} -j KUBE-NODEPORTS`);
  const notLoopback = options.family === 'IPv6' ? ' ! -d ::1/128' : options.localhostNodePorts ? '' : ' ! -d 127.0.0.0/8';
  return [`-A KUBE-SERVICES ${comment} -m addrtype --dst-type LOCAL${notLoopback} -j KUBE-NODEPORTS`];
}
