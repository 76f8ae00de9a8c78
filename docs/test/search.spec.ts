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

  it('leaves the focus to a reader who has gone on before the index came', async () => {
    const { page } = await portal.open('/');
    let deliver = (): void => undefined;
    const isWanted = new Promise<void>((resolve) => (deliver = resolve));
    await page.context().route(/search-index/, async (route) => {
      await isWanted;
      await route.continue();
    });
    await page.locator('.navbar input').focus();
    await page.keyboard.press('Tab');
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement!.outerHTML);
    const link = await focused();
    expect(link).not.toContain('input');
    deliver();
    await page.locator('.navbar input[role="combobox"]').waitFor();
    expect(await focused()).toBe(link);
  });

  it('leaves a slash to the command that is being written, and is named in the language of the page', async () => {
    const { page } = await portal.open('/ko/');
    await page.getByRole('button', { name: '수정', exact: true }).first().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('ls /etc/kubernetes');
    expect(await page.locator('textarea').inputValue()).toBe('ls /etc/kubernetes');
    expect(await page.locator('.navbar input').getAttribute('aria-label')).toBe('검색');
  });

  it('says so when there is nothing', async () => {
    const { page } = await portal.open('/ko/');
    await type(page, 'zzzzzz');
    await page.getByText('결과가 없습니다').waitFor();
  });
});
