import type { Sandbox } from '@svclab/sandbox';
import { ClusterView } from './cluster-view.js';
import type { Chapter, Check, CheckResult, ConditionResult, Evaluation } from './types.js';

/** Which checks of a chapter the sandbox passes, and what is still missing. Looks at the state alone and changes nothing. */
export function evaluate(sandbox: Sandbox, chapter: Chapter): Evaluation {
  const cluster = new ClusterView(sandbox);
  const checks = chapter.checks.map((check) => evaluateCheck(cluster, check));
  return { chapter: chapter.id, seq: sandbox.seq, passed: checks.every(({ passed }) => passed), checks };
}

function evaluateCheck(cluster: ClusterView, { id, conditions }: Check): CheckResult {
  const results = new Map<string, ConditionResult>();
  for (const condition of conditions) {
    const waits = condition.needs !== undefined && results.get(condition.needs)?.status !== 'holds';
    if (waits) {
      results.set(condition.id, { id: condition.id, status: 'waits' });
    } else {
      const { holds, found } = condition.look(cluster);
      results.set(condition.id, { id: condition.id, status: holds ? 'holds' : 'not-yet', found });
    }
  }
  const list = [...results.values()];
  return { id, passed: list.every(({ status }) => status === 'holds'), conditions: list };
}
