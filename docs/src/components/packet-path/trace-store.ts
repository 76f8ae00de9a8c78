import type { Trace } from '@svclab/netstack';
import { decidingStep, pathView, type Direction, type PathView } from './path-view.js';

/** A trace as the API hands it out. */
export interface TracedRequest {
  readonly trace: Trace;
  /** Its text form. */
  readonly text: string;
  readonly traceId?: string;
}

/** What the packet's path shows. `step` indexes `view.steps`. */
export interface PathState {
  readonly request: TracedRequest;
  readonly direction: Direction;
  readonly view: PathView;
  readonly step: number;
  /** The step that pointer or focus rests on; drawing and list both mark it. */
  readonly pointed: number | null;
  readonly playing: boolean;
  readonly shows: 'flow' | 'text';
}

export type PathAction =
  | { readonly type: 'open'; readonly request: TracedRequest }
  | { readonly type: 'turn'; readonly direction?: Direction }
  | { readonly type: 'go'; readonly step: number }
  | { readonly type: 'step' | 'hop'; readonly by: 1 | -1 }
  | { readonly type: 'first' | 'last' | 'toggle play' | 'toggle text' | 'tick' | 'hop tick' }
  | { readonly type: 'point'; readonly step: number | null };

/** Opens a trace where it was decided. */
export function openPath(request: TracedRequest): PathState {
  const view = pathView(request.trace, 'forward');
  return { request, direction: 'forward', view, step: decidingStep(view), pointed: null, playing: false, shows: 'flow' };
}

/** The one place where the state of a path changes; steps asked for beyond the ends mean the ends. */
export function reducePath(state: PathState, action: PathAction): PathState {
  const last = state.view.steps.length - 1;
  switch (action.type) {
    case 'open':
      return openPath(action.request);
    case 'turn':
      return turn(state, action.direction ?? (state.direction === 'forward' ? 'return' : 'forward'));
    case 'go':
      return at(state, action.step, false);
    case 'step':
      return at(state, state.step + action.by, false);
    case 'hop':
      return at(state, hopStart(state, action.by), false);
    case 'first':
      return at(state, 0, false);
    case 'last':
      return at(state, last, false);
    case 'toggle play':
      return { ...state, step: !state.playing && state.step === last ? 0 : state.step, playing: !state.playing && last > 0 };
    case 'tick':
      return at(state, state.step + 1, state.step + 1 < last);
    case 'hop tick': {
      const next = hopStart(state, 1);
      return at(state, next, next < last);
    }
    case 'toggle text':
      return { ...state, shows: state.shows === 'flow' ? 'text' : 'flow', playing: false };
    case 'point':
      return state.pointed === action.step ? state : { ...state, pointed: action.step };
  }
}

/** Whether there is a way back to show. */
export const hasReturn = ({ request }: PathState): boolean => request.trace.return.length > 0;

const at = (state: PathState, step: number, playing: boolean): PathState => ({
  ...state,
  step: Math.max(0, Math.min(step, state.view.steps.length - 1)),
  playing,
});

function turn(state: PathState, direction: Direction): PathState {
  if (direction === state.direction || (direction === 'return' && !hasReturn(state))) return state;
  const view = pathView(state.request.trace, direction);
  return { ...state, direction, view, step: decidingStep(view), pointed: null, playing: false };
}

/** First step of the next hop (or the last step of all), of this one, or of the one before. */
function hopStart({ view, step }: PathState, by: 1 | -1): number {
  const here = view.steps[step]?.hop ?? 0;
  if (by > 0) return view.hops[here + 1]?.steps[0]?.index ?? view.steps.length - 1;
  const start = view.hops[here]?.steps[0]?.index ?? 0;
  return step > start ? start : (view.hops[here - 1]?.steps[0]?.index ?? 0);
}

/** Holds a path's state for whoever shows it: list, drawing and panes look at one store. */
export class TraceStore {
  #state: PathState;
  readonly #listeners = new Set<() => void>();

  constructor(request: TracedRequest) {
    this.#state = openPath(request);
  }

  readonly snapshot = (): PathState => this.#state;

  readonly dispatch = (action: PathAction): void => {
    const next = reducePath(this.#state, action);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
