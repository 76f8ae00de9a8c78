import type { Plugin } from '@docusaurus/types';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Gives the search plugin our Korean in place of lunr-languages', where the index is built (Node's module cache) and where it
 * is searched (the bundle): both must cut the same particles.
 */
export default function koreanSearch(): Plugin {
  const ours = require.resolve('../search/lunr-ko.cjs');
  const theirs = createRequire(require.resolve('@easyops-cn/docusaurus-search-local')).resolve('lunr-languages/lunr.ko');
  require(ours);
  require.cache[theirs] = require.cache[ours];
  return {
    name: 'svclab-korean-search',
    configureWebpack: () => ({ resolve: { alias: { [theirs]: ours } } }),
  };
}
