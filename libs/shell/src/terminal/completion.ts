import { resolvePath } from '../globbing.js';
import type { Programs } from '../programs.js';
import type { ShellState } from '../state.js';
import type { Completion } from './line-editor.js';

/** What Tab offers: in the place of a command its name, elsewhere a file. */
// Simplification: Tab completes commands and files; the words of kubectl and docker are not completed.
export function complete(text: string, cursor: number, state: ShellState, programs: Programs): Completion {
  const before = text.slice(0, cursor);
  const from = before.search(/[^\s|&;()<>"'=]*$/);
  const word = before.slice(from);
  const isCommand = /(?:^|[|&;(]|\b(?:do|then|else|if|while|until|sudo|time))\s*$/.test(before.slice(0, from));
  return { from, candidates: isCommand && !word.includes('/') ? commands(word, state, programs) : files(word, state, programs) };
}

function commands(start: string, state: ShellState, programs: Programs): readonly string[] {
  const names = [...programs.names(state.at), ...state.functions.keys(), ...state.aliases.keys()];
  return [...new Set(names)].filter((name) => name.startsWith(start)).toSorted();
}

function files(word: string, state: ShellState, programs: Programs): readonly string[] {
  const place = programs.files(state.at);
  const slash = word.lastIndexOf('/') + 1;
  const [shown, start] = [word.slice(0, slash), word.slice(slash)];
  const expanded = shown.startsWith('~/') ? `${state.text('HOME') ?? ''}${shown.slice(1)}` : shown;
  const folder = resolvePath(state.cwd, expanded);
  const names = place.list(folder) ?? [];
  return names
    .filter((name) => name.startsWith(start) && (start !== '' || !name.startsWith('.')))
    .map((name) => `${shown}${name}${place.list(resolvePath(folder, name)) ? '/' : ''}`);
}
