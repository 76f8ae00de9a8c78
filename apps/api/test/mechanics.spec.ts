import { type RunningServer, startServer, temporaryFolder } from './server.js';

/** The server around the sandboxes, with the toy inside: what must hold whatever a sandbox computes. */
describe('the server', () => {
  let server: RunningServer;
  let token: string;
  const dataFolder = temporaryFolder();

  const create = async (): Promise<string> => (await server.call('POST', '/api/v1/sandboxes', { body: { seed: 1 } })).body.token;
  const exec = (command: string, options: { token?: string; headers?: Record<string, string> } = {}) =>
    server.call('POST', '/api/v1/sandboxes/current/exec', { body: { command }, token, ...options });
  const summary = async (of = token) => (await server.call('GET', '/api/v1/sandboxes/current', { token: of })).body;

  beforeAll(async () => {
    const env = {
      SVCLAB_COMMAND_TIMEOUT_MS: '1000',
      SVCLAB_WORKER_MEMORY_MB: '64',
      SVCLAB_MAX_SANDBOXES: '12',
      SVCLAB_MAX_ENTRIES: '30',
      SVCLAB_SNAPSHOT_EVERY: '4',
      SVCLAB_MAX_RESIDENT: '2',
    };
    server = await startServer({ dataFolder, toy: true, env });
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    token = await create();
  });
  afterEach(() => server.call('DELETE', '/api/v1/sandboxes/current', { token }));

  describe('auth', () => {
    it('asks for a token with 401', async () => {
      const { status, headers, body } = await server.call('GET', '/api/v1/sandboxes/current');
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toContain('Bearer');
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body).toMatchObject({ status: 401, title: 'Unauthorized', instance: '/api/v1/sandboxes/current' });
    });

    it('answers a wrong token, another sandbox and an unknown sandbox alike', async () => {
      const { id } = await summary();
      const other = await create();
      const answers = await Promise.all([
        server.call('GET', `/api/v1/sandboxes/${id}`, { token: 'svclab_wrong' }),
        server.call('GET', `/api/v1/sandboxes/${id}`, { token: other }),
        server.call('GET', `/api/v1/sandboxes/${'0'.repeat(32)}`, { token }),
      ]);
      const seen = answers.map(({ status, body }) => JSON.stringify({ status, ...body, instance: '' }));
      expect(answers[0]!.status).toBe(404);
      expect(new Set(seen).size).toBe(1);
      await server.call('DELETE', '/api/v1/sandboxes/current', { token: other });
    });

    it('never prints a token', async () => {
      await exec('throw');
      expect(server.output()).toContain('the toy broke');
      expect(server.output()).not.toContain(token);
      expect((await server.call('GET', '/metrics')).body).not.toContain(token);
    });
  });

  describe('validation', () => {
    const call = (body: unknown, headers = {}) => server.call('POST', '/api/v1/sandboxes/current/exec', { body, token, headers });

    it('points at each bad and each unknown field', async () => {
      const { status, body } = await call({ command: 'add 1', at: 'mars', colour: 'red' });
      expect(status).toBe(400);
      expect(body.errors).toEqual([
        { pointer: '/at', detail: expect.stringContaining('node/<name>') },
        { pointer: '/colour', detail: 'unknown field "colour"' },
      ]);
    });

    it('refuses what is not JSON, of another type, or too large', async () => {
      const headers = { 'Content-Type': 'application/json' };
      expect(await call('{"command":', headers)).toMatchObject({ status: 400, body: { title: 'Malformed JSON' } });
      expect(await call('x', { 'Content-Type': 'image/png' })).toMatchObject({ status: 415 });
      const large = await call(' '.repeat(50_000_000), headers);
      expect(large).toMatchObject({ status: 413, body: { title: 'Content Too Large', detail: expect.stringContaining('1048576 bytes') } });
      expect((await summary()).n).toBe(0);
    });

    it('answers unknown paths with a problem', async () => {
      expect(await server.call('GET', '/api/v1/nowhere')).toMatchObject({ status: 404, body: { status: 404 } });
      expect(await server.call('POST', '/api/v1/sandboxes/current/terminals', { token, body: {} })).toMatchObject({ status: 404 });
    });

    it('pages lists', async () => {
      const first = await server.call('GET', '/api/v1/sandboxes/current/pods?limit=3', { token });
      const next = await server.call('GET', `/api/v1/sandboxes/current/pods?limit=3&continue=${first.body.metadata.continue}`, { token });
      const names = [...first.body.items, ...next.body.items].map(({ metadata }) => metadata.name);
      expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(first.body.metadata.remainingItemCount).toBe(2);
      expect(next.body.metadata.continue).toBeUndefined();
      const wrong = await server.call('GET', '/api/v1/sandboxes/current/pods?limit=0&colour=red', { token });
      expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/limit', '/colour']);
    });
  });

  describe('writes', () => {
    it('does a retried request once, and refuses the key for another one', async () => {
      const headers = { 'Idempotency-Key': 'once' };
      const [first, second] = await Promise.all([exec('add 5', { headers }), exec('add 5', { headers })]);
      expect(second!.body).toEqual(first!.body);
      expect((await summary()).n).toBe(5);
      expect(await exec('add 6', { headers })).toMatchObject({ status: 422, body: { title: 'Idempotency-Key reused' } });
    });

    it('makes a retried sandbox once and tells its token again; a key that could be guessed is refused', async () => {
      const create = (key: string) => server.call('POST', '/api/v1/sandboxes', { body: { seed: 7 }, headers: { 'Idempotency-Key': key } });
      const key = `0f6e2a52-${'9'.repeat(20)}`;
      const [first, second] = [await create(key), await create(key)];
      expect(first.status).toBe(201);
      expect(second.body).toEqual(first.body);
      expect(await create('short')).toMatchObject({ status: 400, body: { errors: [{ pointer: 'Idempotency-Key' }] } });
      await server.call('DELETE', '/api/v1/sandboxes/current', { token: first.body.token });
    });

    it('keeps one order of many that come at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => exec('add 1')));
      expect(answers.map(({ body }) => body.seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
      for (const { body } of answers) expect(body.stdout).toBe(`${body.seq - 1}\n`);
    });

    it('undoes, only from where the writer thinks it is', async () => {
      await exec('add 1');
      await exec('add 10');
      const revert = (ifMatch: string) =>
        server.call('POST', '/api/v1/sandboxes/current/revert', { token, body: { toSeq: 2 }, headers: { 'If-Match': ifMatch } });
      expect(await revert('"2"')).toMatchObject({ status: 412 });
      expect(await revert('"3"')).toMatchObject({ status: 200, body: { seq: 4 } });
      expect((await summary()).n).toBe(1);
      expect(await server.call('POST', '/api/v1/sandboxes/current/revert', { token, body: { toSeq: 99 } })).toMatchObject({ status: 422 });
    });

    it('forks at a seq, with a history that outlives the parent', async () => {
      for (let i = 0; i < 6; i++) await exec('add 1');
      const parent = await create();
      const fork = (await server.call('POST', '/api/v1/sandboxes/current/fork', { token, body: { atSeq: 4 } })).body;
      await server.call('DELETE', '/api/v1/sandboxes/current', { token });
      token = fork.token;
      expect(await summary()).toMatchObject({ n: 3, seq: 5, parent: { seq: 4 } });
      const log = await server.call('GET', '/api/v1/sandboxes/current/log', { token });
      expect(log.body.items.map(({ kind }: { kind: string }) => kind)).toEqual(['create', 'exec', 'exec', 'exec', 'fork']);
      await server.call('DELETE', '/api/v1/sandboxes/current', { token: parent });
    });

    it('starts over in a new log', async () => {
      await exec('add 3', { headers: { 'Idempotency-Key': 'before' } });
      expect(await server.call('POST', '/api/v1/sandboxes/current/reset', { token })).toMatchObject({ status: 200, body: { seq: 1 } });
      expect(await summary()).toMatchObject({ n: 0, seq: 1 });
      expect((await exec('add 1')).body).toMatchObject({ seq: 2, stdout: '1\n' });
    });

    it('limits sandboxes and entries in clear words', async () => {
      const made = [];
      for (;;) {
        const answer = await server.call('POST', '/api/v1/sandboxes', { body: {} });
        if (answer.status !== 201) {
          expect(answer).toMatchObject({ status: 507, body: { detail: expect.stringContaining('12 sandboxes') } });
          break;
        }
        made.push(answer.body.token);
      }
      for (const each of made) await server.call('DELETE', '/api/v1/sandboxes/current', { token: each });
      for (let i = 0; i < 29; i++) expect((await exec('add 1')).status).toBe(200);
      expect(await exec('add 1')).toMatchObject({ status: 507, body: { detail: expect.stringContaining('30 entries') } });
    });
  });

  describe('workers', () => {
    it.each([
      ['an endless loop', 'spin', 503, 'Command timed out'],
      ['a memory hog', 'hog', 503, 'Worker lost'],
      ['the end of the thread', 'die', 503, 'Worker lost'],
      ['a fault', 'throw', 500, 'Internal Server Error'],
    ])(
      'survives %s: nothing is appended, and the sandbox goes on',
      async (_, command, status, title) => {
        await exec('add 2');
        expect(await exec(command)).toMatchObject({ status, body: { title } });
        expect((await exec('add 3')).body).toMatchObject({ seq: 3, stdout: '5\n' });
      },
      30_000,
    );

    it('lets nobody else wait for an endless loop longer than its limit, and loses nothing of theirs', async () => {
      const others = await Promise.all([create(), create(), create(), create()]);
      const startedMs = performance.now();
      const spin = exec('spin');
      await new Promise((resolve) => setTimeout(resolve, 100));
      const answers = await Promise.all(others.map((other) => exec('add 4', { token: other })));
      expect(answers.map(({ body }) => body.stdout)).toEqual(['4\n', '4\n', '4\n', '4\n']);
      expect(performance.now() - startedMs).toBeLessThan(3000);
      expect((await spin).status).toBe(503);
      for (const other of others) await server.call('DELETE', '/api/v1/sandboxes/current', { token: other });
    }, 30_000);

    it('puts idle sandboxes out of memory and restores them from snapshot and deltas', async () => {
      const others = await Promise.all(Array.from({ length: 8 }, create));
      for (let round = 1; round <= 3; round++) {
        for (const other of others) expect((await exec('add 1', { token: other })).body.stdout).toBe(`${round}\n`);
      }
      // Somebody leaves after each write, and behind the write's back; the number of writes that this needs is not fixed.
      const resident = async (): Promise<number> =>
        Number(/^svclab_sandboxes_resident (\d+)$/m.exec((await server.call('GET', '/metrics')).body)?.[1]);
      let writes = 0;
      // Always to the same one: a write to somebody who has left would bring him back.
      while ((await resident()) > 6 && writes++ < 40) await exec('add 1', { token: others[0]! });
      expect(await resident()).toBeLessThanOrEqual(6);
      for (const other of others) await server.call('DELETE', '/api/v1/sandboxes/current', { token: other });
    }, 30_000);
  });
});
