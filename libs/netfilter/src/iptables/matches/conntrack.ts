import { STATUS } from '../../conntrack/entry.js';
import type { Skb } from '../../types.js';
import { bang, type MatchExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

/** In the order in which the tool prints them. */
const STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'] as const;
export type StateName = (typeof STATES)[number];

const STATUSES = ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'] as const;
type StatusName = (typeof STATUSES)[number];
/** Simplification: no expectations, so no connection is EXPECTED. */
const STATUS_BITS: { readonly [name in StatusName]: number } = {
  EXPECTED: 0,
  SEEN_REPLY: STATUS.SEEN_REPLY,
  ASSURED: STATUS.ASSURED,
  CONFIRMED: STATUS.CONFIRMED,
};

export const stateBit = (state: StateName): number => 1 << STATES.indexOf(state);

/** `-m conntrack`: how the packet stands to its connection (Linux: net/netfilter/xt_conntrack.c). */
export const conntrack: MatchExtension = {
  name: 'conntrack',
  options: [
    { name: 'ctstate', values: 1, invertible: true },
    { name: 'ctstatus', values: 1, invertible: true },
  ],
  parse(options) {
    const stateText = options.value('ctstate');
    const statusText = options.value('ctstatus');
    if (stateText === undefined && statusText === undefined) throw parameterProblem('conntrack: At least one option is required');
    const states = stateText === undefined ? undefined : parseStates(stateText, 'ctstate');
    const wanted = states?.reduce((bits, state) => bits | stateBit(state), 0) ?? 0;
    const notState = options.isInverted('ctstate');
    const statuses = statusText === undefined ? undefined : parseStatuses(statusText);
    const statusBits = statuses?.reduce((bits, status) => bits | STATUS_BITS[status], 0) ?? 0;
    const notStatus = options.isInverted('ctstatus');
    const phrases: readonly string[] = [
      ...(states ? [`${bang(notState)}--ctstate ${states.join(',')}`] : []),
      ...(statuses ? [`${bang(notStatus)}--ctstatus ${statuses.join(',') || 'NONE'}`] : []),
    ];
    return {
      name: 'conntrack',
      text: phrases.join(' '),
      list: () => phrases.map((phrase) => phrase.replace('--', '')).join(' '),
      needsConntrack: true,
      test: ({ skb }) => {
        if (states && ((stateBits(skb) & wanted) !== 0) === notState) return false;
        if (!statuses) return true;
        if (!skb.ct) return false;
        const status = skb.ct.entry.status;
        return (statusBits === 0 ? status === 0 : (status & statusBits) !== 0) !== notStatus;
      },
      explain: ({ skb }, matched) => {
        if (states && (matched || ((stateBits(skb) & wanted) !== 0) === notState)) return explainState(stateBits(skb), states);
        return `the connection's status is ${matched === notStatus ? 'not ' : ''}${statuses!.join(' or ') || 'NONE'}`;
      },
    };
  },
};

/** A packet without a connection is INVALID; one that was translated is SNAT or DNAT besides. */
export function stateBits(skb: Skb): number {
  if (!skb.ct) return stateBit('INVALID');
  const { state, entry } = skb.ct;
  return stateBit(state) | (entry.status & STATUS.SRC_NAT ? stateBit('SNAT') : 0) | (entry.status & STATUS.DST_NAT ? stateBit('DNAT') : 0);
}

const stateNames = (bits: number): string => STATES.filter((state) => bits & stateBit(state)).join('+');

/** `the connection is NEW`; where it is none of those asked for, `the connection is NEW+DNAT, not INVALID`. */
export function explainState(bits: number, asked: readonly StateName[]): string {
  const met = asked.filter((state) => bits & stateBit(state));
  return met.length ? `the connection is ${met.join('+')}` : `the connection is ${stateNames(bits)}, not ${asked.join(' or ')}`;
}

export function parseStates(text: string, option: string): readonly StateName[] {
  const words = text.toUpperCase().split(',');
  for (const [i, word] of words.entries()) {
    if (!STATES.includes(word as StateName)) throw parameterProblem(`Bad ${option} "${text.split(',')[i]}"`);
  }
  return STATES.filter((state) => words.includes(state));
}

function parseStatuses(text: string): readonly StatusName[] {
  const words = text.toUpperCase().split(',');
  for (const [i, word] of words.entries()) {
    if (word !== 'NONE' && !STATUSES.includes(word as StatusName)) throw parameterProblem(`Bad ctstatus "${text.split(',')[i]}"`);
  }
  return STATUSES.filter((status) => words.includes(status));
}
