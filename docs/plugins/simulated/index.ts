import type { LoadContext, Plugin } from '@docusaurus/types';
import { normalizeUrl } from '@docusaurus/utils';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { readSimplifications, type Simplification } from './simplifications.js';

/** What a program of the simulated cluster says of itself. */
export interface ProgramVersion {
  readonly program: string;
  /** As typed on the lab host. */
  readonly command: string;
  readonly output: string;
}

/** The module that the page at `/simulated` gets. */
export interface SimulatedContent {
  readonly versions: readonly ProgramVersion[];
  readonly simplifications: readonly Simplification[];
}

/** The page `/simulated`: versions asked from a real sandbox, differences read from the code's own comments. */
export default function simulated({ siteDir, baseUrl }: LoadContext): Plugin<SimulatedContent> {
  return {
    name: 'svclab-simulated',
    loadContent: () => {
      const script = path.join(siteDir, 'plugins/simulated/ask-versions.mjs');
      const versions = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as ProgramVersion[];
      return { versions, simplifications: readSimplifications(path.join(siteDir, '..')) };
    },
    contentLoaded: async ({ content, actions }) => {
      const data = await actions.createData('simulated.json', content);
      actions.addRoute({
        path: normalizeUrl([baseUrl, 'simulated']),
        component: '@site/src/components/simulated-page/index.tsx',
        modules: { content: data },
        exact: true,
      });
    },
  };
}
