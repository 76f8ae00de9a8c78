import { World } from '@svclab/cluster';
import { Sim } from '@svclab/sim';
import { Shell } from '../../shell.js';
import type { Execution, StartOptions } from '../../types.js';

/** A cluster, and command lines on its control plane. */
class Node {
  readonly sim = new Sim();
  readonly world = new World(this.sim);
  readonly #shell = new Shell(this.world);

  constructor() {
    this.sim.beginEntry(1);
    this.sim.initialise({ seed: 7, startUs: 1_727_000_000_000_000 });
    this.world.bootstrap({ profile: 'kind' });
  }

  start(line: string, mode: StartOptions['mode']): Execution {
    return this.#shell.start(line, { mode, at: 'node/myk8s-control-plane' });
  }

  async run(line: string): Promise<{ stdout: string; stderr: string; exitCode: number }> {
    const execution = this.start(line, 'exec');
    const ended = { stdout: '', stderr: '', exitCode: -1 };
    while (ended.exitCode < 0) {
      const { output, exitCode } = await execution.advance();
      for (const { stream, text } of output) ended[stream] += text;
      ended.exitCode = exitCode ?? -1;
    }
    return ended;
  }
}

describe('conntrack -E in the shell', () => {
  const ENTRY = 'conntrack -I -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 10 --dport 80';

  test('in a terminal it shows what other entries do, until Ctrl-C', async () => {
    const node = new Node();
    const watching = node.start('conntrack -E -p udp -s 10.0.0.1', 'paced');
    const { wakeUs } = await watching.advance();
    node.sim.commitEntry();
    node.sim.beginEntry(2);
    await node.run(`${ENTRY} -t 100`);
    node.sim.commitEntry();
    node.sim.beginEntry(3);
    node.sim.advanceTo(wakeUs!);
    const { output } = await watching.advance();
    expect(output.map(({ text }) => text).join('')).toBe(
      '    [NEW] udp      17 100 src=10.0.0.1 dst=10.0.0.2 sport=10 dport=80 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=80 dport=10\n',
    );
    watching.signal('SIGINT');
    const ended = await watching.advance();
    expect(ended.output).toContainEqual({
      stream: 'stderr',
      text: expect.stringMatching(/: 1 flow events have been shown\.\n$/) as string,
    });
    expect(ended.exitCode).toBe(130);
  });

  test('without one it ends after ten seconds, having shown what time has ended', async () => {
    const { stdout, stderr } = await new Node().run(`${ENTRY} -t 5; conntrack -E -p udp -s 10.0.0.1`);
    expect(stdout).toMatch(/^\[DESTROY\] udp {6}17 src=10\.0\.0\.1 .*\n$/);
    expect(stderr).toContain('1 flow events have been shown.\n');
  });

  test('ipset reads what it is to restore', async () => {
    const { stdout } = await new Node().run("printf 'create s hash:ip\\nadd s 10.0.0.1\\n' | ipset restore; ipset save s | tail -1");
    expect(stdout).toBe('add s 10.0.0.1\n');
  });
});
