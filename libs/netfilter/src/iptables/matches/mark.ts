import { bang, hex, type MatchExtension } from '../extension.js';
import { parseMarkAndMask } from '../mark-value.js';
import { READS } from '../reads.js';

/** `-m mark`: the mark that rules put on a packet (Linux: net/netfilter/xt_mark.c). */
export const mark: MatchExtension = {
  name: 'mark',
  options: [{ name: 'mark', values: 1, invertible: true, required: true }],
  parse(options) {
    const { value, mask } = parseMarkAndMask(options, 'mark');
    const inverted = options.isInverted('mark');
    const printed = mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`;
    return {
      name: 'mark',
      text: `${bang(inverted)}--mark ${printed}`,
      list: () => `mark match ${bang(inverted)}${printed}`,
      test: ({ skb }) => ((skb.mark & mask) >>> 0 === value) !== inverted,
      explain: ({ skb }, matched) => `mark ${hex(skb.mark)} ${matched === inverted ? 'does not have' : 'has'} ${printed}`,
      reads: READS.MARK,
    };
  },
};
