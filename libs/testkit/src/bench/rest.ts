import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { median, type Figure } from './figures.js';

export const ROOT = path.resolve(import.meta.dirname, '../../../..');

export interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server as a process of its own and waits for the line that holds its URL. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Server> {
  const child: ChildProcess = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let seen = '';
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${seen}`)));
    child.stdout!.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(seen)?.[0];
      if (!url) return;
      const ended = new Promise<void>((done) => child.once('exit', () => done()));
      resolve({
        url,
        pid: child.pid!,
        stop: () => {
          child.removeAllListeners('exit');
          child.kill('SIGTERM');
          return Promise.race([ended, new Promise<void>((done) => child.once('exit', () => done()))]);
        },
      });
    });
  });
}

/** Requests per second with `connections` kept alive, over `seconds`. */
async function load(url: string, headers: Record<string, string>, seconds: number, connections = 64): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const until = Date.now() + seconds * 1000;
  let answered = 0;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      http
        .get(url, { agent, headers }, (response) => {
          response.resume();
          response.once('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${response.statusCode}`))));
        })
        .once('error', reject);
    });
  const started = Date.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (Date.now() < until) {
        await one();
        answered++;
      }
    }),
  );
  agent.destroy();
  return answered / ((Date.now() - started) / 1000);
}

const BARE = `import fastify from 'fastify';
const app = fastify();
app.get('/', async () => ({ hello: 'world' }));
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
process.on('SIGTERM', () => process.exit(0));`;

/** A read that goes through a sandbox's worker, beside a Fastify that does nothing, in turns in one run. */
export async function reads(rounds = 3): Promise<Figure> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'svclab-bench-'));
  const api = await start([path.join(ROOT, 'apps/api/dist/main.js')], { PORT: '0', SVCLAB_DATA_DIR: folder });
  const bare = await start(['--input-type=module', '-e', BARE], {});
  try {
    const created = await fetch(`${api.url}/api/v1/sandboxes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"profile":"kind","seed":1}',
    });
    const { id, token } = (await created.json()) as { id: string; token: string };
    const headers = { authorization: `Bearer ${token}` };
    const url = `${api.url}/api/v1/sandboxes/${id}`;
    await load(url, headers, 1);
    await load(bare.url, {}, 1);
    const ratios: number[] = [];
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const through = await load(url, headers, 2);
      const hello = await load(bare.url, {}, 2);
      ratios.push(through / hello);
      rates.push(through);
    }
    return {
      what: `GET of a sandbox's summary through its worker, beside a bare Fastify hello (${rounds} rounds in turns)`,
      measured: `${median(rates).toFixed(0)} per second, ${(100 * median(ratios)).toFixed(0)} % of bare`,
      goal: { text: '≥ 40 %', met: median(ratios) >= 0.4 },
    };
  } finally {
    await Promise.all([api.stop(), bare.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
