import type { SandboxHost } from '../engine/sandbox-host.js';
import type { StoredEntry } from '../persistence/log-types.js';
import { isoTime } from '../sandboxes/presentation.js';
import type { ExecSink } from './paced-execution.js';

/** How often a command that still runs is looked at for more. */
const LOOK_EVERY_MS = 200;
const PAGE = 200;

/**
 * Tells a paced command again from its entries, as it was told the first time: for a request that is sent again because
 * its answer was lost. `goesOn` says whether a command may still write more.
 */
export async function retell(
  host: SandboxHost,
  sandboxId: string,
  first: StoredEntry,
  sink: ExecSink,
  goesOn: (execId: string) => boolean,
): Promise<void> {
  const { execId } = first.input as { readonly execId: string };
  sink.send('start', { execId, seq: first.seq, virtualTime: isoTime(first.virtualTimeUs) }, first.seq);
  let { seq } = first;
  for (let entries = [first]; ;) {
    for (const entry of entries) {
      seq = entry.seq;
      if ((entry.input as { readonly execId?: string }).execId === execId && tellEntry(entry, sink)) return;
    }
    // Asked before the log is read: what ends in between has left its last entry there.
    const more = goesOn(execId);
    entries = await host.listEntries(sandboxId, { afterSeq: seq, limit: PAGE });
    if (entries.length > 0) continue;
    if (!more) return sink.send('end', { seq, exitCode: null, reason: 'the server ended before the command did' }, seq);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** True when it was the command's last. */
function tellEntry({ seq, transcript, answer }: StoredEntry, sink: ExecSink): boolean {
  const { stdout, stderr, exitCode } = transcript!;
  if (stdout) sink.send('stdout', { text: stdout }, seq);
  if (stderr) sink.send('stderr', { text: stderr }, seq);
  for (const { traceId } of answer.traces ?? []) sink.send('trace', { seq, traceId }, seq);
  if (exitCode === null) return false;
  sink.send('end', { seq, exitCode, virtualMs: answer.virtualMs }, seq);
  return true;
}
