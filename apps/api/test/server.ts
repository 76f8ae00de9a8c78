import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
const START_LIMIT_MS = 60_000;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON. */
  readonly body: any;
}

export interface RunningServer {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  call(
    method: string,
    path: string,
    options?: { body?: unknown; token?: string | undefined; headers?: Record<string, string> },
  ): Promise<Answered>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface ServerSettings {
  readonly dataFolder: string;
  /** The counting toy in place of the real sandbox. */
  readonly toy?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Run as another user; only root may. */
  readonly uid?: number;
}

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'svclab-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the process without waiting for anything. */
export function launch({ dataFolder, toy, env, uid }: ServerSettings): {
  readonly child: ChildProcess;
  output(): string;
  readonly exited: Promise<number | null>;
} {
  const child = spawn(process.execPath, ['--import', './apps/api/test/typescript-loader.mjs', 'apps/api/src/main.ts'], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      SVCLAB_DATA_DIR: dataFolder,
      SVCLAB_WORKERS: '2',
      ...(toy ? { SVCLAB_TEST_TOY: '1' } : {}),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let output = '';
  child.stdout!.on('data', (data) => (output += data));
  child.stderr!.on('data', (data) => (output += data));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, output: () => output, exited };
}

/** A real server process on a free loopback port, run from the sources. */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const { child, output, exited } = launch(settings);
  const url = await new Promise<string>((resolve, reject) => {
    const tooLate = setTimeout(() => reject(new Error(`not ready in time:\n${output()}`)), START_LIMIT_MS);
    const look = (): void => {
      const found = /ready: (http:\S+)\//.exec(output())?.[1];
      if (found) {
        clearTimeout(tooLate);
        resolve(found);
      }
    };
    child.stdout!.on('data', look);
    void exited.then((code) => {
      clearTimeout(tooLate);
      reject(new Error(`exit ${code}:\n${output()}`));
    });
  });
  return {
    url,
    child,
    output,
    call: (method, path, options = {}) => call(url, method, path, options),
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function call(
  url: string,
  method: string,
  path: string,
  { body, token, headers = {} }: { body?: unknown; token?: string | undefined; headers?: Record<string, string> },
): Promise<Answered> {
  const isText = typeof body === 'string';
  const { response, text } = await send(`${url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': isText ? 'application/yaml' : 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** The connection broke before the whole answer was there. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

async function send(url: string, init: RequestInit): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url, init);
    return { response, text: await response.text() };
  } catch (error) {
    throw new ConnectionLost(`${String(error)}: ${String((error as Error).cause)}`);
  }
}
