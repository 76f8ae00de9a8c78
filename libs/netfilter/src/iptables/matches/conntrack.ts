import { STATUS } from '../../conntrack/entry.js';
import type { Skb } from '../../types.js';
import { bang, type MatchExtension, type OptionSet } from '../extension.js';
import { READS } from '../reads.js';
import { parameterProblem } from '../tool-error.js';
import {
  directionCondition,
  expiryCondition,
  protocolCondition,
  statusCondition,
  TUPLE_ENDS,
  tupleCondition,
} from './conntrack-conditions.js';

/** In the order in which the tool prints them. */
const STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'] as const;
export type StateName = (typeof STATES)[number];

export const stateBit = (state: StateName): number => 1 << STATES.indexOf(state);

/** `-m conntrack`: how the packet stands to its connection (Linux: net/netfilter/xt_conntrack.c). */
export const conntrack: MatchExtension = {
  name: 'conntrack',
  options: [
    { name: 'ctstate', values: 1, invertible: true },
    { name: 'ctproto', values: 1, invertible: true },
    ...TUPLE_ENDS.map(({ option }) => ({ name: option, values: 1 as const, invertible: true })),
    { name: 'ctstatus', values: 1, invertible: true },
    { name: 'ctexpire', values: 1, invertible: true },
    { name: 'ctdir', values: 1 },
  ],
  parse(options) {
    const state = stateCondition(options);
    const entryConditions = [
      protocolCondition(options),
      ...TUPLE_ENDS.map((end) => tupleCondition(options, end)),
      statusCondition(options),
      expiryCondition(options),
      directionCondition(options),
    ].filter((condition) => condition !== undefined);
    const phrases = [...(state ? [state.phrase] : []), ...entryConditions.map(({ phrase }) => phrase)];
    if (phrases.length === 0) throw parameterProblem('conntrack: At least one option is required');
    return {
      name: 'conntrack',
      text: phrases.join(' '),
      list: () => phrases.map((phrase) => phrase.replace('--', '')).join(' '),
      needsConntrack: true,
      ...(entryConditions.length === 0 && { reads: READS.STATE }),
      test: ({ skb, kernel }) => {
        if (state && !state.holds(skb)) return false;
        // What is asked of a connection does not keep a packet that has none (xt_conntrack.c, `conntrack_mt`).
        if (!skb.ct) return state !== undefined;
        for (const condition of entryConditions) if (!condition.holds(skb.ct, kernel.nowUs)) return false;
        return true;
      },
      explain: ({ skb, kernel: { nowUs } }, matched) => {
        const { ct } = skb;
        if (state && (!matched || entryConditions.length === 0) && (matched || !state.holds(skb))) return state.explain(skb);
        if (!ct) return matched ? state!.explain(skb) : 'the packet belongs to no connection';
        const told = matched ? entryConditions : entryConditions.filter((condition) => !condition.holds(ct, nowUs)).slice(0, 1);
        return [...(matched && state ? [state.explain(skb)] : []), ...told.map((condition) => condition.explain(ct, nowUs))].join(', ');
      },
    };
  },
};

function stateCondition(options: OptionSet) {
  const text = options.value('ctstate');
  if (text === undefined) return undefined;
  const states = parseStates(text, 'ctstate');
  const wanted = states.reduce((bits, state) => bits | stateBit(state), 0);
  const inverted = options.isInverted('ctstate');
  return {
    phrase: `${bang(inverted)}--ctstate ${states.join(',')}`,
    holds: (skb: Skb) => ((stateBits(skb) & wanted) !== 0) !== inverted,
    explain: (skb: Skb) => explainState(stateBits(skb), states),
  };
}

/** A packet without a connection is INVALID, unless rules wanted it so; one that was translated is SNAT or DNAT besides. */
export function stateBits(skb: Skb): number {
  if (!skb.ct) return stateBit(skb.untracked ? 'UNTRACKED' : 'INVALID');
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
