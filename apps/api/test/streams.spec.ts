import { type RunningServer, startServer, temporaryFolder } from './server.js';

interface Event {
  readonly event: string;
  readonly data: any;
}

/** Reads server-sent events until `until` says so, then drops the connection. */
async function events(response: Response, until: (event: Event, all: readonly Event[]) => boolean): Promise<Event[]> {
  const all: Event[] = [];
  let text = '';
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return all;
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      );
      text = text.slice(end + 2);
      if (fields['event'] === undefined) continue;
      const event = { event: fields['event'], data: JSON.parse(fields['data']!) };
      all.push(event);
      if (until(event, all)) {
        await reader.cancel();
        return all;
      }
    }
  }
}

describe('streams', () => {
  let server: RunningServer;
  let token: string;
  const dataFolder = temporaryFolder();

  const call = (method: string, path: string, body?: unknown) => server.call(method, `/api/v1/sandboxes/current${path}`, { token, body });
  const open = (method: string, path: string, body?: unknown, headers = {}) =>
    fetch(`${server.url}/api/v1/sandboxes/current${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream', 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const kinds = async (): Promise<string[]> => (await call('GET', '/log')).body.items.map(({ kind }: { kind: string }) => kind);

  beforeAll(async () => {
    server = await startServer({ dataFolder, toy: true });
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    token = (await server.call('POST', '/api/v1/sandboxes', { body: {} })).body.token;
  });

  it('shows a command as it runs, until it is interrupted', async () => {
    const response = await open('POST', '/exec', { command: 'lines' });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const startedMs = performance.now();
    let execId = '';
    const seen = await events(response, (event, all) => {
      if (event.event === 'start') execId = event.data.execId;
      if (all.filter(({ event }) => event === 'stdout').length === 4 && event.event === 'stdout') {
        void call('POST', `/exec/${execId}/signal`, { signal: 'SIGINT' });
      }
      return event.event === 'end';
    });
    expect(performance.now() - startedMs).toBeGreaterThan(500);
    expect(
      seen
        .filter(({ event }) => event === 'stdout')
        .slice(0, 4)
        .map(({ data }) => data.text),
    ).toEqual(['line 0\n', 'line 1\n', 'line 2\n', 'line 3\n']);
    expect(seen.at(-1)).toMatchObject({ event: 'end', data: { exitCode: 130 } });
    expect(seen.some(({ event }) => event === 'tick')).toBe(true);
    expect((await call('POST', `/exec/${execId}/signal`, { signal: 'SIGINT' })).status).toBe(404);
    expect((await kinds()).slice(0, 3)).toEqual(['create', 'exec.start', 'exec.advance']);
  }, 20_000);

  it('interrupts a command whose watcher has gone', async () => {
    await events(await open('POST', '/exec', { command: 'lines' }), ({ event }) => event === 'stdout');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const after = await kinds();
    expect(after.at(-1)).toBe('exec.signal');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await kinds()).toEqual(after);
  }, 20_000);

  it('tells a retried command again and runs it once', async () => {
    const key = { 'Idempotency-Key': 'the-answer-was-lost' };
    const first = await events(await open('POST', '/exec', { command: 'lines' }, key), (event) => event.event === 'tick');
    const again = await events(await open('POST', '/exec', { command: 'lines' }, key), ({ event }) => event === 'end');
    const told = (all: readonly Event[]): string =>
      all
        .filter(({ event }) => event === 'stdout')
        .map(({ data }) => data.text)
        .join('');
    expect(again[0]).toEqual(first[0]);
    expect(told(again).startsWith(told(first))).toBe(true);
    // The first watcher has gone, so the command was interrupted; that is how it ended for the second, too.
    expect(again.at(-1)).toMatchObject({ event: 'end', data: { exitCode: 130 } });
    expect((await kinds()).filter((kind) => kind === 'exec.start')).toHaveLength(1);
    const other = await open('POST', '/exec', { command: 'add 1' }, key);
    expect([other.status, await other.json()]).toMatchObject([422, { detail: expect.stringContaining('was used before') }]);
  }, 20_000);

  it('says of a command that a stopped server cut off how far it came', async () => {
    const folder = temporaryFolderOf(dataFolder, 'cut-off');
    const key = { 'Idempotency-Key': 'the-server-was-killed' };
    let other = await startServer({ dataFolder: folder, toy: true });
    const made = (await other.call('POST', '/api/v1/sandboxes', { body: {} })).body;
    const exec = () =>
      fetch(`${other.url}/api/v1/sandboxes/current/exec`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${made.token}`, Accept: 'text/event-stream', 'Content-Type': 'application/json', ...key },
        body: JSON.stringify({ command: 'lines' }),
      });
    await events(await exec(), ({ event }) => event === 'tick');
    await other.kill();
    other = await startServer({ dataFolder: folder, toy: true });
    const again = await events(await exec(), ({ event }) => event === 'end');
    expect(again.map(({ event }) => event)).toEqual(expect.arrayContaining(['start', 'stdout']));
    expect(again.at(-1)!.data).toMatchObject({ exitCode: null, reason: expect.stringContaining('the server ended') });
    await other.stop();
  }, 60_000);

  it('ends a command whose sandbox is deleted', async () => {
    const seen = await events(await open('POST', '/exec', { command: 'lines' }), (event, all) => {
      if (all.length === 2) void call('DELETE', '');
      return event.event === 'end';
    });
    expect(seen.at(-1)!.data).toMatchObject({ exitCode: null, reason: 'no such sandbox' });
  }, 20_000);

  it('tells followers of each entry, and what they missed', async () => {
    await call('POST', '/exec', { command: 'add 1' });
    const follow = events(await open('GET', '/stream', undefined, { 'Last-Event-ID': '1' }), ({ event }) => event === 'deleted');
    await call('POST', '/exec', { command: 'add 1' });
    await call('POST', '/reset');
    await call('DELETE', '');
    const seen = await follow;
    expect(seen.map(({ event, data }) => [event, data.log, data.seq])).toEqual([
      ['hello', 1, 2],
      ['entry', 1, 2],
      ['entry', 1, 3],
      ['reset', 2, 1],
      ['deleted', undefined, undefined],
    ]);
  }, 20_000);

  it('ends streams and exits with 0 on SIGTERM', async () => {
    const other = await startServer({ dataFolder: temporaryFolderOf(dataFolder, 'other'), toy: true });
    const made = (await other.call('POST', '/api/v1/sandboxes', { body: {} })).body;
    const response = await fetch(`${other.url}/api/v1/sandboxes/current/stream`, { headers: { Authorization: `Bearer ${made.token}` } });
    const follow = events(response, () => false);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await other.stop()).toBe(0);
    expect((await follow)[0]!.event).toBe('hello');
  }, 30_000);
});

const temporaryFolderOf = (folder: string, name: string): string => `${folder}/${name}`;
