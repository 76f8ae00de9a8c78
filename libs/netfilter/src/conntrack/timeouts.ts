import type { TcpState } from './entry.js';

/** Seconds, by the sysctl below `net.netfilter.` that sets them; the values are the kernel's own. */
const DEFAULTS = {
  nf_conntrack_tcp_timeout_syn_sent: 120,
  nf_conntrack_tcp_timeout_syn_recv: 60,
  nf_conntrack_tcp_timeout_established: 432_000,
  nf_conntrack_tcp_timeout_fin_wait: 120,
  nf_conntrack_tcp_timeout_close_wait: 60,
  nf_conntrack_tcp_timeout_last_ack: 30,
  nf_conntrack_tcp_timeout_time_wait: 120,
  nf_conntrack_tcp_timeout_close: 10,
  nf_conntrack_tcp_timeout_unacknowledged: 300,
  nf_conntrack_udp_timeout: 30,
  nf_conntrack_udp_timeout_stream: 120,
  nf_conntrack_icmp_timeout: 30,
  nf_conntrack_generic_timeout: 600,
  nf_conntrack_max: 262_144,
} as const;

export type ConntrackSysctl = keyof typeof DEFAULTS;

/** Answers for a sysctl of a namespace, `undefined` when it has never been set. */
export type SysctlReader = (netns: string, name: string) => string | undefined;

const TCP_SYSCTLS: { readonly [state in TcpState]: ConntrackSysctl } = {
  NONE: 'nf_conntrack_tcp_timeout_syn_sent',
  SYN_SENT: 'nf_conntrack_tcp_timeout_syn_sent',
  SYN_SENT2: 'nf_conntrack_tcp_timeout_syn_sent',
  SYN_RECV: 'nf_conntrack_tcp_timeout_syn_recv',
  ESTABLISHED: 'nf_conntrack_tcp_timeout_established',
  FIN_WAIT: 'nf_conntrack_tcp_timeout_fin_wait',
  CLOSE_WAIT: 'nf_conntrack_tcp_timeout_close_wait',
  LAST_ACK: 'nf_conntrack_tcp_timeout_last_ack',
  TIME_WAIT: 'nf_conntrack_tcp_timeout_time_wait',
  CLOSE: 'nf_conntrack_tcp_timeout_close',
};

const SYSCTL_NAMES = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, `net.netfilter.${name}`])) as {
  readonly [name in ConntrackSysctl]: string;
};

/** Conntrack's settings of a namespace: what a sysctl says, else the kernel's default. */
export class ConntrackSettings {
  constructor(private readonly sysctl: SysctlReader) {}

  value(netns: string, name: ConntrackSysctl): number {
    const text = this.sysctl(netns, SYSCTL_NAMES[name]);
    return text === undefined ? DEFAULTS[name] : Number(text);
  }

  timeoutUs(netns: string, name: ConntrackSysctl): number {
    return this.value(netns, name) * 1_000_000;
  }

  tcpTimeoutUs(netns: string, state: TcpState): number {
    return this.timeoutUs(netns, TCP_SYSCTLS[state]);
  }
}
