import { ConnectionLost, type RunningServer, startServer, temporaryFolder } from './server.js';

const KILLS = 20;
const CLIENTS = 6;

interface Client {
  token: string;
  /** What was answered, by seq. */
  readonly answered: Map<number, string>;
  /** Sum of what was answered; the sandbox's shell keeps the same sum in a variable. */
  sum: number;
  /** The request that was under way when the server died; it is retried with its key, as a client would. */
  unanswered: { readonly key: string; readonly amount: number } | undefined;
}

describe('a server that is killed', () => {
  const dataFolder = temporaryFolder();
  // Small distances, so that kills also fall on snapshots and evictions.
  const settings = { dataFolder, env: { SVCLAB_SNAPSHOT_EVERY: '8', SVCLAB_MAX_RESIDENT: '2' } };
  let keys = 0;

  async function add(server: RunningServer, client: Client): Promise<void> {
    client.unanswered ??= { key: `key-${++keys}`, amount: 1 + (keys % 9) };
    const { key, amount } = client.unanswered;
    const { status, body } = await server.call('POST', '/api/v1/sandboxes/current/exec', {
      token: client.token,
      body: { command: `N=$((\${N:-0}+${amount})); echo $N` },
      headers: { 'Idempotency-Key': key },
    });
    expect(status).toBe(200);
    client.sum += amount;
    client.unanswered = undefined;
    expect(body.stdout).toBe(`${client.sum}\n`);
    expect(client.answered.has(body.seq)).toBe(false);
    client.answered.set(body.seq, body.stdout);
  }

  /** Works until the connection breaks. */
  async function work(server: RunningServer, client: Client): Promise<void> {
    for (;;) {
      try {
        await add(server, client);
      } catch (error) {
        if (error instanceof ConnectionLost) return;
        throw error;
      }
    }
  }

  it(`${KILLS} times at random moments under load loses and doubles no answered entry`, async () => {
    let server = await startServer(settings);
    const clients: Client[] = [];
    for (let i = 0; i < CLIENTS; i++) {
      const { token } = (await server.call('POST', '/api/v1/sandboxes', { body: { seed: i } })).body;
      clients.push({ token, answered: new Map(), sum: 0, unanswered: undefined });
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const working = Promise.all(clients.map((client) => work(server, client)));
      await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 400));
      await server.kill();
      await working;
      server = await startServer(settings);
    }
    for (const client of clients) {
      if (client.unanswered) await add(server, client);
      const summary = (await server.call('GET', '/api/v1/sandboxes/current', { token: client.token })).body;
      let seq = 0;
      for (let token: string | undefined = '0'; token !== undefined;) {
        const page: { items: { seq: number; transcript: { stdout: string }; stateHash: string }[]; continue?: string } = (
          await server.call('GET', `/api/v1/sandboxes/current/log?limit=500&continue=${token}`, { token: client.token })
        ).body;
        for (const entry of page.items) {
          expect(entry.seq).toBe(++seq);
          if (seq > 1) expect(entry.transcript.stdout).toBe(client.answered.get(seq));
        }
        token = page.continue;
        if (token === undefined) expect(page.items.at(-1)!.stateHash).toBe(summary.stateHash);
      }
      expect(seq).toBe(client.answered.size + 1);
    }
    expect(await server.stop()).toBe(0);
  }, 300_000);
});
