import type { KubeObject } from '@svclab/kube-api';
import { TERMINALS, terminalTable } from '@svclab/shell';
import { canonicalJson, cloneJson } from '@svclab/sim';
import type { EntryInput } from '../entry.js';
import type { ExecuteContext, Sandbox } from '../sandbox.js';
import { done, refuse, type Outcome } from './outcome.js';

/** Tables whose records only ever count up: an undo must not hand out a uid, version or order twice. */
const NEVER_LOWERED: ReadonlySet<string> = new Set(['kube.counters', 'sim.timer-order']);

/**
 * Puts every record back to what it was after entry `toSeq`. Nothing is executed and no
 * controller reacts: that state was at rest. Kubernetes objects that differ are written
 * with a new resourceVersion, since watchers must see a change as a change.
 */
export function runRevert(sandbox: Sandbox, input: Extract<EntryInput, { kind: 'revert' }>, context: ExecuteContext): Outcome {
  const target = context.revertTarget;
  if (!target || input.toSeq < 1 || input.toSeq > sandbox.seq) {
    return refuse({
      status: 422,
      title: 'Cannot revert',
      detail: `toSeq ${input.toSeq} is not in the log: it ends at ${sandbox.seq}`,
      errors: [{ pointer: '/toSeq', detail: `must be between 1 and ${sandbox.seq}` }],
    });
  }
  sandbox.executions.clear();
  sandbox.terminals.clear();
  const { store } = sandbox.sim;
  let changed = 0;
  for (const name of new Set([...store.tableNames(), ...Object.keys(target.tables)])) {
    if (NEVER_LOWERED.has(name) || name === TERMINALS) continue;
    const table = store.table<object>(name);
    const wanted = new Map(target.tables[name]?.records ?? []);
    for (const key of table.keys()) {
      if (!wanted.has(key)) {
        table.delete(key);
        changed++;
      }
    }
    for (const [key, record] of wanted) {
      const present = table.get(key);
      if (present && sameRecord(name, present, record)) continue;
      table.put(
        key,
        name === 'kube.objects' ? sandbox.world.api.withNewResourceVersion(cloneJson(record as KubeObject)) : (cloneJson(record) as object),
      );
      changed++;
    }
  }
  const terminals = terminalTable(sandbox.world);
  // They belong to the people who sit there, and are told.
  for (const id of terminals.keys()) terminals.put(id, { ...terminals.get(id)!, phase: 'reverted' });
  sandbox.sim.discardWork();
  return done({ toSeq: input.toSeq, changedRecords: changed });
}

/** Objects are compared without their resourceVersion: two reverts in a row change nothing the second time. */
function sameRecord(table: string, a: unknown, b: unknown): boolean {
  return table === 'kube.objects'
    ? canonicalJson(withoutVersion(a)) === canonicalJson(withoutVersion(b))
    : canonicalJson(a) === canonicalJson(b);
}

function withoutVersion(record: unknown): unknown {
  const object = record as { metadata?: object };
  return { ...object, metadata: { ...object.metadata, resourceVersion: '' } };
}
