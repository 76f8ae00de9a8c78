import { FakeLab, START_US } from './testdata/fake-lab.js';

describe('limits', () => {
  test.each([
    ['while true; do :; done', 'loopTurns'],
    ['f() { f; }; f', 'callDepth'],
    [':(){ :|:& };:', 'callDepth'],
    ['x=a; while true; do x=$x$x; done', 'outputBytes'],
    ['while true; do echo "$(printf %100000d 1)"; done', 'outputBytes'],
    ['echo 1; bash -c "while :; do true; done"; echo 2', 'loopTurns'],
  ])('%s', async (line, limit) => {
    const { stderr, exitCode } = await new FakeLab().exec(line);
    expect(stderr).toMatch(new RegExp(`^svclab: stopped: .*\\(${limit}\\)\\n$`));
    expect(exitCode).toBe(126);
  });

  test('can be set, and name themselves', async () => {
    const lab = new FakeLab();
    const answer = await lab.exec('for i in 1 2 3 4; do echo $i; done', { limits: { loopTurns: 3 } });
    expect(answer).toEqual({
      stdout: '1\n2\n3\n',
      stderr: 'svclab: stopped: the limit of 3 loop turns in one command line is passed (loopTurns)\n',
      exitCode: 126,
    });
    expect((await lab.exec('echo {1..200000}')).exitCode).toBe(126);
    expect((await lab.exec('curl a; curl b', { limits: { packets: 1 } })).stderr).toContain('(packets)');
    expect((await lab.exec('echo $i')).stdout).toBe('4\n');
  });

  test('the lab’s longest loop is within them', async () => {
    const { stdout, exitCode } = await new FakeLab().exec(
      'for i in {1..10000}; do curl -s x:9000 > /dev/null; sleep 0.01; done; echo $i $SECONDS',
    );
    expect({ stdout, exitCode }).toEqual({ stdout: '10000 110\n', exitCode: 0 });
  });

  test('an endless stage is cut, and what reads from it still runs', async () => {
    const { stdout, exitCode } = await new FakeLab().exec('while true; do echo x; done | sort | uniq -c; echo never');
    expect({ stdout, exitCode }).toEqual({ stdout: '  20000 x\n', exitCode: 126 });
  });

  test('a pattern cannot take exponential time', async () => {
    const script =
      '[[ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa =~ ^(a+)+b$ ]]; echo $?; x=$(printf "%s" {1..3000}); echo ${#x} ${x%%*1*2*3*4*5*6*x*}';
    expect((await new FakeLab().exec(`bash -c '${script}'`)).stdout).toMatch(/^1\n10893 1234/);
  });
});

describe('exec', () => {
  test('sleeping costs nothing but virtual time', async () => {
    const lab = new FakeLab();
    expect((await lab.exec('sleep 1.5; sleep 2m 1s; date +%T')).stdout).toBe('12:02:02\n');
    expect(lab.sim.nowUs).toBe(START_US + 122_500_000);
  });

  test('an endless command ends after 10 virtual seconds and says so', async () => {
    const lab = new FakeLab();
    const message = 'svclab: stopped after 10 virtual seconds: this command does not end by itself (in a terminal it runs until Ctrl-C)\n';
    expect(await lab.exec('while true; do date +%S; sleep 4; done; echo never')).toEqual({
      stdout: '00\n04\n08\n',
      stderr: message,
      exitCode: 130,
    });
    expect(await lab.exec('ping x | wc -l')).toEqual({ stdout: '10\n', stderr: message, exitCode: 130 });
    expect(await lab.exec('sleep infinity')).toEqual({ stdout: '', stderr: message, exitCode: 130 });
  });

  test('a reader that has seen enough ends an endless writer', async () => {
    expect(await new FakeLab().exec('ping x | head -2; echo ${pipestatus[1]}')).toEqual({
      stdout: 'seq=1\nseq=2\n141\n',
      stderr: '',
      exitCode: 0,
    });
  });

  test('finite loops are never cut by time', async () => {
    expect((await new FakeLab().exec('for i in {1..30}; do sleep 1; done; echo $i')).stdout).toBe('30\n');
  });

  test('timeout ends what takes longer', async () => {
    const lab = new FakeLab();
    expect(await lab.exec('timeout 3 ping x; echo $?')).toMatchObject({ stdout: 'seq=1\nseq=2\nseq=3\n124\n' });
    expect(await lab.exec('timeout 3 sh -c "sleep 1; echo in time"; echo $? $(date +%S)')).toMatchObject({ stdout: 'in time\n0 04\n' });
  });

  test('output keeps its order across both streams', async () => {
    const lab = new FakeLab();
    lab.sim.beginEntry(7);
    const { output } = await lab.shell.start('echo a; nosuch; echo b; echo c >&2', { mode: 'exec' }).advance();
    lab.sim.commitEntry();
    expect(output).toEqual([
      { stream: 'stdout', text: 'a\n' },
      { stream: 'stderr', text: 'zsh: command not found: nosuch\n' },
      { stream: 'stdout', text: 'b\n' },
      { stream: 'stderr', text: 'c\n' },
    ]);
  });

  test('two executions of one process take turns', async () => {
    const labs = [new FakeLab({ seed: 1 }), new FakeLab({ seed: 2 })];
    const line = 'for i in {1..50}; do echo $i >> f; sleep 1; sort -n f | tail -1 > g; done; wc -l < f; date +%T';
    const answers = await Promise.all(labs.map((lab) => lab.exec(line)));
    expect(answers.map(({ stdout }) => stdout)).toEqual(['50\n12:00:50\n', '50\n12:00:50\n']);
  });
});

describe('paced', () => {
  const LINE = 'for i in 1 2; do echo $i; sleep 2; done; echo end';

  test('returns at each sleep, and touches nothing until it is advanced', async () => {
    const lab = new FakeLab();
    const execution = lab.shell.start(LINE, { mode: 'paced' });
    expect(await lab.step(execution)).toEqual({ output: [{ stream: 'stdout', text: '1\n' }], wakeUs: START_US + 2e6 });
    const hash = lab.sim.store.fullHash();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(lab.sim.store.fullHash()).toBe(hash);
    expect(await lab.step(execution, START_US + 1e6)).toEqual({ output: [], wakeUs: START_US + 2e6 });
    expect(await lab.step(execution, START_US + 2e6)).toEqual({ output: [{ stream: 'stdout', text: '2\n' }], wakeUs: START_US + 4e6 });
    expect(await lab.step(execution, START_US + 4e6)).toEqual({ output: [{ stream: 'stdout', text: 'end\n' }], exitCode: 0 });
    expect(await lab.step(execution)).toEqual({ output: [], exitCode: 0 });
  });

  test('Ctrl-C ends it with 130 and keeps the session', async () => {
    const lab = new FakeLab();
    const execution = lab.shell.start('while true; do i=$((i+1)); sleep 1; done', { mode: 'paced' });
    for (let second = 0; second < 20; second++) await lab.step(execution, START_US + second * 1e6);
    execution.signal('SIGINT');
    expect(await lab.step(execution)).toEqual({ output: [], exitCode: 130 });
    expect((await lab.exec('echo $i')).stdout).toBe('20\n');
  });

  test('pauses a loop that never sleeps, so that Ctrl-C gets in', async () => {
    const lab = new FakeLab();
    const execution = lab.shell.start('while true; do echo x; done', { mode: 'paced' });
    const { output, wakeUs } = await lab.step(execution);
    expect(output[0]!.text.length).toBeGreaterThan(10);
    expect(wakeUs).toBe(START_US);
    execution.signal('SIGTERM');
    expect(await lab.step(execution)).toMatchObject({ exitCode: 143 });
  });

  test('gives the same output as exec', async () => {
    const paced = new FakeLab();
    const execution = paced.shell.start(LINE, { mode: 'paced' });
    let text = '';
    for (let step = await paced.step(execution); ; step = await paced.step(execution, step.wakeUs)) {
      text += step.output.map((chunk) => chunk.text).join('');
      if (step.exitCode !== undefined) break;
    }
    expect(text).toBe((await new FakeLab().exec(LINE)).stdout);
  });
});
