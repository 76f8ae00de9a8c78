import { ACK, FIN, RST, SYN } from '@svclab/wire';
import { TCP_STATES, type Direction, type TcpState } from './entry.js';

/** Segments by the flags that count, in the order of the table's rows. */
const SEGMENTS = ['syn', 'synack', 'fin', 'ack', 'rst', 'none'] as const;
export type Segment = (typeof SEGMENTS)[number];

export function segmentOf(tcpFlags: number): Segment {
  if (tcpFlags & RST) return 'rst';
  if (tcpFlags & SYN) return tcpFlags & ACK ? 'synack' : 'syn';
  if (tcpFlags & FIN) return 'fin';
  return tcpFlags & ACK ? 'ack' : 'none';
}

/**
 * The state after a segment, by the state before (columns in the order of
 * {@link TCP_STATES}). `IV`: the packet is invalid; `IG`: it is let through and
 * changes nothing. Facts of Linux net/netfilter/nf_conntrack_proto_tcp.c, `tcp_conntracks`.
 */
const TRANSITIONS: { readonly [direction in Direction]: { readonly [segment in Segment]: readonly string[] } } = {
  ORIGINAL: {
    //             NONE SS   SR   ES   FW   CW   LA   TW   CL   S2
    syn: /*   */ ['SS', 'SS', 'IG', 'IG', 'IG', 'IG', 'IG', 'SS', 'SS', 'S2'],
    synack: /**/ ['IV', 'IV', 'IG', 'IG', 'IG', 'IG', 'IG', 'IG', 'IG', 'SR'],
    fin: /*   */ ['IV', 'IV', 'FW', 'FW', 'LA', 'LA', 'LA', 'TW', 'CL', 'IV'],
    ack: /*   */ ['ES', 'IV', 'ES', 'ES', 'CW', 'CW', 'TW', 'TW', 'CL', 'IV'],
    rst: /*   */ ['IV', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL'],
    none: /*  */ ['IV', 'IV', 'IV', 'IV', 'IV', 'IV', 'IV', 'IV', 'IV', 'IV'],
  },
  REPLY: {
    syn: /*   */ ['IV', 'S2', 'IV', 'IV', 'IV', 'IV', 'IV', 'SS', 'IV', 'S2'],
    synack: /**/ ['IV', 'SR', 'IG', 'IG', 'IG', 'IG', 'IG', 'IG', 'IG', 'SR'],
    fin: /*   */ ['IV', 'IV', 'FW', 'FW', 'LA', 'LA', 'LA', 'TW', 'CL', 'IV'],
    ack: /*   */ ['IV', 'IG', 'SR', 'ES', 'CW', 'CW', 'TW', 'TW', 'CL', 'IG'],
    rst: /*   */ ['IV', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL'],
    none: /*  */ ['IV', 'IV', 'IV', 'IV', 'IV', 'IV', 'IV', 'IV', 'IV', 'IV'],
  },
};

const SHORT_NAMES = ['NONE', 'SS', 'SR', 'ES', 'FW', 'CW', 'LA', 'TW', 'CL', 'S2'];

/** The next state, or `invalid`, or `ignored`. */
export function nextTcpState(direction: Direction, segment: Segment, state: TcpState): TcpState | 'invalid' | 'ignored' {
  const cell = TRANSITIONS[direction][segment][TCP_STATES.indexOf(state)]!;
  if (cell === 'IV') return 'invalid';
  if (cell === 'IG') return 'ignored';
  return TCP_STATES[SHORT_NAMES.indexOf(cell)]!;
}
