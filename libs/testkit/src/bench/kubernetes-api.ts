import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { ApiServer, listDocument } from '@svclab/kube-api';
import { Sim } from '@svclab/sim';
import { median, type Figure } from './figures.js';
import { ROOT, start, type Server } from './rest.js';

const PODS = 10_000;
const OBJECTS = 100;
const WATCHES = 1000;
const ROUNDS = 5;

const atMost = (what: string, value: number, unit: string, most: number): Figure => ({
  what,
  measured: `${value.toFixed(unit === '×' ? 2 : 0)} ${unit}`,
  goal: { text: `≤ ${most} ${unit}`, met: value <= most },
});

/** What clients of the Kubernetes API wait for. */
export async function kubernetesApi(): Promise<Figure[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'svclab-bench-'));
  const server = await start([path.join(ROOT, 'apps/api/dist/main.js')], { PORT: '0', SVCLAB_DATA_DIR: folder });
  try {
    const created = await fetch(`${server.url}/api/v1/sandboxes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"profile":"kind","seed":1}',
    });
    const { id, token, kubernetesUrl } = (await created.json()) as { id: string; token: string; kubernetesUrl: string };
    return [
      longTable(),
      await manifestOfHundred(`${server.url}/api/v1/sandboxes/${id}/manifests`, token),
      await appliedOneByOne(`${server.url}${kubernetesUrl}`),
      ...(await kubectlBesideNothing(`${server.url}${kubernetesUrl}`, folder)),
      await idleWatches(server, `${server.url}${kubernetesUrl}/api/v1/namespaces/default/pods?watch=1`),
    ];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the worker makes it: the answer's text included. */
function longTable(): Figure {
  const sim = new Sim();
  const api = new ApiServer(sim);
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: 1_727_000_000_000_000 });
  api.create('namespaces', { metadata: { name: 'default' } });
  api.create('serviceaccounts', { metadata: { name: 'default', namespace: 'default' } });
  for (let i = 0; i < PODS; i++)
    api.create('pods', { metadata: { name: `pod-${i}` }, spec: { containers: [{ name: 'c', image: 'traefik/whoami' }] } });
  const resource = api.resources.find('pods')!;
  const samplesMs = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    const { resourceVersion } = api;
    JSON.stringify(listDocument(resource, api.list(resource), { resourceVersion }, { as: 'Table' }, sim.nowUs));
    return performance.now() - begun;
  });
  return atMost(`list of ${PODS} pods as Table`, median(samplesMs), 'ms', 500);
}

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: b}\n`;

async function manifestOfHundred(url: string, token: string): Promise<Figure> {
  const samplesMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const body = Array.from({ length: OBJECTS }, (_, i) => configMap(`m${round}-${i}`)).join('---\n');
    const begun = performance.now();
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/yaml', authorization: `Bearer ${token}` },
      body,
    });
    await answer.text();
    if (!answer.ok) throw new Error(`manifests: ${answer.status}`);
    samplesMs.push(performance.now() - begun);
  }
  return atMost(`a manifest of ${OBJECTS} objects, applied at once`, median(samplesMs), 'ms', 500);
}

async function appliedOneByOne(url: string): Promise<Figure> {
  const samplesMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now();
    for (let i = 0; i < OBJECTS; i++) {
      const name = `s${round}-${i}`;
      const answer = await fetch(`${url}/api/v1/namespaces/default/configmaps/${name}?fieldManager=bench`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: configMap(name),
      });
      await answer.text();
      if (!answer.ok) throw new Error(`apply: ${answer.status}`);
    }
    samplesMs.push(performance.now() - begun);
  }
  return atMost(`${OBJECTS} objects, each server-side applied by itself`, median(samplesMs), 'ms', 500);
}

/** A server that does nothing: it says again what the real one said, knows no object, and takes every one that it is sent. */
const PARROT = `import http from 'node:http';
import { readFileSync } from 'node:fs';
const said = JSON.parse(readFileSync(process.argv[1], 'utf8'));
const json = { 'content-type': 'application/json' };
const unknown = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, details: {} });
const server = http.createServer((request, response) => {
  const answer = said[request.url];
  if (answer) return response.writeHead(200, { 'content-type': answer.type, ...answer.keep }).end(answer.body);
  if (request.method === 'POST') return request.pipe(response.writeHead(201, json));
  response.writeHead(404, json).end(unknown);
});
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
process.on('SIGTERM', () => process.exit(0));`;

const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';

async function kubectlBesideNothing(url: string, folder: string): Promise<Figure[]> {
  if (spawnSync(KUBECTL, ['version', '--client']).status !== 0) {
    console.log('kubectl: left out, there is none');
    return [];
  }
  const file = path.join(folder, 'said.json');
  writeFileSync(file, JSON.stringify(await whatIsSaid(url, folder)));
  const parrot = await start(['--input-type=module', '-e', PARROT, file], {});
  const real: Target = { server: url, folder, cache: 'real' };
  const nothing: Target = { server: `${parrot.url}${new URL(url).pathname}`, folder, cache: 'parrot' };
  try {
    return [await gets(real, nothing), ...(await applies(real, nothing))];
  } finally {
    await parrot.stop();
  }
}

/** Answers of the real server to what kubectl asks before and for the calls that are compared, by URL. */
async function whatIsSaid(url: string, folder: string): Promise<object> {
  const said: Record<string, { type: string; keep: Record<string, string>; body: string }> = {};
  const recorder = http.createServer((request, response) => {
    void fetch(new URL(request.url!, url), { headers: { accept: request.headers.accept ?? '' } }).then(async (answer) => {
      const type = answer.headers.get('content-type') ?? '';
      const body = await answer.text();
      const expires = answer.headers.get('expires');
      const keep: Record<string, string> = expires ? { 'cache-control': answer.headers.get('cache-control') ?? '', expires } : {};
      if (answer.ok) said[request.url!] = { type, keep, body };
      response.writeHead(answer.status, { 'content-type': type }).end(body);
    });
  });
  await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
  const { port } = recorder.address() as { port: number };
  const target = { server: `http://127.0.0.1:${port}${new URL(url).pathname}`, folder, cache: 'recorder' };
  await kubectl(target, GET_PODS);
  await kubectl(target, ['explain', 'configmap']);
  recorder.close();
  recorder.closeAllConnections();
  return said;
}

async function gets(real: Target, nothing: Target): Promise<Figure> {
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const realMs = await kubectl(real, GET_PODS);
    const nothingMs = await kubectl(nothing, GET_PODS);
    // The first fills kubectl's cache of what is served.
    if (round > 0) ratios.push(realMs / nothingMs);
  }
  return atMost('kubectl get pods, beside a server that does nothing', median(ratios), '×', 1.2);
}

/** Much of it is kubectl's own: for every object it parses the schema of the object's group anew. */
async function applies(real: Target, nothing: Target): Promise<Figure[]> {
  const [realMs, nothingMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const file = path.join(real.folder, `manifest-${round}.yaml`);
    writeFileSync(file, Array.from({ length: OBJECTS }, (_, i) => configMap(`k${round}-${i}`)).join('---\n'));
    realMs.push(await kubectl(real, ['apply', '-f', file]));
    nothingMs.push(await kubectl(nothing, ['apply', '-f', file]));
  }
  const own = median(nothingMs);
  return [
    atMost(`kubectl apply of ${OBJECTS} new objects`, median(realMs), 'ms', 500),
    { what: 'the same with a server that does nothing', measured: `${own.toFixed(0)} ms` },
  ];
}

interface Target {
  readonly server: string;
  readonly folder: string;
  /** Folder of kubectl's caches, each server's its own. */
  readonly cache: string;
}

const GET_PODS = ['get', 'pods', '-n', 'kube-system'];

/** Milliseconds of the whole command. */
function kubectl({ server, folder, cache }: Target, args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(KUBECTL, ['--server', server, '--cache-dir', path.join(folder, cache), ...args], {
    env: { ...process.env, HOME: folder, KUBECONFIG: path.join(folder, 'none') },
    stdio: 'ignore',
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve(performance.now() - begun) : reject(new Error(`kubectl ended with ${code}`))));
  });
}

/** Memory of the server's process with so many clients that wait for something to happen. */
async function idleWatches({ pid }: Server, url: string): Promise<Figure> {
  const agent = new http.Agent({ keepAlive: false, maxSockets: WATCHES });
  const before = residentMb(pid);
  const open = await Promise.all(
    Array.from(
      { length: WATCHES },
      () =>
        new Promise<http.IncomingMessage>((resolve, reject) => {
          http.get(url, { agent }, resolve).once('error', reject);
        }),
    ),
  );
  for (const response of open) response.resume();
  const grown = residentMb(pid) - before;
  for (const response of open) response.destroy();
  return atMost(`${WATCHES} idle watches`, grown, 'MB', 100);
}

const residentMb = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
