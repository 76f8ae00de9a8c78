import type { SandboxClient } from '@svclab/client';
import { useEffect, useRef, useState } from 'react';
import { useSandbox } from '../sandbox-provider/index.js';

/** Entries may come quickly: the sandbox is looked at when it has been quiet for this long. */
const QUIET_MS = 150;

export interface Look<T> {
  /** `asking`: because the reader wants to know; looks that follow an entry go unseen. */
  readonly state: 'idle' | 'asking' | 'answered' | 'no-sandbox' | 'failed';
  /** The last answer, which stays while the next is awaited. */
  readonly value?: T | undefined;
}

/**
 * What a read of the reader's sandbox gives: whenever it is asked for, and where `live`, again after each entry. `read`
 * must be the same function from one render to the next.
 */
export function useLook<T>(
  read: (client: SandboxClient, signal: AbortSignal) => Promise<T>,
  live: boolean,
): Look<T> & { readonly ask: () => void } {
  const { client, state } = useSandbox();
  const { status, seq, log } = state;
  const [look, show] = useState<Look<T>>({ state: 'idle' });
  const [asked, setAsked] = useState(0);
  const taken = useRef(0);

  useEffect(() => {
    const isAsked = asked > taken.current;
    taken.current = asked;
    if (!isAsked && !live) return undefined;
    if (!client || status !== 'ready') {
      show({ state: isAsked ? 'no-sandbox' : 'idle' });
      return undefined;
    }
    const controller = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        show({ state: 'answered', value: await read(client, controller.signal) });
      } catch {
        if (!controller.signal.aborted) show(({ value }) => ({ state: 'failed', value }));
      }
    };
    if (isAsked) show(({ value }) => ({ state: 'asking', value }));
    const timer = setTimeout(() => void ask(), isAsked ? 0 : QUIET_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [read, live, client, status, seq, log, asked]);

  return { ...look, ask: () => setAsked((times) => times + 1) };
}
