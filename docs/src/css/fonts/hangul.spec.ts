import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hangulOnPages } from './hangul-on-pages.mjs';

const css = readFileSync(path.join(import.meta.dirname, 'hangul.css'), 'utf8');

/** Code points of the font face whose file has this name. */
function rangeOf(name: string): (point: number) => boolean {
  const face = css.split('@font-face').find((text) => text.includes(`${name}.woff2`))!;
  const ranges = [...face.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/g)].map(
    ([, from, to]) => [parseInt(from!, 16), parseInt(to ?? from!, 16)] as const,
  );
  return (point) => ranges.some(([from, to]) => from <= point && point <= to);
}

describe('Hangul', () => {
  it('of our pages stands in the small font file; if not, run docs/src/css/fonts/subset.mjs', () => {
    const isInPagesFont = rangeOf('hangul-pages');
    const syllables = hangulOnPages();
    expect(syllables.length).toBeGreaterThan(200);
    // A handful may be missing: a reader then loads the larger file.
    expect(syllables.filter((syllable) => !isInPagesFont(syllable.codePointAt(0)!)).length).toBeLessThan(20);
  });

  it('of any text stands in exactly one of the files', () => {
    const [pages, rest] = [rangeOf('hangul-pages'), rangeOf('hangul-rest')];
    for (const syllable of '가각서비스파드노드규칙힘')
      expect([pages, rest].filter((covers) => covers(syllable.codePointAt(0)!))).toHaveLength(1);
  });
});
