import { Sandbox, type EntryInput } from '../index.js';

const START_US = Date.UTC(2024, 8, 28) * 1000;
const NET_POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'net-pod' },
  spec: { containers: [{ name: 'c', image: 'nicolaka/netshoot', command: ['tail'], args: ['-f', '/dev/null'] }] },
};
const WEB = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'c', image: 'traefik/whoami' }] } };

async function lab(): Promise<Sandbox> {
  const { sandbox } = await Sandbox.create({ kind: 'create', profile: 'kind', seed: 1, startUs: START_US });
  sandbox.commit();
  for (const object of [NET_POD, WEB]) await perform(sandbox, { kind: 'object.create', resource: 'pods', namespace: 'default', object });
  return sandbox;
}

async function perform(sandbox: Sandbox, input: EntryInput): Promise<any> {
  const { answer } = await sandbox.execute(input);
  if (!answer.ok) throw new Error(answer.problem.detail);
  sandbox.commit();
  return answer;
}

const shown = async (sandbox: Sandbox, input: EntryInput): Promise<string> =>
  ((await perform(sandbox, input)).output as { text: string }[]).map(({ text }) => text).join('');

const open = (at?: string, terminalId = 't'): EntryInput => ({
  kind: 'terminal.open',
  terminalId,
  columns: 80,
  rows: 24,
  ...(at && { at }),
});
const type = (text: string, terminalId = 't'): EntryInput => ({ kind: 'terminal.input', terminalId, text });

describe('terminals of a sandbox', () => {
  it('have the prompts of the lab, and nest through kubectl and docker', async () => {
    const sandbox = await lab();
    expect(await shown(sandbox, open())).toBe('❯ ');
    expect(await shown(sandbox, type('docker exec -it myk8s-control-plane bash\r'))).toMatch(/\r\nroot@myk8s-control-plane:\/# $/);
    expect(await shown(sandbox, type('hostname\r'))).toBe('hostname\r\nmyk8s-control-plane\r\nroot@myk8s-control-plane:/# ');
    expect(await shown(sandbox, type('exit\r'))).toBe('exit\r\nexit\r\n❯ ');
    expect(await shown(sandbox, type('kubectl exec -it net-pod -- zsh\r'))).toMatch(/\r\nnet-pod:\S+# $/);
    expect(await shown(sandbox, type('echo $HOSTNAME\r'))).toMatch(/\r\nnet-pod\r\nnet-pod:\S+# $/);
    expect(await shown(sandbox, type('exit 3\r'))).toBe('exit 3\r\ncommand terminated with exit code 3\r\n❯ ');
    expect(await shown(sandbox, open('node/myk8s-worker', 'n'))).toBe('root@myk8s-worker:/# ');
  });

  it('are several at once, and none is lost when somebody else is refused', async () => {
    const sandbox = await lab();
    await perform(sandbox, open());
    await perform(sandbox, open('pod/default/net-pod', 'other'));
    await perform(sandbox, type('sleep 3; echo woke\r'));
    const { answer } = await sandbox.execute({ kind: 'object.delete', resource: 'pods', namespace: 'default', name: 'none' });
    expect(answer.ok).toBe(false);
    expect(await shown(sandbox, type('x=2; echo $x\r', 'other'))).toMatch(/\r\n2\r\n/);
    expect(await shown(sandbox, { kind: 'terminal.advance', terminalId: 't', toUs: sandbox.virtualTimeUs + 3e6 })).toBe('woke\r\n❯ ');
  });

  it('show what is paced as it comes, and end it at Ctrl-C', async () => {
    const sandbox = await lab();
    await perform(sandbox, open('pod/default/net-pod'));
    expect(await shown(sandbox, type('ping 127.0.0.1\r'))).toContain('icmp_seq=1');
    const next = await perform(sandbox, { kind: 'terminal.advance', terminalId: 't', toUs: sandbox.virtualTimeUs + 1e6 });
    expect(next.output[0].text).toContain('icmp_seq=2');
    expect(next.busy).toBe(true);
    expect(await shown(sandbox, type('\x03'))).toMatch(/^\^C\r\n[^]*2 packets transmitted[^]*# $/);
  });

  it('outlive a restart at their prompt, and tell where one has lost something', async () => {
    const sandbox = await lab();
    await perform(sandbox, open());
    await perform(sandbox, type('x=kept; echo half'));
    const again = Sandbox.restore(JSON.parse(JSON.stringify(sandbox.snapshot())));
    expect(await shown(again, type(' $x\r'))).toBe(' $x\r\nhalf kept\r\n❯ ');
    await perform(again, type('sleep 100\r'));
    const later = Sandbox.restore(JSON.parse(JSON.stringify(again.snapshot())));
    expect(await shown(later, type('echo $x\r'))).toMatch(/^\r\nsvclab: what ran here was lost[^]*kept\r\n❯ $/);
  });

  it('survive an undo, and say so', async () => {
    const sandbox = await lab();
    const target = sandbox.snapshot();
    const { seq } = sandbox;
    await perform(sandbox, open());
    await perform(sandbox, type('cd /tmp; echo a > f\r'));
    await sandbox.execute({ kind: 'revert', toSeq: seq }, { revertTarget: target.dump });
    sandbox.commit();
    expect(await shown(sandbox, type('ls /tmp; pwd\r'))).toMatch(/^\r\nsvclab: the sandbox was put back[^]*\r\n\/root\r\n❯ $/);
  });

  it('refuses what is not there', async () => {
    const sandbox = await lab();
    expect((await sandbox.execute(open('pod/default/none'))).answer).toMatchObject({ ok: false, problem: { status: 404 } });
    expect((await sandbox.execute(type('x'))).answer).toMatchObject({ ok: false, problem: { status: 404 } });
  });
});

describe('input that comes while a command runs', () => {
  it('is read as it comes', async () => {
    const sandbox = await lab();
    const started = await perform(sandbox, {
      kind: 'exec.start',
      execId: 'e',
      command: "sh -c 'read a; echo [$a]; wc -c'",
      openStdin: true,
    });
    expect(started).toMatchObject({ awaitsInput: true, busy: true });
    expect(await shown(sandbox, { kind: 'exec.input', execId: 'e', text: 'one\ntw' })).toBe('[one]\n');
    const ended = await perform(sandbox, { kind: 'exec.input', execId: 'e', text: 'o\n', ends: true });
    expect(ended).toMatchObject({ exitCode: 0, output: [{ stream: 'stdout', text: '4\n' }] });
  });
});

describe('dial', () => {
  const dial = (port: number, request?: string): EntryInput => ({
    kind: 'dial',
    from: 'pod/default/web',
    host: 'localhost',
    port,
    ...(request !== undefined && { request }),
  });

  it('talks to what listens in the pod', async () => {
    const sandbox = await lab();
    const { value } = await perform(sandbox, dial(80, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'));
    expect(value).toMatchObject({ outcome: 'ok', response: expect.stringMatching(/^HTTP\/1\.1 200 OK\r\n[^]*Hostname: web\n/) });
    expect((await perform(sandbox, dial(80))).value).toEqual({ outcome: 'ok' });
    expect((await perform(sandbox, dial(81))).value).toMatchObject({ outcome: 'refused', errno: 'ECONNREFUSED' });
  });
});
