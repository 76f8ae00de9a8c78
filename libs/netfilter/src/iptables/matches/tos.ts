import { bang, compared, type MatchExtension } from '../extension.js';
import { byteText, parseTos, tosSymbol, tosText } from '../tos-value.js';

/** `-m tos`: bits of the type-of-service byte (Linux: net/netfilter/xt_dscp.c, `tos_mt`). */
export const tos: MatchExtension = {
  name: 'tos',
  options: [{ name: 'tos', values: 1, invertible: true, required: true }],
  parse(options) {
    const wanted = parseTos(options, 'tos');
    const inverted = options.isInverted('tos');
    return {
      name: 'tos',
      text: `${bang(inverted)}--tos ${tosText(wanted)}`,
      list: (numeric) => {
        const symbol = numeric ? undefined : tosSymbol(wanted);
        return `tos match${inverted ? '!' : ''}${symbol === undefined ? tosText(wanted) : ` ${symbol}`}`;
      },
      test: ({ packet }) => ((packet.tos & wanted.mask) === wanted.value) !== inverted,
      explain: ({ packet }, matched) => compared('TOS', byteText(packet.tos), tosText(wanted), matched !== inverted),
    };
  },
};
