import { useSyncExternalStore } from 'react';

/** What a reader has done about one check. It belongs to the reader, not to the sandbox: a new sandbox does not take it away. */
export interface CheckProgress {
  readonly tries: number;
  readonly hintsShown: number;
  readonly solutionShown: boolean;
  readonly passed: boolean;
}

/** By `<chapter>/<check>`. */
type Progress = Readonly<Record<string, CheckProgress>>;

const STORAGE_KEY = 'svclab.progress';
const NOTHING: CheckProgress = { tries: 0, hintsShown: 0, solutionShown: false, passed: false };
const NO_PROGRESS: Progress = {};

const listeners = new Set<() => void>();
let progress: Progress | undefined;

const keyOf = (chapter: string, check: string): string => `${chapter}/${check}`;

function current(): Progress {
  progress ??= stored();
  return progress;
}

/** Storage may be switched off, or hold what another version wrote: then the reader starts anew. */
function stored(): Progress {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Progress) : NO_PROGRESS;
  } catch {
    return NO_PROGRESS;
  }
}

function tell(next: Progress): void {
  progress = next;
  for (const listener of listeners) listener();
}

function onStorage({ key }: StorageEvent): void {
  if (key === STORAGE_KEY) tell(stored());
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('storage', onStorage);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('storage', onStorage);
  };
}

export function changeProgress(chapter: string, check: string, change: (before: CheckProgress) => Partial<CheckProgress>): void {
  const key = keyOf(chapter, check);
  const before = current()[key] ?? NOTHING;
  const next = { ...current(), [key]: { ...before, ...change(before) } };
  tell(next);
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  } catch {
    // The page goes on without memory.
  }
}

const useProgress = (): Progress => useSyncExternalStore(subscribe, current, () => NO_PROGRESS);

export const useCheckProgress = (chapter: string, check: string): CheckProgress => useProgress()[keyOf(chapter, check)] ?? NOTHING;

/** How many of these checks the reader has passed, now or earlier. */
export function usePassed(chapter: string, checks: readonly string[]): number {
  const all = useProgress();
  return checks.filter((check) => all[keyOf(chapter, check)]?.passed).length;
}
