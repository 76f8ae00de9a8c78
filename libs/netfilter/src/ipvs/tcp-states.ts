import { ACK, FIN, RST, SYN } from '@svclab/wire';
import { TCP_STATES, type IpvsTcpState } from './types.js';

export type PacketDirection = 'in' | 'out';

/**
 * The state after a segment, by the state before (columns in the order of {@link TCP_STATES}), as seen by a
 * director that sees both ways, or only what clients send. Facts of Linux net/netfilter/ipvs/ip_vs_proto_tcp.c.
 */
const TRANSITIONS = {
  in: {
    //          NO   ES   SS   SR   FW   TW   CL   CW   LA   LI   SA
    syn: /**/ ['SR', 'ES', 'ES', 'SR', 'SR', 'SR', 'SR', 'SR', 'SR', 'SR', 'SR'],
    fin: /**/ ['CL', 'CW', 'SS', 'TW', 'TW', 'TW', 'CL', 'CW', 'LA', 'LI', 'TW'],
    ack: /**/ ['ES', 'ES', 'SS', 'ES', 'FW', 'TW', 'CL', 'CW', 'CL', 'LI', 'ES'],
    rst: /**/ ['CL', 'CL', 'CL', 'SR', 'CL', 'CL', 'CL', 'CL', 'LA', 'LI', 'SR'],
  },
  out: {
    syn: /**/ ['SS', 'ES', 'SS', 'SR', 'SS', 'SS', 'SS', 'SS', 'SS', 'LI', 'SR'],
    fin: /**/ ['TW', 'FW', 'SS', 'TW', 'FW', 'TW', 'CL', 'TW', 'LA', 'LI', 'TW'],
    ack: /**/ ['ES', 'ES', 'SS', 'ES', 'FW', 'TW', 'CL', 'CW', 'LA', 'ES', 'ES'],
    rst: /**/ ['CL', 'CL', 'SS', 'CL', 'CL', 'TW', 'CL', 'CL', 'CL', 'CL', 'CL'],
  },
  inOnly: {
    syn: /**/ ['SR', 'ES', 'ES', 'SR', 'SR', 'SR', 'SR', 'SR', 'SR', 'SR', 'SR'],
    fin: /**/ ['CL', 'FW', 'SS', 'TW', 'FW', 'TW', 'CL', 'CW', 'LA', 'LI', 'TW'],
    ack: /**/ ['ES', 'ES', 'SS', 'ES', 'FW', 'TW', 'CL', 'CW', 'CL', 'LI', 'ES'],
    rst: /**/ ['CL', 'CL', 'CL', 'SR', 'CL', 'CL', 'CL', 'CL', 'LA', 'LI', 'CL'],
  },
} as const;

const SHORT_NAMES = ['NO', 'ES', 'SS', 'SR', 'FW', 'TW', 'CL', 'CW', 'LA', 'LI', 'SA'];

/** `seesAnswers`: false where answers go past the director (direct routing). */
export function nextTcpState(state: IpvsTcpState, tcpFlags: number, direction: PacketDirection, seesAnswers: boolean): IpvsTcpState {
  const segment = tcpFlags & RST ? 'rst' : tcpFlags & SYN ? 'syn' : tcpFlags & FIN ? 'fin' : tcpFlags & ACK ? 'ack' : undefined;
  if (segment === undefined) return state;
  const table = TRANSITIONS[direction === 'in' && !seesAnswers ? 'inOnly' : direction];
  return TCP_STATES[SHORT_NAMES.indexOf(table[segment][TCP_STATES.indexOf(state)]!)]!;
}

/** Seconds a connection may be idle (`tcp_timeouts`). `ipvsadm --set` changes those of ESTABLISHED and FIN_WAIT. */
export const TCP_TIMEOUT_SECONDS: { readonly [state in IpvsTcpState]: number } = {
  NONE: 2,
  ESTABLISHED: 900,
  SYN_SENT: 120,
  SYN_RECV: 60,
  FIN_WAIT: 120,
  TIME_WAIT: 120,
  CLOSE: 10,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  LISTEN: 120,
  SYNACK: 120,
};

const ACTIVE: readonly IpvsTcpState[] = ['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'SYNACK'];

/** Whether a connection in this state counts as active at its real server. */
export const isActive = (state: IpvsTcpState): boolean => ACTIVE.includes(state);
