import type { MatchExtension } from '../extension.js';

/** `-m nfacct`: matches everything and bumps a named counter (Linux: net/netfilter/xt_nfacct.c). */
export const nfacct: MatchExtension = {
  name: 'nfacct',
  options: [{ name: 'nfacct-name', values: 1, required: true }],
  parse(options) {
    const name = options.value('nfacct-name')!;
    return {
      name: 'nfacct',
      // Two blanks: the tool prints an empty prefix before the name.
      text: `--nfacct-name  ${name}`,
      list: () => `nfacct-name  ${name}`,
      accountingObject: name,
      test: ({ kernel, netns, packet }) => {
        kernel.accounting.count(netns, name, packet.length);
        return true;
      },
      explain: () => `counted by ${name}`,
    };
  },
};
