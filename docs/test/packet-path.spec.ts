import type { Page } from 'playwright-core';
import { describeInChromium } from './chromium.js';

const STEP = '[aria-current="step"]';

/** What the path says that the packet is at now, in words. */
const spoken = (page: Page): Promise<string> => page.locator(`${STEP} .sr-only`).innerText();

const stepNumber = async (page: Page): Promise<number> => Number(/^Step (\d+) of/.exec(await spoken(page))![1]);

/** The path of the landing page, which is there before anything has been run. */
describeInChromium('the path of a packet', (portal) => {
  const open = async (options = {}): Promise<Page> => {
    const { page } = await portal.open('/', { reducedMotion: 'reduce', viewport: { width: 1280, height: 900 }, ...options });
    await page.locator(STEP).focus();
    return page;
  };

  it('opens where the destination is rewritten', async () => {
    const page = await open();
    expect(await spoken(page)).toMatch(/^Step \d+ of \d+\. \S+, nat PREROUTING\. Destination becomes 10\.10\.\d\.\d+:80\.$/);
    expect(await page.locator('del').innerText()).toMatch(/^10\.200\.1\.\d+:9000$/);
    expect(await page.locator('ins').first().innerText()).toMatch(/^10\.10\.\d\.\d+:80$/);
  });

  it('is walked by keyboard alone, every step of it, and the focus goes along', async () => {
    const page = await open();
    await page.keyboard.press('Home');
    const total = await page.locator('[data-step]').count();
    for (let i = 1; i <= total; i++) {
      expect(await stepNumber(page)).toBe(i);
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-current'))).toBe('step');
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await stepNumber(page)).toBeLessThan(total - 5);
    await page.keyboard.press('End');
    expect(await stepNumber(page)).toBe(total);
  });

  it('turns with r and reads as text with t', async () => {
    const page = await open();
    await page.keyboard.press('r');
    expect(await spoken(page)).toMatch(/nat POSTROUTING\. Source becomes 10\.200\.1\.\d+:9000\. From conntrack, no rule\.$/);
    await page.getByRole('button', { name: 'Text' }).click();
    const text = page.getByLabel('Trace as text');
    expect(await text.innerText()).toMatch(/^tcp from pod\/default\/\S+ to 10\.200\.1\.\d+:9000\n[\s\S]*\nResult: accepted\. /);
    await text.focus();
    await page.keyboard.press('t');
    expect(await page.locator(STEP).count()).toBe(1);
  });

  it('says each step in a live region, unless the focus reads it out already', async () => {
    const page = await open();
    const region = page.locator('[aria-live="polite"].sr-only').last();
    await page.keyboard.press('ArrowRight');
    expect(await region.textContent()).toBe('');
    await page.getByRole('button', { name: 'Step on' }).click();
    expect(await region.textContent()).toBe(await spoken(page));
  });

  it('plays to the end, hop by hop where motion is reduced, and speaks of hops alone', async () => {
    const page = await open();
    await page.keyboard.press('Home');
    // Everything that is said is noted: on a busy machine a hop may be over before anybody looks.
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(window, { said });
      for (const region of document.querySelectorAll('[aria-live="polite"].sr-only'))
        new MutationObserver(() => said.push(region.textContent ?? '')).observe(region, {
          subtree: true,
          childList: true,
          characterData: true,
        });
    });
    await page.keyboard.press(' ');
    await page.waitForFunction(() => (window as unknown as { said: string[] }).said.some((text) => text.startsWith('Hop 2 of 4: ')));
    const said = await page.evaluate(() => (window as unknown as { said: string[] }).said.filter(Boolean));
    expect(said.map((text) => text.slice(0, 'Hop 1 of 4: '.length))).toEqual(['Hop 1 of 4: ', 'Hop 2 of 4: ']);
    await page.keyboard.press(' ');
    expect(await stepNumber(page)).toBeGreaterThan(3);
  });

  it('leaves its letters to the rest of the page', async () => {
    const page = await open();
    const before = await spoken(page);
    await page.locator('h1').click();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('r');
    expect(await spoken(page)).toBe(before);
  });

  it('is an itinerary on a phone: no drawing, the steps of the hop in hand spelt out', async () => {
    const page = await open({ viewport: { width: 390, height: 800 } });
    expect(await page.locator('svg[viewBox^="0 0 704"]').isVisible()).toBe(false);
    const here = page.locator(STEP);
    expect(await here.isVisible()).toBe(true);
    expect((await here.boundingBox())!.height).toBeGreaterThanOrEqual(40);
    await page.keyboard.press('Shift+ArrowRight');
    expect(await page.locator(STEP).isVisible()).toBe(true);
  });

  it('keeps its shapes when colours are forced', async () => {
    const page = await open({ forcedColors: 'active' });
    const widths = await page.locator(STEP).evaluate((tick) => getComputedStyle(tick, '::before').borderTopWidth);
    expect(widths).toBe('3px');
  });
});

/** In the reader's own sandbox. */
describeInChromium('a hundred requests', (portal) => {
  /** Runs the blocks of the page one after the other, up to and with the one named. */
  async function runUpTo(page: Page, last: string): Promise<void> {
    for (const block of await page.locator('[data-run-block]').all()) {
      const id = await block.getAttribute('data-run-block');
      await block.getByRole('button', { name: 'Run', exact: true }).click();
      await page.locator(`[data-run-block="${id}"][data-phase="done"]`).waitFor();
      if (id === last) return;
    }
    throw new Error(`no block ${last}`);
  }

  it('are counted, and each bar opens the way to its pod, which the picture of the cluster marks', async () => {
    const { page } = await portal.open('/guide/clusterip', { reducedMotion: 'reduce' });
    await runUpTo(page, 'clusterip/service');
    await page.getByRole('button', { name: 'Send 100 requests' }).click();
    const bars = page.locator('figure li', { has: page.getByRole('button', { name: /^webpod\d$/ }) });
    await bars.first().waitFor();
    const rows = await bars.allInnerTexts();
    expect(rows).toHaveLength(3);
    expect(rows.reduce((sum, row) => sum + Number(/(\d+)\s*$/.exec(row)![1]), 0)).toBe(100);

    await page.getByRole('button', { name: 'webpod2' }).click();
    await page.getByText(/default\/net-pod reaches default\/webpod2 through default\/svc-clusterip\./).waitFor();
    const picture = page.locator('figure', { hasText: 'Your cluster now' });
    await picture.locator('li', { hasText: 'myk8s-control-plane' }).getByText('rules decided').waitFor();
    expect(await picture.getByText('rules decided').count()).toBe(1);
  });

  it('are refused in the words of the server where the Service is not there yet', async () => {
    const { page } = await portal.open('/guide/clusterip');
    await page.getByRole('button', { name: 'Send 100 requests' }).click();
    await page.getByText('services "svc-clusterip" not found').waitFor();
  });
});
