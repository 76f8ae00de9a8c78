import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { hangulOnPages } from './hangul-on-pages.mjs';

const css = readFileSync(path.join(import.meta.dirname, 'hangul.css'), 'utf8');

/** Each font file with whether it holds a code point. */
const faces = css
  .split('@font-face')
  .slice(1)
  .map((face) => {
    const ranges = [...face.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/g)].map(
      ([, from, to]) => [parseInt(from!, 16), parseInt(to ?? from!, 16)] as const,
    );
    const name = /(hangul-[\w-]+)\.woff2/.exec(face)![1]!;
    return {
      name,
      holds: (syllable: string) => ranges.some(([from, to]) => from <= syllable.codePointAt(0)! && syllable.codePointAt(0)! <= to),
    };
  });

describe('Hangul', () => {
  it('of our pages stands in one file; if too much is missing, run docs/src/css/fonts/subset.mjs', () => {
    const { holds } = faces.find(({ name }) => name === 'hangul-pages')!;
    const syllables = hangulOnPages();
    expect(syllables.length).toBeGreaterThan(200);
    // A few may be missing: a page that shows one loads another portion.
    expect(syllables.filter((syllable) => !holds(syllable)).length).toBeLessThan(25);
  });

  it('of any text stands in exactly one of the files, and none of them is so small that a bundler would inline it', () => {
    for (const syllable of '가각서비스파드노드규칙힘') expect(faces.filter(({ holds }) => holds(syllable))).toHaveLength(1);
    const sizes = faces.map(({ name }) => statSync(path.join(import.meta.dirname, `${name}.woff2`)).size);
    expect(sizes.filter((size) => size < 20_000 || size > 100_000)).toEqual([]);
  });
});
