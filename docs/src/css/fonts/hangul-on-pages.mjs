import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

/** Where Korean text comes from: pages, our sentences, the chapters' data, and the theme's own words. */
const SOURCES = [
  ['docs/i18n/ko', /\.(?:mdx?|json)$/],
  ['libs/labs/src', /\.ts$/],
  ['node_modules/@docusaurus/theme-translations/locales/ko', /\.json$/],
];

/** Every Hangul syllable that the Korean pages can show, sorted. */
export function hangulOnPages() {
  const texts = SOURCES.flatMap(([folder, names]) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => names.test(file))
      .map((file) => readFileSync(path.join(ROOT, folder, file), 'utf8')),
  );
  return [...new Set(texts.join('').match(/[\uac00-\ud7a3]/g))].toSorted();
}
