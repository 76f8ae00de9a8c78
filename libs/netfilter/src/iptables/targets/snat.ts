import type { TargetExtension } from '../extension.js';
import { flagsText, parseAddressRange, PERSISTENT_OPTION, SOURCE_RANDOM_OPTIONS, rangeText, translate } from './nat-range.js';

/** `-j SNAT`: another source for the whole connection (Linux: net/netfilter/xt_nat.c). */
export const snat: TargetExtension = {
  name: 'SNAT',
  options: [{ name: 'to-source', values: 1, required: true }, ...SOURCE_RANDOM_OPTIONS, PERSISTENT_OPTION],
  tables: ['nat'],
  hooks: ['INPUT', 'POSTROUTING'],
  parse(options, protocol) {
    const range = parseAddressRange(options.value('to-source')!, options, protocol);
    return {
      name: 'SNAT',
      text: `--to-source ${rangeText(range)}${flagsText(options, '--')}`,
      list: () => `to:${rangeText(range)}${flagsText(options, '')}`,
      apply: (context) => translate(context, range, 'SRC'),
    };
  },
};
