import Translate from '@docusaurus/Translate';
import Heading from '@theme/Heading';
import type { ReactNode } from 'react';
import ChapterList from '../../../components/chapter-list/index.js';

/** There is no such page; what there is stands here. */
export default function NotFoundContent(): ReactNode {
  return (
    <main className="container margin-vert--xl">
      <Heading as="h1">
        <Translate id="not-found.title">Page not found</Translate>
      </Heading>
      <p>
        <Translate id="not-found.what">This address has no page. The chapters are all here; the search finds words in them.</Translate>
      </p>
      <ChapterList />
    </main>
  );
}
