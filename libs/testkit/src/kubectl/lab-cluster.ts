import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SERVER = path.resolve(import.meta.dirname, '../../../../apps/api/dist/main.js');
const START_LIMIT_MS = 60_000;

/** Runs something with the kubeconfig of a fresh cluster, on a server that lives as long. */
export async function withCluster<T>(use: (kubeconfig: string, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'svclab-kubectl-'));
  const server = spawn(process.execPath, [SERVER], {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', SVCLAB_DATA_DIR: path.join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await addressOf(server);
    const created = await fetch(`${url}/api/v1/sandboxes`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ seed: 1 }),
    });
    const { kubernetesUrl } = (await created.json()) as { kubernetesUrl: string };
    const kubeconfig = path.join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, await (await fetch(`${url}${kubernetesUrl}/kubeconfig`)).text(), { mode: 0o600 });
    return await use(kubeconfig, folder);
  } finally {
    if (server.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rejects where the server ends, or is not ready in time. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const tooLate = setTimeout(() => reject(new Error('the server is not ready in time')), START_LIMIT_MS);
    let output = '';
    server.stdout!.on('data', (data) => {
      output += data;
      const url = /ready: (http:\S+)\//.exec(output)?.[1];
      if (!url) return;
      clearTimeout(tooLate);
      resolve(url);
    });
    server.once('exit', (code) => {
      clearTimeout(tooLate);
      reject(new Error(`the server ended with ${code}`));
    });
  });
}
