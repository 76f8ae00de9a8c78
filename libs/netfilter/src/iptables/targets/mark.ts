import type { TargetExtension } from '../extension.js';
import { changedMark, listMarkChange, markChangeOptions, markChangeText, parseMarkChange } from '../mark-change.js';
import { parameterProblem } from '../tool-error.js';

/** `-j MARK`: the mark of a packet (Linux: net/netfilter/xt_mark.c, `mark_tg`). */
export const mark: TargetExtension = {
  name: 'MARK',
  options: markChangeOptions(),
  parse(options) {
    const change = parseMarkChange(options);
    if (!change) throw parameterProblem('MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required');
    return {
      name: 'MARK',
      text: markChangeText(change),
      list: () => `MARK ${listMarkChange(change)}`,
      apply: ({ skb }) => {
        skb.mark = changedMark(skb.mark, change);
        return 'continue';
      },
      onlyMarks: true,
    };
  },
};
