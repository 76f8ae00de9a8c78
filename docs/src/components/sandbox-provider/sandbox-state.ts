import type { Problem, SandboxEvent } from '@svclab/client';

/** How the reader's sandbox stands. */
export interface SandboxState {
  /** `none`: nothing has been run yet. `gone`: it existed, and the server knows it no more. */
  readonly status: 'none' | 'making' | 'ready' | 'gone';
  readonly id: string | undefined;
  /** `unknown` until the server has been asked for the first time. */
  readonly connection: 'unknown' | 'connected' | 'lost';
  /** Of the last entry seen, by whomever it was made. */
  readonly seq: number;
  /** ISO 8601; the cluster's time after that entry. */
  readonly virtualTime: string | undefined;
  /** Number of the log; a reset begins the next, and entries of different logs are not to be compared. */
  readonly log: number;
  /** Entries that an undo has taken back: `after` and later, before `before`. */
  readonly undone: readonly { readonly log: number; readonly after: number; readonly before: number }[];
  /** Why the server makes no sandbox, or takes no more entries. */
  readonly quota: Problem | undefined;
}

export const NOTHING: SandboxState = {
  status: 'none',
  id: undefined,
  connection: 'unknown',
  seq: 0,
  virtualTime: undefined,
  log: 1,
  undone: [],
  quota: undefined,
};

export type SandboxChange =
  | { readonly type: 'making' }
  | { readonly type: 'made'; readonly id: string; readonly seq: number; readonly virtualTime: string }
  | { readonly type: 'found'; readonly id: string; readonly remembered: Remembered | undefined }
  | { readonly type: 'refused'; readonly problem: Problem }
  | { readonly type: 'failed' }
  | { readonly type: 'forgotten' }
  | { readonly type: 'lost' }
  | { readonly type: 'gone' }
  | { readonly type: 'seen'; readonly seq: number; readonly virtualTime: string }
  | { readonly type: 'undone'; readonly toSeq: number; readonly seq: number }
  | { readonly type: 'event'; readonly event: SandboxEvent };

/** What of the state outlives the page. */
export type Remembered = Pick<SandboxState, 'log' | 'undone' | 'seq'>;

export function reduceSandbox(state: SandboxState, change: SandboxChange): SandboxState {
  switch (change.type) {
    case 'making':
      return { ...state, status: 'making', quota: undefined };
    case 'made':
      return { ...NOTHING, status: 'ready', connection: 'connected', id: change.id, seq: change.seq, virtualTime: change.virtualTime };
    case 'found':
      return { ...NOTHING, ...change.remembered, status: 'ready', id: change.id };
    case 'refused':
      return { ...state, status: state.status === 'making' ? 'none' : state.status, connection: 'connected', quota: change.problem };
    case 'failed':
      return { ...state, status: state.status === 'making' ? 'none' : state.status };
    case 'forgotten':
      return NOTHING;
    case 'lost':
      return { ...state, connection: 'lost' };
    case 'gone':
      return { ...state, status: 'gone', connection: 'connected' };
    case 'seen':
      return seen(state, change);
    case 'undone':
      return undone(state, change);
    case 'event':
      return happened(state, change.event);
  }
}

function happened(state: SandboxState, { event, data }: SandboxEvent): SandboxState {
  switch (event) {
    // A greeting may be overtaken by the answer to a command, so its seq alone would tell of resets that never were.
    case 'hello':
    case 'entry':
    case 'reset':
      return seen(data.log > state.log ? startedOver(state, data.log) : { ...state, connection: 'connected' }, data);
    case 'deleted':
      return { ...state, status: 'gone' };
  }
}

const startedOver = (state: SandboxState, log: number): SandboxState => ({
  ...state,
  connection: 'connected',
  log,
  seq: 0,
  undone: [],
  quota: undefined,
});

/** Told by the tab that undid, and again by the event stream. */
function undone(state: SandboxState, { toSeq, seq }: { readonly toSeq: number; readonly seq: number }): SandboxState {
  const { log } = state;
  if (state.undone.some((known) => known.log === log && known.before === seq)) return state;
  return { ...state, undone: [...state.undone, { log, after: toSeq, before: seq }] };
}

function seen(state: SandboxState, { seq, virtualTime }: { readonly seq: number; readonly virtualTime: string }): SandboxState {
  return seq < state.seq ? state : { ...state, connection: 'connected', seq, virtualTime };
}

/** Whether what was made as entry `seq` no longer holds: undone since, of an earlier log, or of another sandbox. */
export function isStale(state: SandboxState, made: { readonly sandboxId: string; readonly log: number; readonly seq: number }): boolean {
  if (state.status === 'none') return false;
  if (state.status === 'gone' || made.sandboxId !== state.id || made.log !== state.log) return true;
  return state.undone.some(({ log, after, before }) => log === made.log && made.seq > after && made.seq < before);
}
