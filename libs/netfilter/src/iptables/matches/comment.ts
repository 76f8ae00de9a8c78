import type { MatchExtension } from '../extension.js';
import { quote } from '../quoting.js';
import { READS } from '../reads.js';
import { parameterProblem } from '../tool-error.js';

/** Linux: `XT_MAX_COMMENT_LEN`, its final zero byte included. */
const MOST_LENGTH = 256;

/** `-m comment`: matches everything and says why the rule is there. */
export const comment: MatchExtension = {
  name: 'comment',
  options: [{ name: 'comment', values: 1, required: true }],
  parse(options) {
    const text = options.value('comment')!;
    if (text.length >= MOST_LENGTH) throw parameterProblem('comment: bad value for option "--comment"\n');
    return {
      name: 'comment',
      text: `--comment ${quote(text)}`,
      list: () => `/* ${text} */`,
      test: () => true,
      explain: () => '',
      reads: READS.NOTHING,
    };
  },
};
