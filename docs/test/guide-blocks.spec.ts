import { type RunningServer, startServer, temporaryFolder } from '../../apps/api/test/server.js';
import { blocksOf, pageFiles, readPage } from './guide-pages.js';

/** Every runnable block of every page, in the order of the page, as a reader's browser would send it. */
describe('the blocks of the guide', () => {
  let server: RunningServer;
  const dataFolder = temporaryFolder();

  beforeAll(async () => {
    server = await startServer({ dataFolder });
  }, 60_000);
  afterAll(() => server.stop());

  const pages = (['en', 'ko'] as const).flatMap((language) => pageFiles(language).map((file) => ({ language, file })));

  it.each(pages)(
    'run: $language $file',
    async ({ language, file }) => {
      const blocks = blocksOf(readPage(language, file));
      const { token } = (await server.call('POST', '/api/v1/sandboxes', { body: { seed: 7 } })).body;
      for (const { id, command, at, exitCode, prints } of blocks) {
        const body = { command, ...(at ? { at } : {}) };
        const answered = await server.call('POST', '/api/v1/sandboxes/current/exec', { token, body });
        expect([id, answered.status, answered.body.exitCode]).toEqual([id, 200, exitCode ?? 0]);
        const { stdout, stderr } = answered.body;
        if (prints && !prints.test(stdout + stderr)) throw new Error(`${id} printed\n${stdout}${stderr}which does not show ${prints}`);
      }
      await server.call('DELETE', '/api/v1/sandboxes/current', { token });
    },
    60_000,
  );
});
