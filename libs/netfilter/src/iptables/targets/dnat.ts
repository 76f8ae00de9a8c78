import type { TargetExtension } from '../extension.js';
import { flagsText, parseAddressRange, PERSISTENT_OPTION, RANDOM_OPTION, rangeText, translate } from './nat-range.js';

/** `-j DNAT`: another destination for the whole connection (Linux: net/netfilter/xt_nat.c). */
export const dnat: TargetExtension = {
  name: 'DNAT',
  options: [{ name: 'to-destination', values: 1, required: true }, RANDOM_OPTION, PERSISTENT_OPTION],
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  parse(options, protocol) {
    const range = parseAddressRange(options.value('to-destination')!, options, protocol);
    return {
      name: 'DNAT',
      text: `--to-destination ${rangeText(range)}${flagsText(options, '--')}`,
      list: () => `to:${rangeText(range)}${flagsText(options, '')}`,
      apply: (context) => translate(context, range, 'DST'),
    };
  },
};
