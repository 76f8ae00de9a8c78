import useDocusaurusContext from '@docusaurus/useDocusaurusContext';
import { findChapter, render, type Chapter, type Language, type Message } from '@svclab/labs';

/** A chapter's data in the language of the page. */
export interface ChapterText {
  readonly chapter: Chapter;
  readonly language: Language;
  readonly say: (key: string, params?: Message['params']) => string;
}

/** Throws while the page is built, so that a page cannot name a chapter that is not there. */
export function useChapter(id: string): ChapterText {
  const { i18n } = useDocusaurusContext();
  const chapter = findChapter(id);
  if (!chapter) throw new RangeError(`there is no chapter ${id}`);
  const language: Language = i18n.currentLocale === 'ko' ? 'ko' : 'en';
  return { chapter, language, say: (key, params = {}) => render(chapter.texts[language], { key, params }) };
}

export function mustFind<T extends { readonly id: string }>(list: readonly T[], id: string): T {
  const found = list.find((each) => each.id === id);
  if (!found) throw new RangeError(`there is no ${id} among ${list.map((each) => each.id).join(', ')}`);
  return found;
}
