// Cuts Pretendard's Hangul in parts: the syllables that our pages show, and the other common ones in portions, of which a
// browser fetches one only when a text needs it. Its licence reserves the name, so the cut fonts go without. To run again when
// Korean texts have changed much (docs/src/css/fonts/hangul.spec.ts says when):
//   npm pack pretendard@1.3.9 && tar xzf pretendard-1.3.9.tgz      (72 MB, so it is no dependency)
//   pip install fonttools brotli
//   node docs/src/css/fonts/subset.mjs package/dist/web/variable/woff2/PretendardVariable.woff2
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { hangulOnPages } from './hangul-on-pages.mjs';

const [source] = process.argv.slice(2);
const here = import.meta.dirname;

/**
 * Files for the syllables that our pages do not show, 40 to 60 kB each. None may be small: the bundler would write it into the
 * stylesheet as a data URL, which the security policy refuses.
 */
const PORTIONS = 8;

/** The 2,350 syllables of KS X 1001, which hold nearly all Korean prose. */
function commonSyllables() {
  const decoder = new TextDecoder('euc-kr');
  const rows = Array.from({ length: 25 }, (_, row) => 0xb0 + row);
  const cells = Array.from({ length: 94 }, (_, cell) => 0xa1 + cell);
  return rows.flatMap((high) => cells.map((low) => decoder.decode(new Uint8Array([high, low]))));
}

/** Neighbouring code points as one range, as CSS writes them. */
function unicodeRange(syllables) {
  const ranges = [];
  for (const point of syllables.map((syllable) => syllable.codePointAt(0))) {
    const last = ranges.at(-1);
    if (last?.[1] === point - 1) last[1] = point;
    else ranges.push([point, point]);
  }
  const hex = (point) => point.toString(16).toUpperCase();
  return ranges.map(([from, to]) => (from === to ? `U+${hex(from)}` : `U+${hex(from)}-${hex(to)}`)).join(', ');
}

const pages = hangulOnPages();
const rest = commonSyllables()
  .filter((syllable) => !pages.includes(syllable))
  .toSorted();
const parts = { 'hangul-pages': pages };
const size = Math.ceil(rest.length / PORTIONS);
for (let n = 0; n < PORTIONS; n++) parts[`hangul-rest-${n + 1}`] = rest.slice(n * size, (n + 1) * size);
const faces = Object.entries(parts).map(([name, syllables]) => {
  const options = [`--text=${syllables.join('')}`, '--flavor=woff2', '--layout-features=', '--no-hinting', '--name-IDs='];
  execFileSync('pyftsubset', [source, ...options, `--output-file=${path.join(here, `${name}.woff2`)}`]);
  return `@font-face {
  font-family: 'svclab Hangul';
  font-style: normal;
  font-display: swap;
  font-weight: 45 920;
  src: url('./${name}.woff2') format('woff2');
  unicode-range: ${unicodeRange(syllables)};
}
`;
});
writeFileSync(path.join(here, 'hangul.css'), `/* Written by subset.mjs. */\n${faces.join('\n')}`);
console.log(`${pages.length} syllables on pages, ${rest.length} more`);
