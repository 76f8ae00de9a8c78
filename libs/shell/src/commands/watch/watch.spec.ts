import { Shell } from '../../shell.js';
import { FakeLab } from '../../testdata/fake-lab.js';

/** A lab with every command of the shell, and a cluster. */
class Lab extends FakeLab {
  readonly real = new Shell(this.world);
  #seq = 10_000;

  constructor() {
    super({ profile: 'kind' });
  }

  /** Returns what lets so much time pass and tells what is shown meanwhile. */
  start(command: string): (us?: number) => Promise<string> {
    let terminal: ReturnType<Shell['openTerminal']> | undefined;
    return async (us = 0) => {
      this.sim.beginEntry((this.#seq += 1));
      terminal ??= this.real.openTerminal('t', { at: 'host', columns: 100, rows: 10, command: ['zsh', '-c', command] });
      if (us) this.sim.advance(us);
      const { output } = await terminal.advance();
      this.sim.commitEntry();
      return output;
    };
  }

  async run(line: string): Promise<void> {
    this.sim.beginEntry((this.#seq += 1));
    await this.real.start(line, { mode: 'exec' }).advance();
    this.sim.commitEntry();
  }
}

/** What `watch` shows first: a cleared screen, its header, and the command's lines. */
const FIRST =
  // eslint-disable-next-line no-control-regex
  /^\x1b\[H\x1b\[JEvery 1\.0s: date \+%S; echo same; seq 20 +docker-desktop: \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\r\n\r\n\d\d\r\nsame\r\n1\r\n/;
// eslint-disable-next-line no-control-regex
const SECOND = /\r\n\r\n[^]*\x1b\[7m\d\x1b\[27m\r\nsame\r\n/;

describe('watch', () => {
  test('shows the same screen again and again, and what is new in it', async () => {
    const go = new Lab().start("watch -d -n 1 'date +%S; echo same; seq 20'");
    const first = await go();
    expect(first).toMatch(FIRST);
    // Ten rows: two of the header, eight of the command.
    expect(first.split('\r\n')).toHaveLength(11);
    const second = await go(1_000_000);
    expect(second).toMatch(SECOND);
  });

  test('says what is missing', async () => {
    const lab = new Lab();
    const go = lab.start('watch');
    expect(await go()).toContain('watch: no command given');
  });
});

describe('kubectl get -w', () => {
  test('shows what changes, in the columns that stand, and what goes', async () => {
    const lab = new Lab();
    await lab.run('kubectl run web1 --image=traefik/whoami; kubectl wait --for=condition=Ready pod/web1');
    const go = lab.start('kubectl get pods -w');
    const header = (await go()).split('\r\n');
    expect(header[0]).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE$/);
    expect(header[1]).toMatch(/^web1 +1\/1 +Running /);
    expect(await go(500_000)).toBe('');
    await lab.run('kubectl label pod web1 a=b');
    const row = await go(500_000);
    expect(row).toMatch(/^web1 +1\/1 +Running .*\r\n$/);
    expect(row.indexOf('Running')).toBe(header[1]!.indexOf('Running'));
    await lab.run('kubectl delete pod web1 --force --grace-period=0');
    expect(await go(2_000_000)).toMatch(/^web1 /);
  });
});
