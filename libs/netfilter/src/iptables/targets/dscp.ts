import { dscpText, parseDscp } from '../dscp-value.js';
import type { TargetExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

/** The two bits below DSCP are ECN's. */
const ECN_BITS = 0x03;

/** `-j DSCP`: the differentiated services field (Linux: net/netfilter/xt_DSCP.c). */
export const dscp: TargetExtension = {
  name: 'DSCP',
  options: [
    { name: 'set-dscp', values: 1, excludes: ['set-dscp-class'] },
    { name: 'set-dscp-class', values: 1 },
  ],
  tables: ['mangle'],
  parse(options) {
    const value = parseDscp(options, 'set-');
    if (value === undefined) throw parameterProblem('DSCP target: Parameter --set-dscp is required');
    return {
      name: 'DSCP',
      text: `--set-dscp ${dscpText(value)}`,
      list: () => `DSCP set ${dscpText(value)}`,
      apply: ({ packet }) => {
        packet.tos = (packet.tos & ECN_BITS) | (value << 2);
        return 'continue';
      },
    };
  },
};
