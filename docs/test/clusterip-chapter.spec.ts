import { CHAPTERS } from '@svclab/labs';
import type { Locator, Page } from 'playwright-core';
import { violations } from './accessibility.js';
import { describeInChromium } from './chromium.js';

const chapter = CHAPTERS.find(({ id }) => id === 'clusterip')!;

const WORDS = {
  en: {
    prefix: '',
    check: 'Check',
    hint: /^Hint [12]$/,
    solution: 'Show the solution',
    waits: 'Waits for the line above.',
    debrief: '2 of 2',
  },
  ko: {
    prefix: '/ko',
    check: '확인',
    hint: /^힌트 [12]$/,
    solution: '풀이 보기',
    waits: '윗줄이 먼저 되어야 합니다.',
    debrief: '2개 중 2개',
  },
} as const;

const blockOf = (page: Page, id: string): Locator => page.locator(`[data-run-block="clusterip/${id}"]`);
const checkOf = (page: Page, id: string): Locator => page.locator(`section[aria-labelledby="check-${id}"]`);

async function run(page: Page, id: string): Promise<void> {
  const block = blockOf(page, id);
  await block.locator('button[aria-keyshortcuts="Control+Enter"]').click();
  await page.locator(`[data-run-block="clusterip/${id}"][data-phase="done"]`).waitFor();
}

/** More than the page has places to stop at. */
const MAX_TABS = 400;

async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < MAX_TABS; presses++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error('the keyboard does not get there');
}

/** Runs the blocks that the tasks stand on. */
async function prepare(page: Page): Promise<void> {
  for (const id of chapter.setup) await run(page, id);
}

const lines = (check: Locator): Promise<string[]> => check.locator('li').allInnerTexts();

describeInChromium('the ClusterIP chapter', (portal) => {
  describe.each(['en', 'ko'] as const)('in %s', (language) => {
    const { prefix, check: press, hint, solution, waits, debrief } = WORDS[language];
    const address = `${prefix}/guide/clusterip`;

    it('goes from the landing page over every block to both tasks passed', async () => {
      const { page, outside, complaints } = await portal.open(`${prefix}/`);
      await page.locator(`main a[href$="${address}"]`).first().click();
      await page.waitForURL(`**${address}`);
      for (const { id, exitCode = 0, prints } of chapter.steps) {
        await run(page, id);
        const shown = await blockOf(page, id).innerText();
        expect([id, shown.includes(String(exitCode))]).toEqual([id, true]);
        if (prints && id !== 'pods') expect(shown.length).toBeGreaterThan(0);
      }
      for (const { id, conditions } of chapter.checks) {
        const check = checkOf(page, id);
        await check.getByRole('button', { name: solution }).click();
        await run(page, `${id}/solution`);
        await check.getByRole('button', { name: press, exact: true }).click();
        await check.locator('svg[data-status="holds"]').nth(conditions.length).waitFor();
      }
      await page.locator('details[open]').getByText(debrief).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(outside).toEqual([]);
      expect(complaints).toEqual([]);
    });

    it('says what does not hold yet and why, and helps in portions', async () => {
      const { page } = await portal.open(address);
      const check = checkOf(page, 'take-out');
      await check.getByRole('button', { name: press, exact: true }).click();
      await check.getByRole('status').filter({ hasText: /\S/ }).waitFor();
      await prepare(page);
      await check.getByText('app=webpod').waitFor();
      const [service, running, endpoints, nodes] = await lines(check);
      expect(service).toMatch(/10\.200\.1\.\d+/);
      expect(running).toMatch(/10\.10\.2\.2/);
      expect(endpoints).toMatch(/svc-clusterip-\w{5}[^]*10\.10\.2\.2|10\.10\.2\.2[^]*svc-clusterip-\w{5}/);
      expect(endpoints).toContain('app=webpod');
      expect(nodes).toContain(waits);
      await check.getByRole('button', { name: hint }).click();
      await check.getByText('kubectl get pod --show-labels').waitFor();
      await check.getByRole('button', { name: hint }).click();
      expect(await check.getByRole('button', { name: hint }).count()).toBe(0);
    });
  });

  it('looks again by itself after each entry, and remembers what was passed', async () => {
    const { page } = await portal.open('/guide/clusterip');
    await prepare(page);
    const check = checkOf(page, 'take-out');
    await check.getByRole('button', { name: 'Check', exact: true }).click();
    await check.getByText('Not yet: 2 of 4 hold.').waitFor();
    await check.getByRole('button', { name: 'Show the solution' }).click();
    await run(page, 'take-out/solution');
    await check.getByText('Passed.').waitFor();
    await page.reload();
    await check.getByText('Passed.').waitFor();
    await page.locator('summary').getByText('1 of 2 tasks passed').waitFor();
    await page.locator('.menu').getByText('(1 of 2 tasks passed)').waitFor({ state: 'attached' });
  });

  it('is done by keyboard alone', async () => {
    const { page } = await portal.open('/guide/clusterip');
    for (const id of chapter.setup) {
      await tabTo(page, blockOf(page, id).locator('button[aria-keyshortcuts="Control+Enter"]'));
      await page.keyboard.press('Enter');
      await page.locator(`[data-run-block="clusterip/${id}"][data-phase="done"]`).waitFor();
    }
    const check = checkOf(page, 'take-out');
    await tabTo(page, check.locator('header button'));
    await page.keyboard.press('Enter');
    await check.getByText('Not yet: 2 of 4 hold.').waitFor();
    for (const name of ['Hint 1', 'Hint 2', 'Show the solution']) {
      await tabTo(page, check.getByRole('button', { name }));
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('data-help'))).toBe(
        { 'Hint 1': 'hint-1', 'Hint 2': 'hint-2' }[name] ?? 'solution',
      );
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+Enter');
    await check.getByText('Passed.').waitFor();
  });
});
