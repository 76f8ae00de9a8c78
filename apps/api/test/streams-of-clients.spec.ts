import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { Exec, KubeConfig, PortForward, type V1Status } from '@kubernetes/client-node';
import { MANIFEST } from './manifest.js';
import { type RunningServer, startServer, temporaryFolder } from './server.js';

const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';

/** Keeps what is written to it. */
class Kept extends Writable {
  readonly #pieces: Buffer[] = [];
  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(bytes);
    this.emit('more');
    done();
  }
  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.bytes.toString())) await once(this, 'more');
    return this.bytes.toString();
  }
}

const folder = temporaryFolder();
const kubeconfig = path.join(folder, 'config');
let server: RunningServer;
let kubernetesPath: string;

beforeAll(async () => {
  server = await startServer({ dataFolder: path.join(folder, 'data') });
  const { body } = await server.call('POST', '/api/v1/sandboxes', { body: { seed: 1, manifest: MANIFEST } });
  kubernetesPath = body.kubernetesUrl as string;
  writeFileSync(kubeconfig, (await server.call('GET', `${kubernetesPath}/kubeconfig`)).body as string);
}, 90_000);
afterAll(() => server.stop());

describe('the official client', () => {
  const config = (): KubeConfig => {
    const loaded = new KubeConfig();
    loaded.loadFromFile(kubeconfig);
    return loaded;
  };

  const exec = async (
    command: string[],
    stdin?: PassThrough,
    tty = false,
  ): Promise<{ out: Kept; err: Kept; status: Promise<V1Status> }> => {
    const [out, err] = [new Kept(), new Kept()];
    let tell: (status: V1Status) => void = () => undefined;
    const status = new Promise<V1Status>((resolve) => (tell = resolve));
    await new Exec(config()).exec('default', 'net-pod', 'c', command, out, tty ? null : err, stdin ?? null, tty, tell);
    return { out, err, status };
  };

  it('runs commands with both outputs and their exit code', async () => {
    const { out, err, status } = await exec(['sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(await status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    });
    expect([out.bytes.toString(), err.bytes.toString()]).toEqual(['out\n', 'err\n']);
  });

  it('gets any bytes back', async () => {
    const sent = randomBytes(100_000);
    const stdin = new PassThrough();
    const { out, status } = await exec(['cat'], stdin);
    stdin.end(sent);
    expect(await status).toMatchObject({ status: 'Success' });
    expect(out.bytes.equals(sent)).toBe(true);
  });

  it('is told of input that is too much, and nothing is kept waiting', async () => {
    const stdin = new PassThrough();
    const { status } = await exec(['wc', '-c'], stdin);
    for (let piece = 0; piece < 9 * 16; piece++) stdin.write(Buffer.alloc(2 ** 16, 'x'));
    expect(await status).toMatchObject({ status: 'Failure', message: expect.stringContaining('larger than') });
  });

  it('has a shell at a terminal', async () => {
    const stdin = new PassThrough();
    const { out, status } = await exec(['zsh'], stdin, true);
    await out.until(/net-pod:\S+# $/);
    stdin.write('while true; do echo tick; sleep 0.1; done\r');
    await out.until(/(tick\r\n){2}/);
    stdin.write('\x03');
    await out.until(/\^C\r\nnet-pod/);
    stdin.write('exit 3\r');
    expect(await status).toMatchObject({ details: { causes: [{ message: '3' }] } });
  });

  it('forwards a port to what listens in the pod', async () => {
    const [out, err, input] = [new Kept(), new Kept(), new PassThrough()];
    await new PortForward(config()).portForward('default', 'web', [80], out, err, input);
    input.write('GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await out.until(/GET \/second/)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Hostname: web\n[^]*GET \/first[^]*HTTP\/1\.1 200 OK/);
    await new PortForward(config()).portForward('default', 'web', [81], out, err, new PassThrough());
    await err.until(/dial tcp4 127\.0\.0\.1:81: connect: connection refused/);
  });
});

const hasKubectl = spawnSync(KUBECTL, ['version', '--client']).status === 0;

(hasKubectl ? describe : describe.skip)('kubectl', () => {
  const run = (args: readonly string[], input: string | Buffer = '', env: Readonly<Record<string, string>> = {}) =>
    spawnSync(KUBECTL, ['--kubeconfig', kubeconfig, '--cache-dir', path.join(folder, 'cache'), ...args], {
      input,
      timeout: 30_000,
      env: { ...process.env, ...env },
    });

  it.each([
    ['its usual protocol', {}],
    ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' }],
  ])('runs commands over %s', (_what, env) => {
    const sent = randomBytes(50_000);
    expect(run(['exec', '-i', 'net-pod', '--', 'cat'], sent, env).stdout.equals(sent)).toBe(true);
    const failed = run(['exec', 'net-pod', '--', 'sh', '-c', 'echo out; exit 7'], '', env);
    expect([failed.status, failed.stdout.toString()]).toEqual([7, 'out\n']);
    expect(run(['exec', 'net-pod', '--', 'none'], '', env).stderr.toString()).toContain('executable file not found in $PATH');
    expect(run(['exec', 'none', '--', 'ls'], '', env).stderr.toString()).toContain('pods "none" not found');
  });

  it('copies folders into a pod and out of it', () => {
    mkdirSync(path.join(folder, 'in/sub'), { recursive: true });
    const bytes = randomBytes(30_000);
    writeFileSync(path.join(folder, 'in/sub/bytes'), bytes);
    writeFileSync(path.join(folder, 'in/text'), '한글\n');
    expect(run(['cp', path.join(folder, 'in'), 'net-pod:/tmp/copied']).status).toBe(0);
    expect(run(['exec', 'net-pod', '--', 'cat', '/tmp/copied/text']).stdout.toString()).toBe('한글\n');
    expect(run(['cp', 'net-pod:/tmp/copied', path.join(folder, 'out')]).status).toBe(0);
    expect(readFileSync(path.join(folder, 'out/sub/bytes')).equals(bytes)).toBe(true);
  });

  it.each([
    ['pod/web', ':80', {}],
    ['svc/svc', ':9000', {}],
    ['pod/web', ':80', { KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
  ])('forwards %s %s (%j), and one connection takes several requests', async (target, port, env) => {
    const child = spawn(KUBECTL, ['--kubeconfig', kubeconfig, 'port-forward', target, port], { env: { ...process.env, ...env } });
    try {
      let told = '';
      child.stdout.on('data', (piece) => (told += String(piece)));
      while (!/Forwarding from 127/.test(told)) await once(child.stdout, 'data');
      const local = /127\.0\.0\.1:(\d+)/.exec(told)![1];
      for (const page of ['one', 'two'])
        expect(await (await fetch(`http://127.0.0.1:${local}/${page}`)).text()).toMatch(new RegExp(`Hostname: web\n[^]*GET /${page} `));
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('connections that nobody goes on with', () => {
  const upgrade = (kind: string, query: string): string =>
    `POST ${kubernetesPath}/api/v1/namespaces/default/pods/net-pod/${kind}?${query} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n` +
    `Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io, portforward.k8s.io\r\n\r\n`;

  const dial = async (text: string): Promise<{ socket: Socket; answer: string }> => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(text);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return { socket, answer: answer.toString() };
  };

  const memoryMb = (): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]) / 1024;

  it('cost little, a thousand of them, and are gone when they hang up', async () => {
    const before = memoryMb();
    const sockets: Socket[] = [];
    for (let batch = 0; batch < 20; batch++) {
      const kind = batch % 2 ? 'exec' : 'portforward';
      const dialled = await Promise.all(Array.from({ length: 50 }, () => dial(upgrade(kind, 'command=cat&stdin=true&stdout=true'))));
      for (const { socket, answer } of dialled) {
        expect(answer).toMatch(/^HTTP\/1\.1 101 /);
        sockets.push(socket);
      }
    }
    expect(sockets).toHaveLength(1000);
    // Each has a zlib stream of its own for headers, some 50 kB.
    expect(memoryMb() - before).toBeLessThan(250);
    expect((await server.call('GET', `${kubernetesPath}/api/v1/namespaces/default/pods/web`)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it.each([
    ['a protocol that is not spoken', 'Upgrade: chat\r\n', 400],
    ['streams that are not spoken', 'Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: channel.k8s.io\r\n', 403],
    ['no subprotocol', 'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n', 400],
  ])('are refused where they ask for %s', async (_what, headers, code) => {
    const line = `GET ${kubernetesPath}/api/v1/namespaces/default/pods/net-pod/exec?command=ls HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n`;
    const { answer, socket } = await dial(`${line}${headers}\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${code} [^]*"status":"Failure"`));
    socket.destroy();
  });

  it('leave the server as it was, whatever bytes they send', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const { socket } = await dial(upgrade(turn % 2 ? 'exec' : 'portforward', 'command=cat&stdin=true&stdout=true'));
      socket.end(randomBytes(500));
      await once(socket, 'close');
    }
    expect((await server.call('GET', '/readyz')).status).toBe(200);
  });
});
