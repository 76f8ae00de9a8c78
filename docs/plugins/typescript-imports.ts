import type { Plugin } from '@docusaurus/types';

/** Lets browser code import as the rest of the house does: `./x.js` names the file `x.ts` or `x.tsx`. */
export default function typescriptImports(): Plugin {
  return {
    name: 'svclab-typescript-imports',
    configureWebpack: () => ({ resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } } }),
  };
}
