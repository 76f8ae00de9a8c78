import { bang, hex, type MatchExtension } from '../extension.js';
import { parseMarkAndMask } from '../mark-value.js';

/** `-m connmark`: the mark that a connection remembers (Linux: net/netfilter/xt_connmark.c, `connmark_mt`). */
export const connmark: MatchExtension = {
  name: 'connmark',
  options: [{ name: 'mark', values: 1, invertible: true, required: true }],
  parse(options) {
    const { value, mask } = parseMarkAndMask(options, 'mark', 'integer');
    const inverted = options.isInverted('mark');
    const printed = mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`;
    return {
      name: 'connmark',
      text: `${bang(inverted)}--mark ${printed}`,
      list: () => `connmark match ${inverted ? '!' : ''} ${printed}`,
      needsConntrack: true,
      test: ({ skb: { ct } }) => ct !== undefined && ((ct.entry.mark & mask) >>> 0 === value) !== inverted,
      explain: ({ skb: { ct } }, matched) =>
        ct
          ? `the connection's mark ${hex(ct.entry.mark)} ${matched === inverted ? 'does not have' : 'has'} ${printed}`
          : 'the packet belongs to no connection, so there is no mark',
    };
  },
};
