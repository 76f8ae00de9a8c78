import { bang, compared, type MatchExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

const TYPES = ['unicast', 'broadcast', 'multicast'];

/** `-m pkttype`: to whom the frame was addressed (Linux: net/netfilter/xt_pkttype.c). */
// Simplification: the simulated cables carry no broadcasts and no multicasts, so every packet is unicast.
export const pkttype: MatchExtension = {
  name: 'pkttype',
  options: [{ name: 'pkt-type', values: 1, invertible: true, required: true }],
  parse(options) {
    const text = options.value('pkt-type')!;
    const type = text === 'bcast' ? 'broadcast' : text === 'mcast' ? 'multicast' : text === 'host' ? 'unicast' : text;
    if (!TYPES.includes(type)) throw parameterProblem(`Bad packet type '${text}'`);
    const inverted = options.isInverted('pkt-type');
    return {
      name: 'pkttype',
      text: `${bang(inverted)}--pkt-type ${type}`,
      list: () => `PKTTYPE ${inverted ? '!=' : '='} ${type}`,
      test: () => (type === 'unicast') !== inverted,
      explain: (_context, matched) => compared('packet type', 'unicast', type, matched !== inverted),
    };
  },
};
