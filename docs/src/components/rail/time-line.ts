import type { LogEntry } from '@svclab/client';

/** What a mark of the time line stands for: its shape. */
export type MarkKind = 'cluster' | 'command' | 'objects' | 'requests' | 'clock' | 'revert';

/** One thing that was done: an entry, or all entries of one long command. */
export interface Deed {
  readonly kind: MarkKind;
  /** What was asked, in a line. */
  readonly effect: string;
  readonly firstSeq: number;
  readonly seq: number;
  /** What a command wrote, of what is on the page of the log. */
  readonly stdout: string;
  /** Null: not over, or cut off. Undefined where nothing ends with a code. */
  readonly exitCode: number | null | undefined;
}

type Input = Readonly<Record<string, unknown>> & { readonly kind: string };

/** Time that passes by itself is nobody's deed. */
const UNSEEN = new Set(['tick']);

/** The deeds of a page of the log. Both are newest first. */
export function deeds(entries: readonly LogEntry[]): readonly Deed[] {
  const found: Deed[] = [];
  /** Later entries of a command whose start is still to come. */
  const parts = new Map<string, LogEntry[]>();
  for (const entry of entries) {
    const input = entry.input as Input;
    const execId = input['execId'] as string | undefined;
    if (execId !== undefined && input.kind !== 'exec.start') parts.set(execId, [...(parts.get(execId) ?? []), entry]);
    else if (!UNSEEN.has(input.kind)) found.push(deed(entry, input, execId === undefined ? [] : (parts.get(execId) ?? [])));
  }
  return found;
}

function deed(entry: LogEntry, input: Input, later: readonly LogEntry[]): Deed {
  const whole = [entry, ...later.toReversed()];
  const last = whole.at(-1)!;
  return {
    kind: markKind(input.kind),
    effect: effect(input),
    firstSeq: entry.seq,
    seq: last.seq,
    stdout: whole.map(({ transcript }) => transcript?.stdout ?? '').join(''),
    exitCode: entry.transcript === null ? undefined : (last.transcript?.exitCode ?? null),
  };
}

function markKind(kind: string): MarkKind {
  if (kind.startsWith('exec')) return 'command';
  if (kind === 'create' || kind === 'fork') return 'cluster';
  return kind === 'requests' || kind === 'clock' || kind === 'revert' ? kind : 'objects';
}

/** In the words of what was asked: they are the same in every language. */
function effect(input: Input): string {
  switch (input.kind) {
    case 'exec':
    case 'exec.start':
      return oneLine(input['command']);
    case 'manifests':
      return `apply ${manifestNames(String(input['text'])).join(' ')}`;
    case 'requests':
      return `${Number(input['count'] ?? 1)} × ${String(input['from'])} → ${String(input['to'])}`;
    case 'clock':
      return input['advanceSeconds'] === undefined
        ? `clock ${String(input['mode'] ?? 'step')}`
        : `clock +${String(input['advanceSeconds'])} s`;
    case 'revert':
      return `revert to ${String(input['toSeq'])}`;
    case 'create':
      return `create ${String(input['profile'])}`;
    case 'fork':
      return `fork at ${String(input['parentSeq'])}`;
    default: {
      const name = input['name'] ?? (input['object'] as { metadata?: { name?: string } } | undefined)?.metadata?.name;
      return [input.kind.replace('object.', ''), input['resource'], name].filter(Boolean).join(' ');
    }
  }
}

/** `net-pod: curl …`: where it ran and what, without how it got there. */
const placed = (line: string): string => line.replace(/^(?:kubectl|k|docker) exec (?:-it? |-i -t )?([^-\s]\S*) (?:-- )?(?=[^-\s])/, '$1: ');

/** Of a command that first writes a file from itself, what it then does with it says more. */
const oneLine = (command: unknown): string => {
  const lines = String(command).trim().split('\n').map(placed);
  if (lines.length === 1) return lines[0]!;
  return lines[0]!.includes('<<') && lines.at(-1) !== /<<-?\s*['"]?(\w+)/.exec(lines[0]!)?.[1] ? `… ${lines.at(-1)!}` : `${lines[0]!} …`;
};

/** `Service/svc-clusterip` for each document, as far as the text tells. */
const manifestNames = (text: string): string[] =>
  text
    .split(/^---\s*$/m)
    .map((document) => [/^kind:\s*(\S+)/m.exec(document)?.[1], /^\s+name:\s*(\S+)/m.exec(document)?.[1]])
    .filter(([kind]) => kind !== undefined)
    .map((parts) => parts.filter(Boolean).join('/'));

/** The counts of an output such as `uniq -c` writes, and only if it is nothing else. */
export function countsOf(output: string): Readonly<Record<string, number>> | undefined {
  const lines = output.trimEnd().split('\n');
  const counts = lines.map((line) => /^\s*(\d+) (\S.*)$/.exec(line));
  if (lines.length < 2 || counts.includes(null)) return undefined;
  return Object.fromEntries(counts.map((count) => [count![2]!.replace(/^Hostname: /, ''), Number(count![1])]));
}
