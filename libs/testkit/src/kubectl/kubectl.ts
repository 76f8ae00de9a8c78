import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { type Check, faultOf, type Outcome } from './check.js';

const COMMAND_LIMIT_MS = 90_000;
const EVENTUALLY_MS = 30_000;
const PAUSE_MS = 400;

/** Undefined where `program` is no kubectl. */
export function kubectlVersion(program: string): { readonly text: string; readonly minor: number } | undefined {
  const { status, stdout } = spawnSync(program, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const { gitVersion } = (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion;
  return { text: gitVersion.replace(/^v/, ''), minor: Number.parseInt(gitVersion.split('.')[1]!, 10) };
}

/** One kubectl with the cluster it is pointed at. */
export class Kubectl {
  constructor(
    private readonly program: string,
    private readonly kubeconfig: string,
    private readonly folder: string,
  ) {}

  /** What is wrong; undefined where the check holds. */
  async attempt(check: Check): Promise<string | undefined> {
    const end = Date.now() + EVENTUALLY_MS;
    for (;;) {
      const fault = faultOf(check, await this.#run(check));
      if (fault === undefined || !check.eventually || Date.now() > end) return fault;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Without blocking: the server may run in this process's sight. */
  #run({ args, stdin, env }: Check): Promise<Outcome> {
    const child = spawn(this.program, ['--kubeconfig', this.kubeconfig, '--cache-dir', path.join(this.folder, 'cache'), ...args], {
      env: { ...process.env, HOME: this.folder, LC_ALL: 'C', ...env },
      timeout: COMMAND_LIMIT_MS,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    // A command that ends before it has read all says so by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin ?? '');
    return new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr })));
  }
}
