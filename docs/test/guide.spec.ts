import { CHAPTERS } from '@svclab/labs';
import { blocksOf, pageFiles, parsePage, readPage, type GuidePage } from './guide-pages.js';

const pages = pageFiles('en');

/** A page without its words. */
const structureOf = ({ frontMatter, parts }: GuidePage): unknown => ({
  keys: Object.keys(frontMatter),
  position: frontMatter['sidebar_position'],
  parts: parts.map((part) => {
    switch (part.kind) {
      case 'heading':
        return `${'#'.repeat(part.level)} ${part.id ?? ''}`;
      case 'component':
        return `<${part.name} ${JSON.stringify(part.attributes)}>`;
      case 'paragraph':
        return 'paragraph';
    }
  }),
});

/** Inline code, which no language translates. */
const codeOf = ({ parts }: GuidePage): string[] =>
  parts.flatMap((part) => (part.kind === 'paragraph' ? [...part.text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!) : []));

describe('the guide', () => {
  it('has the same pages in both languages', () => {
    expect(pages.length).toBeGreaterThan(1);
    expect(pageFiles('ko')).toEqual(pages);
  });

  it.each(pages)('%s has the same structure in both languages', (file) => {
    expect(structureOf(readPage('ko', file))).toEqual(structureOf(readPage('en', file)));
  });

  it.each(pages)('%s names the same things in both languages', (file) => {
    expect(new Set(codeOf(readPage('ko', file)))).toEqual(new Set(codeOf(readPage('en', file))));
  });

  it.each(pages)('%s has Korean words in the Korean page, and none in the English one', (file) => {
    const words = (page: GuidePage): string[] => page.parts.flatMap((part) => ('text' in part ? [part.text] : []));
    expect(words(readPage('en', file)).filter((text) => /[가-힣]/.test(text))).toEqual([]);
    expect(words(readPage('ko', file)).filter((text) => !/[가-힣]/.test(text) && / /.test(text))).toEqual([]);
  });

  it.each(CHAPTERS.map(({ id }) => id))('%s stands on its page whole and in order', (id) => {
    const chapter = CHAPTERS.find((each) => each.id === id)!;
    const page = readPage('en', `${id}.mdx`);
    expect(blocksOf(page).map((step) => step.id)).toEqual(chapter.steps.map((step) => step.id));
    const components = page.parts.flatMap((part) => (part.kind === 'component' ? [part] : []));
    const checks = components.filter(({ name }) => name === 'Check').map(({ attributes }) => attributes['id']);
    expect(checks).toEqual(chapter.checks.map((check) => check.id));
    const names = components.map(({ name }) => name);
    expect([names[0], names[1], names.at(-2), names.at(-1)]).toEqual(['Goal', 'ClusterPicture', 'Debrief', '/Debrief']);
  });

  it('is brief: three sentences at most before a block', () => {
    const long = pages.flatMap((file) =>
      readPage('en', file).parts.filter((part) => part.kind === 'paragraph' && part.text.split(/[.?!] /).length > 3),
    );
    expect(long).toEqual([]);
  });

  it('is read as it is written', () => {
    const page = parsePage('x.mdx', '---\ntitle: X\n---\n\n# X\n\n## One {/* #one */}\n\nText `a`.\n\n<Step chapter="c" id="i" />\n');
    expect(page.frontMatter).toEqual({ title: 'X' });
    expect(page.parts).toEqual([
      { kind: 'heading', level: 1, id: undefined, text: 'X' },
      { kind: 'heading', level: 2, id: 'one', text: 'One' },
      { kind: 'paragraph', text: 'Text `a`.' },
      { kind: 'component', name: 'Step', attributes: { chapter: 'c', id: 'i' } },
    ]);
  });
});
