import type { LoadContext, Plugin } from '@docusaurus/types';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { TracedRequest } from '../../src/components/packet-path/index.js';

/** The page `/`. Before its reader has run anything, it shows a request that was sent when the site was built. */
export default function landing({ siteDir, baseUrl }: LoadContext): Plugin<TracedRequest> {
  return {
    name: 'svclab-landing',
    loadContent: () => {
      const script = path.join(siteDir, 'plugins/landing/record-request.mjs');
      return JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as TracedRequest;
    },
    contentLoaded: async ({ content, actions }) => {
      actions.addRoute({
        path: baseUrl,
        component: '@site/src/components/landing-page/index.tsx',
        modules: { recorded: await actions.createData('recorded-request.json', content) },
        exact: true,
      });
    },
  };
}
