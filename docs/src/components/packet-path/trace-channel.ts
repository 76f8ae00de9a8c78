import { useSyncExternalStore } from 'react';
import type { TracedRequest } from './trace-store.js';

/** Fired on `window` by whoever has a trace to show; `detail` is a {@link TracedRequest}. */
const TRACE_EVENT = 'svclab:trace';

let shown: TracedRequest | undefined;

/** Shows a trace in the packet path of the page, if it has one. */
export function showTrace(request: TracedRequest): void {
  shown = request;
  window.dispatchEvent(new CustomEvent<TracedRequest>(TRACE_EVENT, { detail: request }));
}

/** The trace shown last on this page. */
export const useShownTrace = (): TracedRequest | undefined => useSyncExternalStore(subscribe, current, nothing);

function subscribe(listener: () => void): () => void {
  window.addEventListener(TRACE_EVENT, listener);
  return () => window.removeEventListener(TRACE_EVENT, listener);
}

const current = (): TracedRequest | undefined => shown;
const nothing = (): undefined => undefined;
