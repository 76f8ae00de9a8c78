import { useCallback, type Dispatch, type KeyboardEvent } from 'react';
import type { PathAction } from './trace-store.js';

const KEYS: { readonly [key: string]: PathAction } = {
  ArrowRight: { type: 'step', by: 1 },
  ArrowLeft: { type: 'step', by: -1 },
  'Shift+ArrowRight': { type: 'hop', by: 1 },
  'Shift+ArrowLeft': { type: 'hop', by: -1 },
  Home: { type: 'first' },
  End: { type: 'last' },
  ' ': { type: 'toggle play' },
  r: { type: 'turn' },
  t: { type: 'toggle text' },
};

/** The keys of the path while the focus is inside it, and only then (WCAG 2.1.4). */
export function usePathKeys(dispatch: Dispatch<PathAction>): (event: KeyboardEvent<HTMLElement>) => void {
  return useCallback(
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const action = KEYS[event.shiftKey && event.key.startsWith('Arrow') ? `Shift+${event.key}` : event.key];
      if (!action || belongsToTarget(event)) return;
      event.preventDefault();
      dispatch(action);
    },
    [dispatch],
  );
}

/** A text that scrolls keeps its arrows; a button keeps its space bar, unless it is a step, where Enter does the same. */
function belongsToTarget({ key, target }: KeyboardEvent<HTMLElement>): boolean {
  const element = target as HTMLElement;
  if (element.tagName === 'PRE') return key !== 'r' && key !== 't';
  return key === ' ' && !element.hasAttribute('data-step');
}
