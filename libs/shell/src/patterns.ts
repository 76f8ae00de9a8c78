import { RE2JS } from 're2js';

/** Characters that mean something in a shell pattern. */
const SPECIAL = /[*?[\]\\]/g;

/** Text as a pattern that matches it and nothing else. */
export const escapePattern = (text: string): string => text.replace(SPECIAL, '\\$&');

/** Whether unquoted text would be taken as a pattern. */
export const hasPattern = (text: string): boolean => /[*?]|\[.+\]/.test(text);

/** Patterns compiled lately. */
const recent = new Map<string, RE2JS>();
const RECENT_LIMIT = 64;

/** RE2 takes time in proportion to the text; JavaScript's own engine lets a learner's pattern hang the process. */
function compile(source: string): RE2JS {
  let expression = recent.get(source);
  if (expression) return expression;
  expression = RE2JS.compile(source, RE2JS.DOTALL);
  if (recent.size >= RECENT_LIMIT) recent.delete(recent.keys().next().value!);
  recent.set(source, expression);
  return expression;
}

/** The regular expression that matches as the shell pattern does (POSIX 2.13); a backslash takes the next character as it is. */
function patternSource(pattern: string, lazy = false): string {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '\\') source += RE2JS.quote(pattern[++at] ?? '\\');
    else if (character === '*') source += lazy ? '.*?' : '.*';
    else if (character === '?') source += '.';
    else if (character === '[') {
      const bracket = bracketSource(pattern, at);
      source += bracket?.source ?? '\\[';
      at = bracket?.end ?? at;
    } else source += RE2JS.quote(character);
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
    const named = /^\[:[a-z]+:\]/.exec(pattern.slice(at))?.[0];
    if (named) {
      body += named;
      at += named.length - 1;
    } else if (character === '-') body += '-';
    else body += (character === '\\' ? (pattern[++at] ?? '') : character).replace(/[\]\\^[]/g, '\\$&');
  }
  return undefined;
}

/** Whether the pattern matches the whole text. */
export function matchesPattern(pattern: string, text: string): boolean {
  return /[*?[\\]/.test(pattern) ? compile(patternSource(pattern)).testExact(text) : pattern === text;
}

/** The groups of `[[ text =~ source ]]`, an extended regular expression; `undefined` without a match. Throws for a bad one. */
export function matchRegExp(source: string, text: string): readonly string[] | undefined {
  const matcher = compile(source).matcher(text);
  if (!matcher.find()) return undefined;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? '');
}

/** What `${x#pattern}` (prefix) or `${x%pattern}` (suffix) leaves; `greedy` for the doubled form. */
export function removeMatching(text: string, pattern: string, side: 'prefix' | 'suffix', greedy: boolean): string {
  // A greedy search gives the longest prefix, a lazy one the shortest; of a suffix the rest before it decides instead.
  const source =
    side === 'prefix' ? `^(?:${patternSource(pattern, !greedy)})()` : `^(.*${greedy ? '?' : ''})(?:${patternSource(pattern)})$`;
  const matcher = compile(source).matcher(text);
  if (!matcher.find()) return text;
  return side === 'prefix' ? text.slice(matcher.end(0)) : text.slice(0, matcher.end(1));
}

/** `${x/pattern/by}`: each match, or the first, replaced by a text. */
export function replaceMatching(
  text: string,
  pattern: string,
  by: string,
  { all, anchor }: { all: boolean; anchor: 'start' | 'end' | null },
): string {
  if (pattern === '') return text;
  const source = patternSource(pattern);
  const matcher = compile(anchor === 'start' ? `^(?:${source})` : anchor === 'end' ? `(?:${source})$` : source).matcher(text);
  let result = '';
  let at = 0;
  while (matcher.find()) {
    if (matcher.end(0) === matcher.start(0)) continue;
    result += text.slice(at, matcher.start(0)) + by;
    at = matcher.end(0);
    if (!all) break;
  }
  return result + text.slice(at);
}
