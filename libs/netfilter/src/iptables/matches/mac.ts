import { bang, compared, type MatchExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

/** `-m mac`: who put the frame on the wire (Linux: net/netfilter/xt_mac.c). */
export const mac: MatchExtension = {
  name: 'mac',
  options: [{ name: 'mac-source', values: 1, invertible: true, required: true }],
  parse(options) {
    const wanted = options.value('mac-source')!.toLowerCase();
    if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(wanted)) throw parameterProblem('Invalid MAC address specified.');
    const inverted = options.isInverted('mac-source');
    return {
      name: 'mac',
      text: `${bang(inverted)}--mac-source ${wanted}`,
      list: () => `MAC ${bang(inverted)}${wanted}`,
      hooks: ['PREROUTING', 'INPUT', 'FORWARD'],
      // A packet that came over the loopback device has no Ethernet header to look at.
      test: ({ skb: { sourceMac } }) => sourceMac !== undefined && (sourceMac === wanted) !== inverted,
      explain: ({ skb: { sourceMac } }, matched) => compared('the frame’s source', sourceMac ?? '(none)', wanted, matched !== inverted),
    };
  },
};
