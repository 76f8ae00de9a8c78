import type { ReactNode } from 'react';
import { mustFind, useChapter } from '../chapter-text/use-chapter.js';
import { RunBlock } from '../run-block/index.js';

/** A runnable block whose command stands in the chapter's data, once for all languages. */
export function Step({ chapter: of, id }: { readonly chapter: string; readonly id: string }): ReactNode {
  const { chapter } = useChapter(of);
  const { at, command, wrap } = mustFind(chapter.steps, id);
  return <RunBlock id={`${of}/${id}`} command={command} {...(at === undefined ? {} : { at })} {...(wrap ? { wrap } : {})} />;
}
