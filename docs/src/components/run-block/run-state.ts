import type { ExecEvent, Problem } from '@svclab/client';

/** A piece of what a command wrote. */
export interface Chunk {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A run that has come to its end; what a page remembers of a block. */
export interface FinishedRun {
  readonly sandboxId: string;
  /** Of the sandbox: a reset begins the next. */
  readonly log: number;
  readonly command: string;
  readonly output: readonly Chunk[];
  /** Null when it was cut off. */
  readonly exitCode: number | null;
  readonly reason?: string | undefined;
  /** Its first entry and its last. */
  readonly firstSeq: number;
  readonly seq: number;
  /** How long the reader waited. */
  readonly elapsedMs: number;
  /** How long it took in the cluster. */
  readonly virtualMs: number;
  readonly traceId?: string | undefined;
  /** The browser tab that ran it. */
  readonly tab: string;
}

/** How a block stands. */
export type RunState =
  | { readonly phase: 'idle' }
  /** Asked for, not begun: the sandbox is being made, or the server is away. */
  | { readonly phase: 'waiting' }
  | ({ readonly phase: 'running'; readonly execId: string } & Pick<FinishedRun, 'output' | 'firstSeq' | 'traceId'>)
  | { readonly phase: 'done'; readonly run: FinishedRun }
  | { readonly phase: 'refused'; readonly problem: Problem };

export type RunAction =
  | { readonly type: 'ask' }
  | {
      readonly type: 'event';
      readonly event: ExecEvent;
      readonly about: Pick<FinishedRun, 'sandboxId' | 'log' | 'command' | 'elapsedMs' | 'tab'>;
    }
  | { readonly type: 'refuse'; readonly problem: Problem }
  | { readonly type: 'give up' }
  | { readonly type: 'recall'; readonly run: FinishedRun | undefined };

export const IDLE: RunState = { phase: 'idle' };

export function reduceRun(state: RunState, action: RunAction): RunState {
  switch (action.type) {
    case 'ask':
      return { phase: 'waiting' };
    case 'event':
      return happened(state, action.event, action.about);
    case 'refuse':
      return { phase: 'refused', problem: action.problem };
    case 'give up':
      return IDLE;
    case 'recall':
      // What another tab did never takes away what is being done here.
      if (state.phase === 'waiting' || state.phase === 'running') return state;
      return action.run ? { phase: 'done', run: action.run } : IDLE;
  }
}

function happened(state: RunState, event: ExecEvent, about: Extract<RunAction, { type: 'event' }>['about']): RunState {
  // A second start tells the whole command again: what was shown until the connection broke comes once more.
  if (event.event === 'start')
    return { phase: 'running', execId: event.data.execId, firstSeq: event.data.seq, output: [], traceId: undefined };
  if (state.phase !== 'running') return state;
  switch (event.event) {
    case 'stdout':
    case 'stderr':
      return { ...state, output: appended(state.output, { stream: event.event, text: event.data.text }) };
    case 'trace':
      return { ...state, traceId: event.data.traceId };
    case 'tick':
      return state;
    case 'end': {
      const { output, firstSeq, traceId } = state;
      const { exitCode, seq, virtualMs = 0, reason } = event.data;
      return { phase: 'done', run: { ...about, output, firstSeq, traceId, exitCode, seq, virtualMs, reason } };
    }
  }
}

/** Neighbours of the same stream become one. */
function appended(output: readonly Chunk[], chunk: Chunk): readonly Chunk[] {
  const last = output.at(-1);
  if (last?.stream !== chunk.stream) return [...output, chunk];
  return [...output.slice(0, -1), { stream: chunk.stream, text: last.text + chunk.text }];
}

/** Lines of an output, for folding; a last line break begins no further line. */
export const lineCount = (output: readonly Chunk[]): number => {
  const text = output.map((chunk) => chunk.text).join('');
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
};

/** The first `lines` lines of an output, each piece still with its stream. */
export function firstLines(output: readonly Chunk[], lines: number): readonly Chunk[] {
  const kept: Chunk[] = [];
  let left = lines;
  for (const { stream, text } of output) {
    const parts = text.split('\n');
    if (parts.length > left) return [...kept, { stream, text: parts.slice(0, left).join('\n') }];
    left -= parts.length - 1;
    kept.push({ stream, text });
  }
  return kept;
}

/** Longest output that a page remembers; a longer one stays in the sandbox's log. */
const MAX_KEPT_CHARACTERS = 20_000;

/** What of a run is remembered over a reload. */
export function kept(run: FinishedRun): FinishedRun {
  let left = MAX_KEPT_CHARACTERS;
  const output = run.output.map(({ stream, text }) => {
    const part = text.slice(0, left);
    left -= part.length;
    return { stream, text: part };
  });
  return { ...run, output: output.filter(({ text }) => text !== '') };
}
