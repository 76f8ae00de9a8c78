import type { ShellState } from '../state.js';

/** The lab host's prompt, as in the lab document's captures. */
const HOST_PROMPT = '❯ ';

/** What the shells' images set, where nobody sets another. */
function defaultPrompt({ at, dialect }: ShellState): string {
  if (at === 'host') return dialect === 'zsh' ? HOST_PROMPT : '\\s-\\v\\$ ';
  if (dialect === 'zsh') return '%m:%~%# ';
  if (dialect === 'bash') return '\\u@\\h:\\w\\$ ';
  // dash shows no more than this; busybox shows where it is.
  return at.startsWith('node/') ? '# ' : '\\w \\$ ';
}

/** What a shell prints before it reads a line: `PS1` of bash and sh, `PROMPT` of zsh, their escapes expanded. */
export function prompt(state: ShellState): string {
  const own = state.text(state.dialect === 'zsh' ? 'PROMPT' : 'PS1') ?? state.text('PS1') ?? defaultPrompt(state);
  return state.dialect === 'zsh' ? expandZsh(own, state) : expandBash(own, state);
}

/** What it prints before further lines of a command that is not finished. */
export const continuationPrompt = (state: ShellState): string => state.text('PS2') ?? '> ';

function directory({ cwd }: ShellState, home: string | undefined): string {
  if (!home || home === '/') return cwd;
  return cwd === home ? '~' : cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : cwd;
}

const lastPart = (path: string): string => (path === '/' ? path : path.slice(path.lastIndexOf('/') + 1));

/** bash(1), PROMPTING. */
function expandBash(text: string, state: ShellState): string {
  const host = state.text('HOSTNAME') ?? 'localhost';
  const shown = directory(state, state.text('HOME'));
  const values: Readonly<Record<string, string>> = {
    u: 'root',
    h: host.split('.')[0]!,
    H: host,
    w: shown,
    W: lastPart(shown),
    $: '#',
    s: state.dialect,
    v: '5.2',
    n: '\n',
    e: '\x1b',
    '\\': '\\',
    '[': '',
    ']': '',
  };
  return text.replace(/\\(0?33|.)/g, (whole, name: string) => (name.endsWith('33') ? '\x1b' : (values[name] ?? whole)));
}

const ZSH_COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** zshmisc(1), EXPANSION OF PROMPT SEQUENCES: those of everyday prompts. */
function expandZsh(text: string, state: ShellState): string {
  const host = state.text('HOSTNAME') ?? 'localhost';
  const shown = directory(state, state.text('HOME'));
  const values: Readonly<Record<string, string>> = {
    n: 'root',
    m: host.split('.')[0]!,
    M: host,
    '~': shown,
    '1~': lastPart(shown),
    d: state.cwd,
    '/': state.cwd,
    c: lastPart(shown),
    '#': '#',
    '?': String(state.status),
    B: '\x1b[1m',
    b: '\x1b[22m',
    f: '\x1b[39m',
    '%': '%',
  };
  return text.replace(/%(?:F\{(\w+)\}|(1~|.))/g, (whole, colour: string | undefined, name: string) => {
    if (colour === undefined) return values[name] ?? whole;
    const index = ZSH_COLOURS.indexOf(colour);
    return `\x1b[${index >= 0 ? 30 + index : `38;5;${Number(colour) || 0}`}m`;
  });
}
