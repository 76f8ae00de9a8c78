import { gzipSync } from 'node:zlib';
import { violations } from './accessibility.js';
import { describeInChromium } from './chromium.js';
import { builtPages } from './site.js';

const WIDTHS_PX = [390, 768, 1280, 1920];
const MAX_SCRIPT_BYTES = 300_000;

const pages = builtPages();

describeInChromium('every page', (portal) => {
  it('is there in both languages', () => {
    const [korean, english] = [pages.filter((page) => page.startsWith('/ko/')), pages.filter((page) => !page.startsWith('/ko/'))];
    expect(english.length).toBeGreaterThan(4);
    expect(korean).toEqual(english.map((page) => `/ko${page}`));
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    it.each(pages)('%s breaks no accessibility rule, asks nobody outside, and the browser has nothing to complain of', async (address) => {
      const { page, outside, complaints } = await portal.open(address, { colorScheme, reducedMotion: 'reduce' });
      await page.waitForLoadState('networkidle');
      expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme);
      expect(await violations(page)).toEqual([]);
      expect(outside).toEqual([]);
      const expected = address.endsWith('/404') ? /status of 404/ : undefined;
      expect(complaints.filter((complaint) => !expected?.test(complaint))).toEqual([]);
    });
  });

  it.each(WIDTHS_PX)('fits a window of %i px', async (width) => {
    const { page } = await portal.open('/', { viewport: { width, height: 900 } });
    for (const address of pages) {
      await page.goto(portal.server.url + address);
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
      expect([address, scrollWidth]).toEqual([address, clientWidth]);
    }
  });

  it.each(pages.filter((page) => page.includes('/guide')))('%s loads at most 300 kB of compressed script', async (address) => {
    const { page } = await portal.open('/404');
    const sizes: Promise<number>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'script') return;
      sizes.push(response.body().then((body) => gzipSync(body).length));
    });
    await page.goto(portal.server.url + address, { waitUntil: 'networkidle' });
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(50_000);
    expect(total).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
  });
});
