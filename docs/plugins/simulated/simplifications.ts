import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One deliberate difference from a real cluster, as its comment in the code states it. */
export interface Simplification {
  /** The folder under `libs` or `apps`: `netfilter`. */
  readonly room: string;
  /** From the root of the repository, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** For a learner; backticks mark code. */
  readonly sentence: string;
}

const MARK = /^\s*(?:\/\/|\/\*\*?|\*) Simplification: (.*)$/;
const CONTINUED = /^\s*(?:\/\/|\*(?!\/)) ?(\S.*)$/;
const withoutEnd = (text: string): string => text.replace(/\s*\*\/\s*$/, '').trim();

/** A sentence may run over several lines of one comment; it ends where a line ends with a full stop. */
export function simplificationsIn(source: string): { line: number; sentence: string }[] {
  const lines = source.split('\n');
  return lines.flatMap((text, index) => {
    const first = MARK.exec(text)?.[1];
    if (first === undefined) return [];
    let sentence = withoutEnd(first);
    for (let next = index + 1; !/[.!?]$/.test(sentence); next++) {
      const more = CONTINUED.exec(lines[next] ?? '')?.[1];
      if (more === undefined) break;
      sentence = `${sentence} ${withoutEnd(more)}`;
    }
    return [{ line: index + 1, sentence: sentence.charAt(0).toUpperCase() + sentence.slice(1) }];
  });
}

/** Every simplification of the rooms, in order of room, file and line. `root` is the top of the repository. */
export function readSimplifications(root: string): Simplification[] {
  return ['libs', 'apps']
    .flatMap((group) => readdirSync(path.join(root, group)).map((room) => ({ group, room })))
    .toSorted((a, b) => byCodeUnits(a.room, b.room))
    .flatMap(({ group, room }) => sourcesOf(path.join(root, group, room, 'src')).map((file) => ({ room, file })))
    .flatMap(({ room, file }) =>
      simplificationsIn(readFileSync(file, 'utf8')).map((found) => ({
        room,
        file: path.relative(root, file).split(path.sep).join('/'),
        ...found,
      })),
    );
}

function sourcesOf(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return []; // a room without sources
  }
  return entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.spec\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted(byCodeUnits);
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
