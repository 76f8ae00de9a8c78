import { violations } from './accessibility.js';
import { describeInChromium } from './chromium.js';

describeInChromium('beside a chapter', (portal) => {
  const WIDE = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' as const };

  it('stand the sandbox, its last result and what was done, which can be taken back', async () => {
    const { page } = await portal.open('/guide/clusterip', WIDE);
    const card = (name: string) => page.getByRole('region', { name, exact: true });
    expect(await card('Your sandbox').textContent()).toContain('made at the first Run');
    expect(await card('Time line').count()).toBe(0);

    const block = page.locator('[data-run-block]').first();
    await block.getByRole('button', { name: 'Run', exact: true }).click();
    const deed = card('Time line').locator('li', { hasText: 'kubectl apply -f 3pod.yaml' });
    await deed.waitFor();
    expect(await card('Your sandbox').textContent()).toMatch(/kind, 4 nodes.*iptables.*\d\d:\d\d:\d\d UTC.*2 of 100,000/);
    expect(await card('Last result').textContent()).toContain('pod/webpod1 created');
    expect(await violations(page)).toEqual([]);

    await card('Time line').getByRole('button', { name: 'Undo', exact: true }).click();
    await deed.locator('s').waitFor();
    await page.waitForSelector('[data-run-block][data-stale]');
    expect(await card('Last result').count()).toBe(0);
    await card('Time line').locator('li', { hasText: 'revert to 1' }).waitFor();
  });

  it('draws counts as shares', async () => {
    const { page } = await portal.open('/guide/clusterip', WIDE);
    const block = page.locator('[data-run-block]').first();
    await block.getByRole('button', { name: 'Edit' }).click();
    await block.getByRole('textbox').fill('for i in a b a; do echo $i; done | sort | uniq -c');
    await block.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('The line marks an equal share of 3: 1.5.').waitFor();
  });

  it('is nothing where there is no room, and asks the server nothing', async () => {
    const { page } = await portal.open('/guide/clusterip', { viewport: { width: 1000, height: 900 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const block = page.locator('[data-run-block]').first();
    await block.getByRole('button', { name: 'Run', exact: true }).click();
    await page.waitForSelector('[data-run-block][data-phase="done"]');
    expect(await page.getByRole('region', { name: 'Your sandbox' }).count()).toBe(0);
    expect(asked.filter((path) => path.endsWith('/log'))).toEqual([]);
  });
});
