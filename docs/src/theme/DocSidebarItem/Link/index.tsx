import { findChapter } from '@svclab/labs';
import DocSidebarItemLink from '@theme-original/DocSidebarItem/Link';
import type { Props } from '@theme/DocSidebarItem/Link';
import type { ReactNode } from 'react';
import { ChapterRing } from '../../../components/chapter-ring/index.js';

/** The theme's entry; before a chapter's name it shows how much of the chapter is done. */
export default function ChapterLink(props: Props): ReactNode {
  const { item } = props;
  const chapter = findChapter(item.docId ?? '');
  if (!chapter) return <DocSidebarItemLink {...props} />;
  const label = <ChapterRing chapter={chapter}>{item.label}</ChapterRing>;
  // The theme renders the label as it is, though it is declared as text.
  return <DocSidebarItemLink {...props} item={{ ...item, label: label as unknown as string }} />;
}
