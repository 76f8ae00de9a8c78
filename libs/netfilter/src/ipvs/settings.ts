import type { Sim, Table } from '@svclab/sim';
import { TCP_TIMEOUT_SECONDS } from './tcp-states.js';
import type { IpvsTcpState } from './types.js';

/** Answers for a sysctl of a namespace, `undefined` when it has never been set. */
export type SysctlReader = (netns: string, name: string) => string | undefined;

/** What `ipvsadm --set` sets, seconds. Table `nf.ipvs-timeouts`, key = netns. */
export interface IpvsTimeouts {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}

const DEFAULT_TIMEOUTS: IpvsTimeouts = { tcp: TCP_TIMEOUT_SECONDS.ESTABLISHED, tcpFin: TCP_TIMEOUT_SECONDS.FIN_WAIT, udp: 300 };

/** Below `net.ipv4.vs.`, with the kernel's own values (Linux: Documentation/networking/ipvs-sysctl.rst). */
const SYSCTLS = { conntrack: 0, conn_reuse_mode: 1, expire_nodest_conn: 0, expire_quiescent_template: 0 } as const;

/** IPVS's settings of a namespace. */
export class IpvsSettings {
  readonly #timeouts: Table<IpvsTimeouts>;

  constructor(
    sim: Sim,
    private readonly sysctl: SysctlReader,
  ) {
    this.#timeouts = sim.store.table('nf.ipvs-timeouts');
  }

  value(netns: string, name: keyof typeof SYSCTLS): number {
    return Number(this.sysctl(netns, `net.ipv4.vs.${name}`) ?? SYSCTLS[name]);
  }

  timeouts(netns: string): IpvsTimeouts {
    return this.#timeouts.get(netns) ?? DEFAULT_TIMEOUTS;
  }

  /** 0 leaves a value as it is. */
  setTimeouts(netns: string, wanted: IpvsTimeouts): void {
    const known = this.timeouts(netns);
    this.#timeouts.put(netns, { tcp: wanted.tcp || known.tcp, tcpFin: wanted.tcpFin || known.tcpFin, udp: wanted.udp || known.udp });
  }

  tcpTimeoutUs(netns: string, state: IpvsTcpState): number {
    const { tcp, tcpFin } = this.timeouts(netns);
    const seconds = state === 'ESTABLISHED' ? tcp : state === 'FIN_WAIT' ? tcpFin : TCP_TIMEOUT_SECONDS[state];
    return seconds * 1_000_000;
  }

  udpTimeoutUs(netns: string): number {
    return this.timeouts(netns).udp * 1_000_000;
  }

  forget(netns: string): void {
    this.#timeouts.delete(netns);
  }
}
