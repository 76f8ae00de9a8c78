import { FakeLab, START_US } from '../testdata/fake-lab.js';
import type { Location } from '../types.js';
import type { Terminal } from './terminal.js';

const UP = '\x1b[A';
const LEFT = '\x1b[D';

/** Somebody who sits at a terminal. */
class Person {
  readonly lab = new FakeLab();
  #terminal: Terminal | undefined;
  /** All that was shown. */
  screen = '';
  exitCode: number | undefined;
  wakeUs: number | undefined;

  /** Opens it; resolves to what it shows first. */
  open(at: Location = 'host', command?: readonly string[]): Promise<string> {
    return this.#entry(
      () => (this.#terminal = this.lab.shell.openTerminal('t', { at, columns: 80, rows: 24, ...(command && { command }) })),
    );
  }

  type(text: string): Promise<string> {
    return this.#entry((terminal) => terminal.type(text));
  }

  resize(columns: number): Promise<string> {
    return this.#entry((terminal) => terminal.resize(columns, 24));
  }

  /** Time passes, up to where the program wanted to be. */
  pass(): Promise<string> {
    return this.#entry(() => undefined, this.wakeUs);
  }

  /** The process is gone; what is left is in the tables. */
  forget(): void {
    this.#terminal = undefined;
  }

  async #entry(act: (terminal: Terminal) => unknown, nowUs = this.lab.sim.nowUs): Promise<string> {
    const { sim, shell } = this.lab;
    sim.beginEntry((this.#seq += 1));
    sim.advanceTo(nowUs);
    this.#terminal ??= shell.resumeTerminal('t');
    act(this.#terminal!);
    const step = await this.#terminal!.advance();
    sim.commitEntry();
    this.screen += step.output;
    this.exitCode = step.exitCode;
    this.wakeUs = step.wakeUs;
    return step.output;
  }
  #seq = 100;
}

async function at(place?: Location, command?: readonly string[]): Promise<Person> {
  const person = new Person();
  await person.open(place, command);
  return person;
}

describe('a terminal', () => {
  test('has the prompt of its shell, runs a line, and asks again', async () => {
    const person = new Person();
    expect(await person.open()).toBe('❯ ');
    expect(await person.type('echo hi; cd /tmp\r')).toBe('echo hi; cd /tmp\r\nhi\r\n❯ ');
    expect(await person.type('pwd\r')).toBe('pwd\r\n/tmp\r\n❯ ');
    expect(await person.type('nosuch\r')).toBe('nosuch\r\nzsh: command not found: nosuch\r\n❯ ');
    expect(await person.type('\x04')).toBe('\r\n');
    expect(person.exitCode).toBe(127);
  });

  test.each([
    ['echo ac\x02b\r', 'echo abc'],
    ['cho x\x01e\r', 'echo x'],
    [`echo ab${LEFT}${LEFT}\x05c\r`, 'echo abc'],
    ['nonsense\x15echo x\r', 'echo x'],
    ['echo x y\x17z\r', 'echo x z'],
    [`echo x${LEFT}${LEFT}\x0b o\r`, 'echo o'],
    ['echo x\x7fy\r', 'echo y'],
    ['echo x yz\x17\x19\x19\r', 'echo x yzyz'],
    ['echo a한\x7f글\r', 'echo a글'],
    ['echo one two\x1bb\x1bdthree\r', 'echo one three'],
    ['ecoh x\x01\x06\x06\x06\x14\r', 'echo x'],
  ])('edits: %j is %s', async (keys, line) => {
    const person = await at();
    await person.type(keys);
    expect(person.lab.sim.store.table<{ lines: string[] }>('shell.histories').get('host')!.lines).toEqual([line]);
    expect(person.screen).toContain(`\r\n${line.slice(5)}\r\n❯ `);
  });

  test('remembers lines, by arrows and by search', async () => {
    const person = await at();
    await person.type('echo first\recho second\r');
    expect(await person.type(`${UP}${UP}\r`)).toMatch(/\r\nfirst\r\n❯ $/);
    expect(await person.type('\x12sec')).toMatch(/\(bck-i-search\)`sec': echo second/);
    expect(await person.type('\r')).toMatch(/\r\nsecond\r\n❯ $/);
    expect(await person.type(`new${UP}\x1b[B!\x03`)).toMatch(/new!\^C\r\n❯ $/);
  });

  test('completes commands and files', async () => {
    const person = await at();
    await person.type('mkdir -p /tmp/manifests; touch /tmp/manifests/svc.yaml /tmp/manifests/svc2.yaml\r');
    expect(await person.type('cat /tmp/man\t')).toContain('cat /tmp/manifests/');
    const listed = await person.type('s\t\t');
    expect(listed).toContain('svc.yaml   svc2.yaml\r\n');
    await person.type('\x15iptab\t');
    expect(person.screen).not.toContain('iptables ');
    expect(await person.type('\x15kube\t')).toContain('kubectl ');
  });

  test('asks for the rest of a command', async () => {
    const person = await at();
    expect(await person.type('for i in 1 2; do\r')).toBe('for i in 1 2; do\r\n> ');
    expect(await person.type('echo $i; done\r')).toBe('echo $i; done\r\n1\r\n2\r\n❯ ');
    expect(await person.type('cat <<EOT\rtext\rEOT\r')).toBe('cat <<EOT\r\n> text\r\n> EOT\r\ntext\r\n❯ ');
    expect(await person.type("echo 'a\x03")).toMatch(/\^C\r\n❯ $/);
  });

  test('Ctrl-C ends what runs, with 130, and keeps what it has shown', async () => {
    const person = await at();
    expect(await person.type('while true; do echo x; sleep 1; done\r')).toMatch(/done\r\nx\r\n$/);
    expect(await person.pass()).toBe('x\r\n');
    expect(await person.type('\x03')).toBe('^C\r\n❯ ');
    expect(await person.type('echo $?\r')).toBe('echo $?\r\n130\r\n❯ ');
    expect(person.lab.sim.nowUs).toBe(START_US + 1e6);
  });

  test('Ctrl-Z says that it does nothing', async () => {
    const person = await at();
    expect(await person.type('ab\x1a')).toMatch(/Ctrl-Z is not simulated; Ctrl-C ends it\r\n.*❯ ab$/s);
  });

  test('a program reads what is typed, line by line, until Ctrl-D', async () => {
    const person = await at();
    expect(await person.type('cat\r')).toBe('cat\r\n');
    expect(await person.type('ox\x7fne\r')).toBe('ox\b \bne\r\none\r\n');
    expect(await person.type('\x04')).toBe('❯ ');
    expect(await person.type('read x; echo got $x\r')).toBe('read x; echo got $x\r\n');
    expect(await person.type('word\r')).toBe('word\r\ngot word\r\n❯ ');
    await person.type('sort\rb\ra\r');
    expect(await person.type('\x04')).toBe('a\r\nb\r\n❯ ');
  });

  test('what is typed ahead is the next command', async () => {
    const person = await at();
    await person.type('sleep 5\r');
    await person.type('echo later\r');
    expect(await person.pass()).toBe('❯ echo later\r\nlater\r\n❯ ');
  });

  test('shells nest, each with its own prompt, and leave one by one', async () => {
    const person = await at();
    expect(await person.type('bash\r')).toBe('bash\r\nbash-5.2# ');
    expect(await person.type('x=inner; sh\r')).toBe('x=inner; sh\r\nsh-5.2# ');
    expect(await person.type('exit 3\r')).toBe('exit 3\r\nbash-5.2# ');
    expect(await person.type('echo $? $x\rexit\r')).toBe('echo $? $x\r\n3 inner\r\nbash-5.2# exit\r\nexit\r\n❯ ');
  });

  test('a line wider than the screen is drawn over several rows', async () => {
    const person = await at();
    await person.resize(20);
    await person.type('echo 12345678901234567890');
    const redrawn = await person.type('\x01#');
    expect(redrawn).toContain('\x1b[1A\r');
    expect(redrawn).toMatch(/❯ #echo 12345678901234567890/);
    expect(await person.type('\r')).toBe('\x1b[1B\r\x1b[8C\r\n❯ ');
  });

  test('at its prompt it outlives the process: nobody notices', async () => {
    const [kept, lost] = [await at(), await at()];
    for (const [index, keys] of [
      'x=1; cd /tmp\r',
      'for i in 1; do\r',
      'echo $x $P',
      'WD; done\r',
      `${UP}\r`,
      'bas\x1b',
      '[Dh\r',
    ].entries()) {
      expect(await lost.type(keys)).toBe(await kept.type(keys));
      if (index < 6) lost.forget();
    }
    expect(kept.lab.sim.store.fullHash()).toBe(lost.lab.sim.store.fullHash());
  });

  test('a program that ran is lost with the process, and the terminal says so', async () => {
    const person = await at();
    await person.type('sleep 100\r');
    person.forget();
    expect(await person.type('echo still here\r')).toMatch(
      /^\r\nsvclab: what ran here was lost.*\r\n❯ echo still here\r\nstill here\r\n❯ $/,
    );
  });

  test('runs one program in place of a shell', async () => {
    const person = new Person();
    expect(await person.open('host', ['sh', '-c', 'echo $0 $1; exit 7', 'a', 'b c'])).toBe('a b c\r\n');
    expect(person.exitCode).toBe(7);
    const other = new Person();
    expect(await other.open('node/none' as Location)).toBe('svclab: nothing runs at node/none\r\n');
  });
});
