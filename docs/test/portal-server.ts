import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MAIN = path.resolve(import.meta.dirname, '../../apps/api/dist/main.js');
const READY = /ready: (http:\S+)\//;

/** The server as `npm start` runs it, over a data folder of its own, on a free loopback port that it keeps. */
export class PortalServer {
  readonly #dataFolder = mkdtempSync(path.join(tmpdir(), 'svclab-portal-'));
  #child: ChildProcess | undefined;
  #port = 0;
  #url = '';

  constructor(private readonly settings: Readonly<Record<string, string>> = {}) {}

  get url(): string {
    return this.#url;
  }

  /** Starts it; again after `stop`, on the same port and over the same data. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        PORT: String(this.#port),
        SVCLAB_DATA_DIR: this.#dataFolder,
        SVCLAB_WORKERS: '1',
        ...this.settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#url = await new Promise<string>((resolve, reject) => {
      let output = '';
      const look = (data: Buffer): void => {
        output += String(data);
        const url = READY.exec(output)?.[1];
        if (url) resolve(url);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
    });
    this.#port = Number(new URL(this.#url).port);
  }

  /** As Ctrl-C does; what learners did is kept. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#dataFolder, { recursive: true, force: true });
  }
}
