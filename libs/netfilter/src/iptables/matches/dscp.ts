import { dscpOf, dscpText, parseDscp } from '../dscp-value.js';
import { bang, compared, type MatchExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

/** `-m dscp`: the differentiated services field (Linux: net/netfilter/xt_dscp.c). */
export const dscp: MatchExtension = {
  name: 'dscp',
  options: [
    { name: 'dscp', values: 1, invertible: true, excludes: ['dscp-class'] },
    { name: 'dscp-class', values: 1, invertible: true },
  ],
  parse(options) {
    const wanted = parseDscp(options, '');
    if (wanted === undefined) throw parameterProblem('DSCP match: Parameter --dscp is required');
    const inverted = options.isInverted('dscp') || options.isInverted('dscp-class');
    return {
      name: 'dscp',
      text: `${bang(inverted)}--dscp ${dscpText(wanted)}`,
      list: () => `DSCP match ${inverted ? '!' : ''}${dscpText(wanted)}`,
      test: ({ packet }) => (dscpOf(packet.tos) === wanted) !== inverted,
      explain: ({ packet }, matched) => compared('DSCP', dscpText(dscpOf(packet.tos)), dscpText(wanted), matched !== inverted),
    };
  },
};
