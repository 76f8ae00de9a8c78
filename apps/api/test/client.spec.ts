import { ConnectionError, createSandbox, newIdempotencyKey, ProblemError, SandboxClient } from '@svclab/client';
import { type RunningServer, startServer, temporaryFolder } from './server.js';

/** The generated client against the real thing: what its types promise must be what comes. */
describe('the client', () => {
  const dataFolder = temporaryFolder();
  let server: RunningServer;
  let sandbox: SandboxClient;

  beforeAll(async () => {
    server = await startServer({ dataFolder, env: { SVCLAB_MAX_SANDBOXES: '2' } });
    const { id, token } = await createSandbox({ baseUrl: server.url }, { seed: 1 });
    sandbox = new SandboxClient({ baseUrl: server.url, id, token });
  }, 60_000);
  afterAll(() => server.stop());

  it('runs a command, once for all its tries', async () => {
    const idempotencyKey = newIdempotencyKey();
    const command = { command: 'N=$((N + 1)); echo $N', session: 'page' };
    const first = await sandbox.exec(command, { idempotencyKey });
    expect(first).toMatchObject({ stdout: '1\n', exitCode: 0 });
    expect(await sandbox.exec(command, { idempotencyKey })).toEqual(first);
    expect((await sandbox.exec(command)).stdout).toBe('2\n');
    expect(await sandbox.entry(first.seq)).toMatchObject({ kind: 'exec', transcript: { stdout: '1\n' } });
  });

  it('follows a command, and the first request that it sends', async () => {
    const { items } = await sandbox.log();
    const seen = [];
    for await (const event of sandbox.follow({ command: 'echo out; curl -s --connect-timeout 1 10.200.1.1:443; false', trace: 'first' }))
      seen.push(event);
    expect(seen.map(({ event }) => event)).toEqual(expect.arrayContaining(['start', 'stdout', 'trace', 'end']));
    expect(seen.at(-1)).toMatchObject({ event: 'end', data: { exitCode: 1 } });
    const traced = seen.find((event) => event.event === 'trace')!;
    const { trace, text } = await sandbox.trace((traced.data as { traceId: string }).traceId);
    // The lab host has no rules for Services.
    expect(trace.disposition).toBe('timed out');
    expect(text).toContain('10.200.1.1');
    expect((await sandbox.log({ continue: String(items.at(-1)!.seq) })).items.map(({ kind }) => kind)).toContain('exec.start');
  });

  it('interrupts what it follows', async () => {
    const seen = [];
    for await (const event of sandbox.follow({ command: 'while true; do date; sleep 1; done' })) {
      if (event.event === 'start') void sandbox.signal(event.data.execId, 'SIGINT');
      seen.push(event);
    }
    expect(seen.at(-1)).toMatchObject({ event: 'end', data: { exitCode: 130 } });
  }, 20_000);

  it('hears of each entry', async () => {
    const { seq } = await sandbox.summary();
    const entries = sandbox.entries(seq - 1);
    expect((await entries.next()).value).toMatchObject({ event: 'hello', data: { seq } });
    expect((await entries.next()).value).toMatchObject({ event: 'entry', data: { seq } });
    const next = entries.next();
    await sandbox.exec({ command: 'true' });
    expect((await next).value).toMatchObject({ event: 'entry', data: { seq: seq + 1, kind: 'exec' } });
    await entries.return();
  });

  it('throws what the API refuses, with the fields that are wrong', async () => {
    const refused = await sandbox.exec({ command: 'true', at: 'moon' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ProblemError);
    expect((refused as ProblemError).problem).toMatchObject({ status: 400, errors: [{ pointer: '/at' }] });
    const unknown = new SandboxClient({ baseUrl: server.url, id: 'nobody', token: 'nothing' });
    await expect(unknown.summary()).rejects.toMatchObject({ problem: { status: 404 } });
    await createSandbox({ baseUrl: server.url }, {});
    await expect(createSandbox({ baseUrl: server.url }, {})).rejects.toMatchObject({ problem: { status: 507 } });
  });

  it('is told the same token when the answer to its creation was lost', async () => {
    const idempotencyKey = newIdempotencyKey();
    const small = await startServer({ dataFolder: `${dataFolder}/small`, toy: true });
    const first = await createSandbox({ baseUrl: small.url }, {}, { idempotencyKey });
    expect(await createSandbox({ baseUrl: small.url }, {}, { idempotencyKey })).toEqual(first);
    await small.stop();
    await expect(createSandbox({ baseUrl: small.url }, {})).rejects.toThrow(ConnectionError);
  }, 60_000);
});
