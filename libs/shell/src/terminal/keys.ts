/** What a key does at a prompt: readline's and zle's names, in their emacs mode. */
export type KeyAction =
  | 'accept-line'
  | 'interrupt'
  | 'delete-or-end'
  | 'suspend'
  | 'backward-delete-char'
  | 'delete-char'
  | 'backward-char'
  | 'forward-char'
  | 'backward-word'
  | 'forward-word'
  | 'beginning-of-line'
  | 'end-of-line'
  | 'previous-history'
  | 'next-history'
  | 'kill-line'
  | 'kill-to-start'
  | 'backward-kill-word'
  | 'kill-word'
  | 'yank'
  | 'transpose-chars'
  | 'clear-screen'
  | 'reverse-search'
  | 'cancel-search'
  | 'complete';

export type Key = { readonly action: KeyAction } | { readonly text: string } | { readonly unknown: true };

/** What terminals send (xterm's control sequences), by the bytes. */
const SEQUENCES: Readonly<Record<string, KeyAction>> = {
  '\r': 'accept-line',
  '\n': 'accept-line',
  '\t': 'complete',
  '\x01': 'beginning-of-line',
  '\x02': 'backward-char',
  '\x03': 'interrupt',
  '\x04': 'delete-or-end',
  '\x05': 'end-of-line',
  '\x06': 'forward-char',
  '\x07': 'cancel-search',
  '\x08': 'backward-delete-char',
  '\x0b': 'kill-line',
  '\x0c': 'clear-screen',
  '\x0e': 'next-history',
  '\x10': 'previous-history',
  '\x12': 'reverse-search',
  '\x14': 'transpose-chars',
  '\x15': 'kill-to-start',
  '\x17': 'backward-kill-word',
  '\x19': 'yank',
  '\x1a': 'suspend',
  '\x7f': 'backward-delete-char',
  '\x1b[A': 'previous-history',
  '\x1bOA': 'previous-history',
  '\x1b[B': 'next-history',
  '\x1bOB': 'next-history',
  '\x1b[C': 'forward-char',
  '\x1bOC': 'forward-char',
  '\x1b[D': 'backward-char',
  '\x1bOD': 'backward-char',
  '\x1b[H': 'beginning-of-line',
  '\x1bOH': 'beginning-of-line',
  '\x1b[1~': 'beginning-of-line',
  '\x1b[F': 'end-of-line',
  '\x1bOF': 'end-of-line',
  '\x1b[4~': 'end-of-line',
  '\x1b[3~': 'delete-char',
  '\x1b[1;3C': 'forward-word',
  '\x1b[1;5C': 'forward-word',
  '\x1bf': 'forward-word',
  '\x1b[1;3D': 'backward-word',
  '\x1b[1;5D': 'backward-word',
  '\x1bb': 'backward-word',
  '\x1bd': 'kill-word',
  '\x1b\x7f': 'backward-kill-word',
};

/** ECMA-48: ESC [ parameters final, ESC O letter, ESC letter. */
// eslint-disable-next-line no-control-regex
const ESCAPE = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[@-~]|[^[O])/;

/** The first key of what was typed, and what follows it; `undefined` while its sequence is not complete. */
export function takeKey(typed: string): { readonly key: Key; readonly rest: string } | undefined {
  if (typed === '') return undefined;
  const sequence = typed[0] === '\x1b' ? ESCAPE.exec(typed)?.[0] : String.fromCodePoint(typed.codePointAt(0)!);
  if (sequence === undefined) return undefined;
  const rest = typed.slice(sequence.length);
  const action = SEQUENCES[sequence];
  if (action) return { key: { action }, rest };
  return { key: sequence < ' ' ? { unknown: true } : { text: sequence }, rest };
}
