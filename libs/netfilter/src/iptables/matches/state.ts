import { bang, type MatchExtension } from '../extension.js';
import { READS } from '../reads.js';
import { explainState, parseStates, stateBit, stateBits } from './conntrack.js';

/** `-m state`: the older spelling of `-m conntrack --ctstate` (iptables: extensions/libxt_conntrack.c). */
export const state: MatchExtension = {
  name: 'state',
  options: [{ name: 'state', values: 1, invertible: true, required: true }],
  parse(options) {
    const states = parseStates(options.value('state')!, 'state');
    const wanted = states.reduce((bits, each) => bits | stateBit(each), 0);
    const inverted = options.isInverted('state');
    const phrase = states.join(',');
    return {
      name: 'state',
      text: `${bang(inverted)}--state ${phrase}`,
      list: () => `${bang(inverted)}state ${phrase}`,
      needsConntrack: true,
      test: ({ skb }) => ((stateBits(skb) & wanted) !== 0) !== inverted,
      explain: ({ skb }) => explainState(stateBits(skb), states),
      reads: READS.STATE,
    };
  },
};
