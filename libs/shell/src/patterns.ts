/** Characters that mean something in a shell pattern. */
const SPECIAL = /[*?[\]\\]/g;

/** Text as a pattern that matches it and nothing else. */
export const escapePattern = (text: string): string => text.replace(SPECIAL, '\\$&');

/** Whether unquoted text would be taken as a pattern. */
export const hasPattern = (text: string): boolean => /[*?]|\[.+\]/.test(text);

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Parts of a regular expression that matches as the shell pattern does (POSIX 2.13); a backslash takes the next character as it is. */
export function patternSource(pattern: string, wildcard = '.', lazy = false): string {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '\\') source += escapeRegExp(pattern[++at] ?? '\\');
    else if (character === '*') source += `${wildcard}*${lazy ? '?' : ''}`;
    else if (character === '?') source += wildcard;
    else if (character === '[') {
      const bracket = bracketSource(pattern, at);
      if (bracket) {
        source += bracket.source;
        at = bracket.end;
      } else source += '\\[';
    } else source += escapeRegExp(character);
  }
  return source;
}

function bracketSource(pattern: string, start: number): { source: string; end: number } | undefined {
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at++;
  let body = '';
  for (let first = true; at < pattern.length; at++, first = false) {
    const character = pattern[at]!;
    if (character === ']' && !first) return { source: `[${negated ? '^' : ''}${body}]`, end: at };
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at));
    if (named) {
      body += POSIX_CLASSES[named[1]!] ?? '';
      at += named[0].length - 1;
    } else if (character === '-') body += '-';
    else body += escapeRegExp(character === '\\' ? (pattern[++at] ?? '') : character);
  }
  return undefined;
}

export const POSIX_CLASSES: { readonly [name: string]: string } = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

export const matchesPattern = (pattern: string, text: string): boolean => new RegExp(`^(?:${patternSource(pattern)})$`, 's').test(text);

/** An extended regular expression as `[[ =~ ]]` takes it. */
export const extendedRegExp = (text: string): RegExp =>
  new RegExp(text.replace(/\[:([a-z]+):\]/g, (whole, name: string) => POSIX_CLASSES[name] ?? whole));

/** What `${x#pattern}` (prefix) or `${x%pattern}` (suffix) leaves; `greedy` for the doubled form. */
export function removeMatching(text: string, pattern: string, side: 'prefix' | 'suffix', greedy: boolean): string {
  const whole = new RegExp(`^(?:${patternSource(pattern)})$`, 's');
  const shortestFirst = Array.from({ length: text.length + 1 }, (_, length) => length);
  for (const length of greedy ? shortestFirst.reverse() : shortestFirst) {
    const cut = side === 'prefix' ? length : text.length - length;
    if (whole.test(side === 'prefix' ? text.slice(0, cut) : text.slice(cut)))
      return side === 'prefix' ? text.slice(cut) : text.slice(0, cut);
  }
  return text;
}
