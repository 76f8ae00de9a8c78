import { describeInChromium } from './chromium.js';

describeInChromium('the landing page', (portal) => {
  it.each([
    ['/', 'recorded when this page was built', 'Run', 'Follow one of them', 'your request'],
    ['/ko/', '이 페이지를 만들 때 기록한 요청', '실행', '요청 하나 따라가기', '내가 보낸 요청'],
  ])('%s shows a request before anything is run, and then that of its reader', async (address, recorded, run, follow, own) => {
    const { page, outside, complaints } = await portal.open(address);
    const path = page.locator('#packet-path');
    await path.getByText(recorded).waitFor();
    expect(await path.locator('ol').first().locator('li').count()).toBeGreaterThan(10);
    const runFirstIdleBlock = (): Promise<void> => page.getByRole('button', { name: run, exact: true }).first().click();
    await runFirstIdleBlock();
    await page.getByText('pod/client created').waitFor();
    await runFirstIdleBlock();
    await page.getByText(/Hostname: web[123]/).waitFor();
    await page.getByRole('button', { name: follow }).click();
    await path.getByText(own).waitFor();
    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
