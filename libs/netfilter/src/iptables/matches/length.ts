import { bang, compared, spanText, type MatchExtension } from '../extension.js';

const MOST_LENGTH = 65_535;

/** `-m length`: bytes of the whole packet, IP header included (Linux: net/netfilter/xt_length.c). */
export const length: MatchExtension = {
  name: 'length',
  options: [{ name: 'length', values: 1, invertible: true, required: true }],
  parse(options) {
    const span = options.span('length', MOST_LENGTH)!;
    const inverted = options.isInverted('length');
    const [least, most] = span;
    return {
      name: 'length',
      text: `${bang(inverted)}--length ${spanText(span)}`,
      list: () => `length ${inverted ? '!' : ''}${spanText(span)}`,
      test: ({ packet }) => (packet.length >= least && packet.length <= most) !== inverted,
      explain: ({ packet }, matched) => compared('length', packet.length, spanText(span), matched !== inverted),
    };
  },
};
