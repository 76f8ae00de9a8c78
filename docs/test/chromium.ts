import { jest } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { PortalServer } from './portal-server.js';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const EXECUTABLE = [process.env['CHROMIUM'], ...CANDIDATES].find((file) => file && existsSync(file));
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const START_LIMIT_MS = 60_000;
const TEST_LIMIT_MS = 60_000;

/** One person with a browser profile of their own. */
export interface Reader {
  readonly page: Page;
  /** Requests to anywhere but the portal: each was blocked. */
  readonly outside: string[];
  /** What the browser's console and uncaught errors said; a breach of the security policy is among it. */
  readonly complaints: string[];
}

export interface Portal {
  readonly server: PortalServer;
  /** A reader at `address`, a path of the portal. */
  open(address: string, options?: BrowserContextOptions): Promise<Reader>;
  /** Another tab of the same reader. */
  anotherTab(reader: Reader, address: string): Promise<Reader>;
}

/** A suite in a real Chromium against a real server. Without a Chromium it is skipped, and says so. */
export function describeInChromium(name: string, suite: (portal: Portal) => void, settings?: Readonly<Record<string, string>>): void {
  if (!EXECUTABLE) {
    console.warn(`skipped: ${name}: no Chromium was found; install one (Debian: apt-get install chromium) or set CHROMIUM to its path`);
    describe.skip(name, () => it('needs a Chromium', () => undefined));
    return;
  }
  describe(name, () => {
    const server = new PortalServer(settings);
    const profile = mkdtempSync(path.join(tmpdir(), 'svclab-chromium-'));
    let browser: Browser;
    jest.setTimeout(TEST_LIMIT_MS);

    beforeAll(async () => {
      await server.start();
      browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS, env: { ...process.env, HOME: profile } as never });
    }, START_LIMIT_MS);

    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    });

    afterAll(async () => {
      await browser?.close();
      await server.dispose();
      rmSync(profile, { recursive: true, force: true });
    });

    const watch = async (page: Page, address: string): Promise<Reader> => {
      const reader: Reader = { page, outside: [], complaints: [] };
      page.on('console', (message) => message.type() === 'error' && reader.complaints.push(message.text()));
      page.on('pageerror', (error) => reader.complaints.push(error.message));
      await page.route(
        (url) => /^(?:https?|wss?):$/.test(url.protocol) && url.origin !== server.url,
        (route) => {
          reader.outside.push(route.request().url());
          return route.abort();
        },
      );
      await page.goto(server.url + address);
      // Before that the page shows itself, but does not yet listen.
      await page.locator('html[data-has-hydrated="true"]').waitFor({ state: 'attached' });
      return reader;
    };

    suite({
      server,
      open: async (address, options) => watch(await (await browser.newContext(options)).newPage(), address),
      anotherTab: async ({ page }, address) => watch(await page.context().newPage(), address),
    });
  });
}
