import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { launch, temporaryFolder } from './server.js';

const dataFolder = temporaryFolder();
const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';
const withKubectl = spawnSync(KUBECTL, ['version', '--client']).status === 0 ? it : it.skip;

let server: ReturnType<typeof launch>;
let url: string;

beforeAll(async () => {
  server = launch({ dataFolder, env: { SVCLAB_TLS: 'self-signed' } });
  url = await new Promise<string>((resolve, reject) => {
    void server.exited.then((code) => reject(new Error(`exit ${code}: ${server.output()}`)));
    server.child.stdout!.on('data', () => {
      const found = /ready: (https:\S+)\//.exec(server.output())?.[1];
      if (found) resolve(found);
    });
  });
}, 90_000);
afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.exited;
});

/** Trusts the server's certificate and nothing else. */
function ask(
  method: string,
  address: string,
  { body, token }: { body?: string; token?: string } = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      address,
      {
        method,
        ca: readFileSync(path.join(dataFolder, 'tls.crt')),
        headers: { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) },
      },
      (response) => {
        let text = '';
        response.on('data', (data) => (text += data));
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

describe('https with a certificate of the server’s own', () => {
  let kubeconfig: string;

  beforeAll(async () => {
    const { kubernetesUrl } = JSON.parse((await ask('POST', `${url}/api/v1/sandboxes`, { body: '{"seed":1}' })).text);
    kubeconfig = (await ask('GET', `${url}${kubernetesUrl}/kubeconfig`)).text;
  }, 60_000);

  it('hands out kubeconfigs whose address holds no key, with the certificate as their authority', async () => {
    expect(kubeconfig).toMatch(/server: "https:\/\/[^"]+\/k8s\/[0-9a-f]{32}"/);
    const authority = /certificate-authority-data: (\S+)/.exec(kubeconfig)![1]!;
    expect(Buffer.from(authority, 'base64').toString()).toBe(readFileSync(path.join(dataFolder, 'tls.crt'), 'utf8').trimEnd());
  });

  it('takes the key as a bearer token, and nothing without it', async () => {
    const address = /server: "([^"]+)"/.exec(kubeconfig)![1]!;
    const token = /token: (\S+)/.exec(kubeconfig)![1]!;
    expect((await ask('GET', `${address}/version`, { token })).status).toBe(200);
    expect((await ask('GET', `${address}/version`)).status).toBe(404);
    expect((await ask('GET', `${address}/version`, { token: token.replace(/.$/, (last) => (last === '0' ? '1' : '0')) })).status).toBe(404);
  });

  withKubectl('is what kubectl trusts', () => {
    const file = path.join(dataFolder, 'kubeconfig');
    writeFileSync(file, kubeconfig, { mode: 0o600 });
    const args = ['--kubeconfig', file, '--cache-dir', path.join(dataFolder, 'cache'), 'get', 'nodes', '-o', 'name'];
    const { stdout, stderr } = spawnSync(KUBECTL, args, { encoding: 'utf8', timeout: 60_000 });
    expect(stderr + stdout).toContain('node/myk8s-worker3\n');
  });
});
