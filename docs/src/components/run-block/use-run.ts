import { ConnectionError, ProblemError } from '@svclab/client';
import { useCallback, useEffect, useReducer, useRef } from 'react';
import { isQuota, useSandbox } from '../sandbox-provider/index.js';
import { type FinishedRun, IDLE, kept, reduceRun, type RunState } from './run-state.js';

export interface Run {
  readonly state: RunState;
  /** What it shows no longer holds: an entry that it made, or one that came before it, was undone. */
  readonly isStale: boolean;
  /** It was run in another tab of this browser. */
  readonly isFromElsewhere: boolean;
  start(command: string): void;
  /** Ctrl-C; also ends the waiting for a server. */
  stop(): void;
  /** Takes back what the block did, and all that came after. */
  undo(): void;
}

/** One block's runs in the sandbox of the page. The last is remembered, and shared by the tabs. */
export function useRun(blockId: string, at: string): Run {
  const { sandbox, state: sandboxState } = useSandbox();
  const [state, dispatch] = useReducer(reduceRun, IDLE);
  const giveUp = useRef<AbortController | undefined>(undefined);
  const slot = `run:${blockId}`;

  useEffect(() => {
    const recall = (): void => dispatch({ type: 'recall', run: sandbox.storage.read<FinishedRun>(slot) });
    recall();
    return sandbox.storage.watch(slot, recall);
  }, [sandbox, slot]);

  const done = state.phase === 'done' ? state.run : undefined;
  useEffect(() => {
    if (done && done.tab === sandbox.tab) sandbox.storage.write(slot, kept(done));
  }, [sandbox, slot, done]);

  const start = useCallback(
    (command: string): void => {
      const startedMs = performance.now();
      const controller = new AbortController();
      giveUp.current = controller;
      dispatch({ type: 'ask' });
      sandbox
        .run(
          { command, at },
          (event) => {
            const { id, log } = sandbox.state();
            const elapsedMs = Math.round(performance.now() - startedMs);
            dispatch({ type: 'event', event, about: { sandboxId: id!, log, command, elapsedMs, tab: sandbox.tab } });
          },
          controller.signal,
        )
        .catch((error: unknown) => {
          if (error instanceof ProblemError) dispatch({ type: 'refuse', problem: error.problem });
          else dispatch({ type: 'give up' });
          if (!(error instanceof ProblemError || error instanceof ConnectionError || controller.signal.aborted)) throw error;
        });
    },
    [sandbox, at],
  );

  const stop = useCallback((): void => {
    if (state.phase === 'running' && sandbox.state().connection !== 'lost') {
      // It may end by itself first; then there is nothing to stop.
      void sandbox.client?.signal(state.execId, 'SIGINT').catch(() => undefined);
    } else giveUp.current?.abort();
  }, [sandbox, state]);

  const undo = useCallback((): void => {
    if (done) void sandbox.revert(done.firstSeq - 1).catch(() => undefined);
  }, [sandbox, done]);

  // There is room again, so the refusal has had its day.
  const isOver = state.phase === 'refused' && isQuota(state.problem) && sandboxState.quota === undefined;

  return {
    state: isOver ? IDLE : state,
    isStale: done !== undefined && sandboxState.status !== 'none' && sandbox.isStale(done),
    isFromElsewhere: done !== undefined && done.tab !== sandbox.tab,
    start,
    stop,
    undo,
  };
}
