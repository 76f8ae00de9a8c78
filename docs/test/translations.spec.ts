import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DOCS } from './site.js';

type Sentences = Record<string, { readonly message: string }>;

const korean = (file: string): Sentences => JSON.parse(readFileSync(path.join(DOCS, 'i18n/ko', file), 'utf8')) as Sentences;
/** Korean for the theme and the search, which do not bring their own, stands beside ours. */
const ours = Object.fromEntries(Object.entries(korean('code.json')).filter(([id]) => !id.startsWith('theme.')));

/** Every sentence that our components ask for, by its id: those in JSX and those in calls. */
function askedFor(): Map<string, string> {
  const sources = readdirSync(path.join(DOCS, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?<!\.spec)\.tsx?$/.test(file),
  );
  const found = sources.flatMap((file) => {
    const text = readFileSync(path.join(DOCS, 'src', file), 'utf8');
    const calls = [...text.matchAll(/\bid:\s*'([\w.-]+)',\s*message:\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`)/g)];
    const elements = [...text.matchAll(/<Translate\b[^>]*?\bid="([^"]+)"[^>]*>([\s\S]*?)<\/Translate>/g)];
    return [...calls, ...elements].map(([, id, ...texts]) => [id!, texts.find((each) => each !== undefined) ?? ''] as const);
  });
  return new Map(found);
}

const placeholders = (sentence: string): string[] => [...new Set(sentence.match(/\{\w+\}/g) ?? [])].toSorted();

describe('Korean', () => {
  const sentences = askedFor();

  it('has every sentence of our components, and none that nobody asks for', () => {
    expect(sentences.size).toBeGreaterThan(20);
    expect(Object.keys(ours).toSorted()).toEqual([...sentences.keys()].toSorted());
  });

  it('fills in what English fills in', () => {
    const differing = [...sentences].filter(
      ([id, english]) => ours[id] && String(placeholders(ours[id].message)) !== String(placeholders(english)),
    );
    expect(differing).toEqual([]);
  });

  it('is Korean', () => {
    const named = { ...korean('docusaurus-theme-classic/navbar.json'), ...korean('docusaurus-theme-classic/footer.json') };
    const foreign = Object.entries({ ...ours, ...named }).filter(
      ([, { message }]) => /[a-z]{2,} [a-z]{2,}/.test(message) && !/[가-힣]/.test(message),
    );
    expect(foreign.map(([id]) => id)).toEqual([]);
  });
});
