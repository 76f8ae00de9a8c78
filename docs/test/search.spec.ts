import type { Page } from 'playwright-core';
import { describeInChromium } from './chromium.js';

describeInChromium('the search', (portal) => {
  const type = async (page: Page, words: string): Promise<void> => {
    await page.keyboard.press('/');
    // The index and what searches it are loaded when the field is first used.
    await page.locator('.navbar input[role="combobox"]:focus').waitFor();
    await page.keyboard.type(words);
  };

  const search = async (address: string, words: string): Promise<string[]> => {
    const { page, outside } = await portal.open(address);
    await type(page, words);
    const hits = page.locator('.navbar [role="option"]');
    await hits.first().waitFor();
    expect(outside).toEqual([]);
    return hits.allTextContents();
  };

  it('opens with a slash and finds a page by a word of it', async () => {
    expect(await search('/', 'conntrack')).toContainEqual(expect.stringContaining('conntrack'));
  });

  it.each(['서비스의', '서비스를', '서비스', '서비스에서는'])('finds 서비스 when asked for %s', async (words) => {
    expect(await search('/ko/', words)).toContainEqual(expect.stringContaining('서비스'));
  });

  it('says so when there is nothing', async () => {
    const { page } = await portal.open('/ko/');
    await type(page, 'zzzzzz');
    await page.getByText('결과가 없습니다').waitFor();
  });
});
