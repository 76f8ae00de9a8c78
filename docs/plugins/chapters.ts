import type { LoadedContent } from '@docusaurus/plugin-content-docs';
import type { Plugin } from '@docusaurus/types';

/** A page of the guide, in the language of the site that is being built. */
export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** With the base URL of the language. */
  readonly permalink: string;
}

export const CHAPTERS_PLUGIN = 'svclab-chapters';

/** Tells every page which chapters there are, in their order, from the guide's own front matter. */
export default function chapters(): Plugin {
  return {
    name: CHAPTERS_PLUGIN,
    allContentLoaded: async ({ allContent, actions }) => {
      const guide = allContent['docusaurus-plugin-content-docs']?.['default'] as LoadedContent;
      const list: Chapter[] = guide.loadedVersions
        .flatMap(({ docs }) => docs)
        .filter(({ id }) => id !== 'index')
        .toSorted((a, b) => (a.sidebarPosition ?? Infinity) - (b.sidebarPosition ?? Infinity))
        .map(({ id, title, description, permalink }) => ({ id, title, description, permalink }));
      actions.setGlobalData(list);
    },
  };
}
