import { hasPattern, matchesPattern } from './patterns.js';
import type { FileAccess } from './types.js';

/** `/a/./b/../c` → `/a/c`. */
export function resolvePath(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Paths that match, in code-unit order; relative when the pattern is. */
export function glob(pattern: string, cwd: string, files: FileAccess): readonly string[] {
  let found: readonly string[] = [pattern.startsWith('/') ? '/' : ''];
  for (const segment of pattern.split('/').filter((part) => part !== '')) {
    found = found.flatMap((base) => matchSegment(base, segment, cwd, files));
  }
  return found.filter((path) => path !== '').toSorted();
}

function matchSegment(base: string, segment: string, cwd: string, files: FileAccess): readonly string[] {
  const join = (name: string): string => (base === '' || base === '/' ? base + name : `${base}/${name}`);
  if (!hasPattern(segment)) {
    const path = join(segment.replace(/\\(.)/g, '$1'));
    return files.exists(resolvePath(cwd, path)) ? [path] : [];
  }
  const names = files.list(resolvePath(cwd, base)) ?? [];
  return names.filter((name) => matchesPattern(segment, name) && (!name.startsWith('.') || segment.startsWith('.'))).map(join);
}
