import { podTemplateText } from '../../describe/index.js';
import { failure } from '../../errors.js';
import { int } from '../../flags.js';
import type { Verb } from '../../invocation.js';
import { alignTabs } from '../../printers/tab-writer.js';
import { qualifiedName } from '../../printers/table.js';
import { OUTPUT_FLAGS } from '../../standard-flags.js';
import { outputOf } from '../../report.js';
import { changeCause, revisionsOf, type Revision } from './revisions.js';
import { TARGET_FLAGS, targetsOf } from './targets.js';

export const history: Verb = {
  name: 'history',
  summary: 'View rollout history',
  usage: '(TYPE NAME | TYPE/NAME) [flags]',
  flags: [int('revision', 'See the details, including podTemplate of the revision specified'), ...TARGET_FLAGS, ...OUTPUT_FLAGS],
  run(call) {
    const wanted = call.flags.int('revision') ?? 0;
    if (wanted < 0) throw failure(`revision must be a positive integer: ${wanted}`);
    for (const target of targetsOf(call)) {
      const revisions = revisionsOf(call, target);
      const shown = wanted > 0 ? revisions.find(({ number }) => number === wanted) : undefined;
      if (wanted > 0 && !shown) throw failure('unable to find the specified revision');
      const printer = outputOf(call);
      if (printer) {
        call.out(printer([{ ...target, object: (shown ?? revisions.at(-1))?.keeper ?? target.object }], false));
        continue;
      }
      const heading = shown ? `with revision #${wanted}` : '';
      const text = shown ? podTemplateText(shown.shown) : listText(revisions);
      call.out(`${qualifiedName(target.resource, target.object.metadata.name)} ${heading}\n${text}\n`);
    }
    return 0;
  },
};

function listText(revisions: readonly Revision[]): string {
  if (revisions.length === 0) return 'No rollout history found.';
  const rows = revisions.map((revision) => `${revision.number}\t${changeCause(revision)}\n`);
  return alignTabs(`REVISION\tCHANGE-CAUSE\n${rows.join('')}`, { minWidth: 0, padding: 2 });
}
