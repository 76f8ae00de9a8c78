import { writeFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { violations } from './accessibility.js';
import { describeInChromium } from './chromium.js';

const SETUP = '[data-run-block="home/setup"]';
const REQUEST = '[data-run-block="home/request"]';

const button = (block: Locator, name: string): Locator => block.getByRole('button', { name, exact: true });
const output = (block: Locator): Locator => block.getByLabel('Output', { exact: true });
const phase = (page: Page, selector: string, is: string): Promise<unknown> => page.waitForSelector(`${selector}[data-phase="${is}"]`);

async function write(block: Locator, command: string): Promise<void> {
  if (await button(block, 'Edit').isVisible()) await button(block, 'Edit').click();
  await block.getByRole('textbox').fill(command);
}

async function run(page: Page, command: string, selector = SETUP): Promise<Locator> {
  const block = page.locator(selector);
  await write(block, command);
  await block.getByRole('textbox').press('Control+Enter');
  await phase(page, selector, 'done');
  return block;
}

/** The sandbox that the page remembers. */
const remembered = (page: Page): Promise<{ id: string; token: string }> =>
  page.evaluate(() => JSON.parse(localStorage.getItem('svclab:home:sandbox')!));

describeInChromium('a runnable block', (portal) => {
  const callSandbox = async (page: Page, method: string, path = ''): Promise<any> => {
    const { id, token } = await remembered(page);
    const response = await fetch(`${portal.server.url}/api/v1/sandboxes/${id}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}` },
    });
    return response.status === 204 ? undefined : response.json();
  };
  const kinds = async (page: Page): Promise<string[]> =>
    (await callSandbox(page, 'GET', '/log?limit=500')).items.map(({ kind }: { kind: string }) => kind);

  it('makes the sandbox at the first run and not before, runs, and follows a request', async () => {
    const { page, complaints } = await portal.open('/');
    expect(await page.evaluate(() => localStorage.getItem('svclab:home:sandbox'))).toBeNull();
    await button(page.locator(SETUP), 'Run').click();
    await phase(page, SETUP, 'done');
    await button(page.locator(REQUEST), 'Run').click();
    await phase(page, REQUEST, 'done');
    const block = page.locator(REQUEST);
    expect(await output(block).textContent()).toMatch(/^Hostname: web[123]$/m);
    expect(await block.locator('footer').textContent()).toMatch(/exit 0entry \d+.* m?s here, .* in the cluster/);
    await button(block, 'Follow one of them').click();
    await page.waitForFunction(() => document.activeElement?.id === 'packet-path');
    expect(await page.locator('#packet-path').textContent()).toContain('your request');
    expect(complaints).toEqual([]);
  });

  it('keeps the original of an edited command, and variables between blocks', async () => {
    const { page } = await portal.open('/');
    const block = page.locator(SETUP);
    const original = await block.getByLabel('Command', { exact: true }).textContent();
    await run(page, 'N=41; cd /tmp; echo set');
    expect(await output(await run(page, 'echo $((N + 1)) $PWD', REQUEST)).textContent()).toBe('42 /tmp\n');
    await page.reload();
    await button(block, 'Reset').waitFor();
    expect(await block.getByRole('textbox').inputValue()).toBe('N=41; cd /tmp; echo set');
    await button(block, 'Reset').click();
    expect(await block.getByLabel('Command', { exact: true }).textContent()).toBe(original);
  });

  it('shows a failed command as the tool itself does, and refused input beside the field', async () => {
    const { page } = await portal.open('/');
    const block = await run(page, 'kubectl get nosuch');
    expect(await output(block).textContent()).toBe('error: the server doesn\'t have a resource type "nosuch"\n');
    expect(await block.locator('footer').textContent()).toContain('exit 1');
    await write(block, `echo ${'x'.repeat(70_000)}`);
    await button(block, 'Run again').click();
    await phase(page, SETUP, 'refused');
    expect(await block.getByRole('alert').textContent()).toContain('command');
    expect(await block.getByRole('textbox').getAttribute('aria-invalid')).toBe('true');
  });

  it('streams, and stops at Stop and at Ctrl .', async () => {
    const { page } = await portal.open('/');
    const block = page.locator(SETUP);
    await write(block, 'while true; do echo tick; sleep 1; done');
    await button(block, 'Run').click();
    await phase(page, SETUP, 'running');
    await page.waitForFunction((selector) => document.querySelector(`${selector} pre`)?.textContent?.includes('tick\ntick\n'), SETUP);
    await button(block, 'Stop').click();
    await phase(page, SETUP, 'done');
    expect(await block.locator('footer').textContent()).toContain('exit 130');
    await block.getByRole('textbox').press('Control+Enter');
    await phase(page, SETUP, 'running');
    await block.getByRole('textbox').press('Control+.');
    await phase(page, SETUP, 'done');
    expect(await block.locator('footer').textContent()).toContain('exit 130');
  });

  it('folds what is longer than twelve lines', async () => {
    const { page } = await portal.open('/');
    const block = await run(page, 'seq 1 40');
    expect(await output(block).textContent()).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12');
    await button(block, 'Show 28 more lines').click();
    expect(await output(block).textContent()).toMatch(/\n40\n$/);
    await button(block, 'Show less').click();
    expect(await output(block).textContent()).toMatch(/\n12$/);
  });

  it('copies, also where the browser has no clipboard for the page', async () => {
    const { page } = await portal.open('/');
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    const block = page.locator(SETUP);
    await write(block, 'echo copied');
    await button(block, 'Copy').click();
    await button(block, 'Copied').waitFor();
    await block.getByRole('textbox').fill('');
    await block.getByRole('textbox').focus();
    await page.keyboard.press('Control+V');
    expect(await block.getByRole('textbox').inputValue()).toBe('echo copied');
  });

  it('remembers over a reload, and over a restart of the server in the middle of a command', async () => {
    const { page } = await portal.open('/');
    await run(page, 'N=7; echo before', REQUEST);
    await page.reload();
    await phase(page, REQUEST, 'done');
    const block = page.locator(REQUEST);
    expect(await output(block).textContent()).toBe('before\n');
    expect(await block.locator('footer').textContent()).not.toContain('another tab');

    const other = page.locator(SETUP);
    await write(other, 'echo start; sleep 30; echo end');
    await button(other, 'Run').click();
    await page.waitForFunction((selector) => document.querySelector(`${selector} pre`)?.textContent?.includes('start'), SETUP);
    await portal.server.stop();
    await page.getByText(/^Not connected\. What you see is entry \d+\./).waitFor();
    await portal.server.start();
    await phase(page, SETUP, 'done');
    expect((await kinds(page)).filter((kind) => kind === 'exec.start')).toHaveLength(2);
    expect(await output(other).textContent()).toMatch(/^start\n/);
    expect(await output(await run(page, 'echo $N', REQUEST)).textContent()).toBe('7\n');
    expect(await page.getByText(/^Not connected/).count()).toBe(0);
  });

  it('waits while the server is away, and runs once when it is back', async () => {
    const { page } = await portal.open('/');
    await run(page, 'echo one');
    const before = (await kinds(page)).length;
    await portal.server.stop();
    const block = page.locator(REQUEST);
    await write(block, 'echo late');
    await button(block, 'Run').click();
    await phase(page, REQUEST, 'waiting');
    await page.getByText('Waiting for the server. The command is sent once it is back.').waitFor();
    await portal.server.start();
    await phase(page, REQUEST, 'done');
    expect(await output(block).textContent()).toBe('late\n');
    expect(await kinds(page)).toHaveLength(before + 1);
  });

  it('marks what an undo takes back, and runs it again', async () => {
    const { page } = await portal.open('/');
    await run(page, 'kubectl create namespace first');
    await run(page, 'kubectl create namespace second', REQUEST);
    await button(page.locator(SETUP), 'Undo').click();
    await page.waitForSelector(`${SETUP}[data-stale]`);
    await page.waitForSelector(`${REQUEST}[data-stale]`);
    await page.reload();
    await page.waitForSelector(`${REQUEST}[data-stale]`);
    await button(page.locator(SETUP), 'Run again').waitFor();
    const block = await run(page, 'kubectl get namespaces first second');
    expect(await output(block).textContent()).toContain('namespaces "first" not found');
    expect(await page.locator(`${SETUP}[data-stale]`).count()).toBe(0);
  });

  it('is the same in two tabs', async () => {
    const reader = await portal.open('/');
    const { page } = reader;
    await run(page, 'N=1; echo one');
    const { page: second } = await portal.anotherTab(reader, '/');
    await phase(second, SETUP, 'done');
    expect(await output(await run(second, 'echo $N', REQUEST)).textContent()).toBe('1\n');
    await phase(page, REQUEST, 'done');
    await page.locator(REQUEST).getByText('from another tab').waitFor();
    expect(await remembered(second)).toMatchObject({ id: (await remembered(page)).id });
    await button(second.locator(SETUP), 'Undo').click();
    await page.waitForSelector(`${REQUEST}[data-stale]`);
    await second.waitForSelector(`${REQUEST}[data-stale]`);
  });

  it('starts anew when the sandbox is gone, and keeps what was written', async () => {
    const { page } = await portal.open('/');
    const block = await run(page, 'echo kept');
    const { id } = await remembered(page);
    await callSandbox(page, 'DELETE');
    await page.getByText(/^Your sandbox is gone/).waitFor();
    await page.getByRole('button', { name: 'Start anew' }).click();
    await page.getByText(/^Your sandbox is gone/).waitFor({ state: 'detached' });
    expect(await block.getByRole('textbox').inputValue()).toBe('echo kept');
    await page.waitForSelector(`${SETUP}[data-stale]`);
    await button(block, 'Run again').click();
    await page.waitForSelector(`${SETUP}[data-phase="done"]:not([data-stale])`);
    expect((await remembered(page)).id).not.toBe(id);
  });

  it.each(['light', 'dark'] as const)('breaks no accessibility rule in any state, in %s colours', async (colorScheme) => {
    const { page } = await portal.open('/', { colorScheme, reducedMotion: 'reduce' });
    const block = page.locator(SETUP);
    const states: Record<string, string[]> = {};
    const look = async (state: string): Promise<void> => void (states[state] = await violations(page));
    await run(page, 'seq 1 20; ls /nosuch');
    await look('done');
    await run(page, 'kubectl create namespace seen', REQUEST);
    await button(page.locator(REQUEST), 'Undo').click();
    await page.waitForSelector(`${REQUEST}[data-stale]`);
    await write(block, 'sleep 60');
    await button(block, 'Run again').click();
    await phase(page, SETUP, 'running');
    await look('running and stale');
    await button(block, 'Stop').click();
    await phase(page, SETUP, 'done');
    await write(block, `echo ${'x'.repeat(70_000)}`);
    await button(block, 'Run again').click();
    await phase(page, SETUP, 'refused');
    await look('refused');
    await portal.server.stop();
    await button(block, 'Run').click();
    await page.getByText('Waiting for the server.').waitFor();
    await look('server away');
    await portal.server.start();
    await phase(page, SETUP, 'refused');
    await callSandbox(page, 'DELETE');
    await page.getByRole('button', { name: 'Start anew' }).waitFor();
    await look('sandbox gone');
    expect(Object.entries(states).filter(([, broken]) => broken.length > 0)).toEqual([]);
  });

  it('is used with the keyboard alone', async () => {
    const { page } = await portal.open('/');
    const names: string[] = [];
    for (let presses = 0; presses < 60 && !names.includes('Run'); presses++) {
      await page.keyboard.press('Tab');
      names.push(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
    }
    expect(names.slice(-3)).toEqual(['Copy', 'Edit', 'Run']);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    // A person sees the field before typing into it.
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('echo by hand');
    await page.keyboard.press('Control+Enter');
    await phase(page, SETUP, 'done');
    expect(await output(page.locator(SETUP)).textContent()).toBe('by hand\n');
  });

  it('shows a plain command within 100 ms', async () => {
    const { page } = await portal.open('/');
    await run(page, 'true');
    const block = page.locator(SETUP);
    const timesMs: number[] = [];
    for (let turn = 0; turn < 9; turn++) {
      await write(block, `echo turn ${turn}`);
      timesMs.push(
        await page.evaluate(
          ([selector, expected]) =>
            new Promise<number>((resolve) => {
              const element = document.querySelector<HTMLElement>(selector!)!;
              const startedMs = performance.now();
              new MutationObserver((_, observer) => {
                if (!element.querySelector('pre')?.textContent?.includes(expected!)) return;
                observer.disconnect();
                requestAnimationFrame(() => resolve(performance.now() - startedMs));
              }).observe(element, { subtree: true, childList: true, characterData: true });
              [...element.querySelectorAll('button')].find(({ textContent }) => /Run/.test(textContent))!.click();
            }),
          [SETUP, `turn ${turn}`],
        ),
      );
      await phase(page, SETUP, 'done');
    }
    const median = timesMs.toSorted((a, b) => a - b)[4]!;
    if (process.env['SVCLAB_FIGURES']) writeFileSync(process.env['SVCLAB_FIGURES'], JSON.stringify(timesMs));
    // 100 ms is the aim on an idle machine; tests run beside others.
    expect(median).toBeLessThan(300);
  });
});

describeInChromium(
  'a server without room',
  (portal) => {
    it('says so in its own words, and what goes on', async () => {
      const first = await portal.open('/');
      await run(first.page, 'echo in');
      const second = await portal.open('/');
      await button(second.page.locator(SETUP), 'Run').click();
      await second.page.getByText(/^This server holds 1 sandboxes, its limit/).waitFor();
      await phase(second.page, SETUP, 'refused');
      expect(await second.page.getByRole('status').first().textContent()).toContain('Reading goes on.');
    });
  },
  { SVCLAB_MAX_SANDBOXES: '1' },
);

describeInChromium(
  'a full log',
  (portal) => {
    it('is told of, and started over', async () => {
      const { page } = await portal.open('/');
      const block = page.locator(SETUP);
      await run(page, 'echo 1');
      for (let turn = 0; turn < 10 && (await page.getByText(/log holds 10 entries/).count()) === 0; turn++) {
        await button(block, 'Run again').or(button(block, 'Run')).click();
        await page.waitForSelector(`${SETUP}[data-phase="done"], ${SETUP}[data-phase="refused"]`);
      }
      await page.getByText(/^This sandbox's log holds 10 entries, its limit/).waitFor();
      await page.getByRole('button', { name: 'Start over' }).click();
      await page.getByText(/^This sandbox's log holds 10 entries/).waitFor({ state: 'detached' });
      await button(block, 'Run').click();
      await phase(page, SETUP, 'done');
    });
  },
  { SVCLAB_MAX_ENTRIES: '10' },
);
