import { parentPort } from 'node:worker_threads';
import { getHeapStatistics } from 'node:v8';
import { evaluate, findChapter, report } from '@svclab/labs';
import { ENGINE_VERSION, Sandbox, type Answer, type Snapshot } from '@svclab/sandbox';
import { pack, unpack } from '../persistence/compression.js';
import type { RecoveryData, StoredRecord } from '../persistence/log-types.js';
import type { ChecksQuery, ExecuteReply, Operation, Question, Reply } from './protocol.js';

/** The state before the first entry. */
const NOTHING: Snapshot = { format: 1, engineVersion: ENGINE_VERSION, seq: 0, stateHash: '0'.repeat(16), dump: { tables: {} } };

const port = parentPort!;
const sandboxes = new Map<string, Sandbox>();

type Execute = Extract<Operation, { op: 'execute' }>;

class NotResident extends Error {}

function resident(id: string): Sandbox {
  const sandbox = sandboxes.get(id);
  if (!sandbox) throw new NotResident();
  return sandbox;
}

function restore({ snapshot, deltas }: RecoveryData): Sandbox {
  return Sandbox.restore(
    snapshot ? unpack<Snapshot>(snapshot) : NOTHING,
    deltas.map(({ seq, stateHash, delta }) => ({ seq, stateHash, delta: unpack(delta) })),
  );
}

async function execute(id: string, { input, revertTarget, tellObjects }: Execute): Promise<ExecuteReply> {
  // A log's first entry needs no sandbox before it: it is made here, and forgotten again if the entry cannot be kept.
  if (input.kind === 'create') sandboxes.set(id, new Sandbox());
  const context = revertTarget ? { revertTarget: restore(revertTarget).snapshot().dump } : {};
  const { entry, answer, objectEvents = [] } = await resident(id).execute(input, context);
  if (!answer.ok) {
    if (input.kind === 'create') sandboxes.delete(id);
    return { ok: false, problem: answer.problem };
  }
  const { value, output, wakeUs, exitCode, awaitsInput, busy } = answer;
  const { seq, kind, virtualTimeUs, engineVersion, stateHash, delta, transcript, rulesDiff } = entry!;
  const record: StoredRecord = { input: entry!.input, transcript, ...(rulesDiff ? { rulesDiff } : {}), answer: value };
  return {
    ok: true,
    entry: { seq, kind, virtualTimeUs, engineVersion, stateHash, record: pack(record), delta: pack(delta) },
    value,
    rulesDiff: rulesDiff ?? [],
    objectEvents: tellObjects ? objectEvents : [],
    pace: {
      ...(output && { output }),
      ...(wakeUs !== undefined && { wakeUs }),
      ...(exitCode !== undefined && { exitCode }),
      ...(awaitsInput && { awaitsInput }),
      ...(busy && { busy }),
    },
  };
}

function read(sandbox: Sandbox, query: Extract<Operation, { op: 'read' }>['query']): Answer {
  return query.kind === 'checks' ? checks(sandbox, query) : sandbox.read(query);
}

function checks(sandbox: Sandbox, { chapter: id, language }: ChecksQuery): Answer {
  const chapter = findChapter(id);
  return chapter
    ? { ok: true, value: report(chapter, evaluate(sandbox, chapter), language) }
    : { ok: false, problem: { status: 404, title: 'Not Found', detail: `there is no chapter ${id}` } };
}

function perform(operation: Operation): unknown {
  const { sandboxId } = operation;
  switch (operation.op) {
    case 'execute':
      return execute(sandboxId, operation);
    case 'commit':
      return resident(sandboxId).commit();
    case 'evict':
      return sandboxes.delete(sandboxId);
    case 'restore':
      return void sandboxes.set(sandboxId, restore(operation.data));
    case 'read':
      return read(resident(sandboxId), operation.query);
    case 'snapshot':
      return pack(resident(sandboxId).snapshot());
  }
}

async function reply({ id, operation }: Question): Promise<Reply> {
  const heapBytes = measuredHeap();
  try {
    return { id, heapBytes, ok: true, value: await perform(operation) };
  } catch (error) {
    if (error instanceof NotResident) return { id, heapBytes, ok: false, resident: false };
    // After a fault nothing is known of the sandbox's memory: the log is what counts, and the next question restores it.
    sandboxes.delete(operation.sandboxId);
    return { id, heapBytes, ok: false, resident: true, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** The packed blobs of a reply change hands without being copied. */
function transferables(answer: Reply): ArrayBuffer[] {
  const value = answer.ok ? (answer.value as Uint8Array | Partial<Extract<ExecuteReply, { ok: true }>> | undefined) : undefined;
  if (value instanceof Uint8Array) return [value.buffer as ArrayBuffer];
  return value?.entry ? [value.entry.record.buffer, value.entry.delta.buffer] : [];
}

const HEAP_EVERY_MS = 100;
let heap = { bytes: 0, atMs: -HEAP_EVERY_MS };

/** The heap in use, a little out of date: measuring it costs more than most reads. */
function measuredHeap(): number {
  const nowMs = performance.now();
  if (nowMs - heap.atMs >= HEAP_EVERY_MS) heap = { bytes: getHeapStatistics().used_heap_size, atMs: nowMs };
  return heap.bytes;
}

/** Answers of one turn of the event loop, sent together: waking the other thread costs more than a read. */
const answers: Reply[] = [];

function send(answer: Reply): void {
  if (answers.push(answer) === 1) setImmediate(flush);
}

function flush(): void {
  const batch = answers.splice(0);
  port.postMessage(batch, batch.flatMap(transferables));
}

port.on('message', (questions: readonly Question[]) => {
  for (const question of questions) void reply(question).then(send);
});
