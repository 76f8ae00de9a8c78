import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { MANIFEST } from './manifest.js';
import { type RunningServer, startServer, temporaryFolder } from './server.js';

/**
 * A real kubectl against a real server. `KUBECTL` names the one to use; without one on the machine nothing can be said here.
 * Exec needs 1.30 or later, which speaks WebSocket.
 */
const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';

function clientMinor(): number | undefined {
  const { status, stdout } = spawnSync(KUBECTL, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return Number.parseInt((JSON.parse(stdout) as { clientVersion: { minor: string } }).clientVersion.minor, 10);
}

const minor = clientMinor();
const withKubectl = minor === undefined ? describe.skip : describe;
const sinceWebSocket = (minor ?? 0) >= 30 ? it : it.skip;

withKubectl(`kubectl 1.${minor ?? '(none)'}`, () => {
  const folder = temporaryFolder();
  let server: RunningServer;

  const run = (args: readonly string[], input?: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(KUBECTL, ['--kubeconfig', path.join(folder, 'config'), '--cache-dir', path.join(folder, 'cache'), ...args], {
      encoding: 'utf8',
      timeout: 30_000,
      ...(input === undefined ? {} : { input }),
    });
  const kubectl = (line: string, input?: string): string => {
    const { status, stdout, stderr } = run(line.split(' '), input);
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };

  beforeAll(async () => {
    server = await startServer({ dataFolder: path.join(folder, 'data') });
    const { body } = await server.call('POST', '/api/v1/sandboxes', { body: { seed: 1 } });
    writeFileSync(path.join(folder, 'config'), execFileSync('curl', ['-s', `${server.url}${body.kubernetesUrl}/kubeconfig`]));
  }, 90_000);
  afterAll(() => server.stop());

  it('applies, and finds nothing to change the second time', () => {
    expect(kubectl('apply -f -', MANIFEST)).toBe('pod/web created\npod/net-pod created\nservice/svc created\n');
    expect(kubectl('apply -f -', MANIFEST)).toBe('pod/web unchanged\npod/net-pod unchanged\nservice/svc unchanged\n');
  });

  it('prints what the server tabulates', () => {
    expect(kubectl('get pods -o wide')).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n/);
    expect(kubectl('get pod web')).toMatch(/^web +1\/1 +Running +0 /m);
    expect(kubectl('get endpoints svc')).toMatch(/^svc +10\.10\.\d\.\d+:80 /m);
    expect(kubectl('describe svc svc')).toMatch(/^Endpoints: +10\.10\.\d\.\d+:80$/m);
  });

  it('shows refusals in words of upstream', () => {
    expect(run(['get', 'pod', 'none'])).toMatchObject({ status: 1, stderr: 'Error from server (NotFound): pods "none" not found\n' });
    expect(run(['get', 'servicecidr']).stderr).toContain('the server doesn\'t have a resource type "servicecidr"');
    expect(run(['apply', '-f', '-'], MANIFEST.replace('selector:', 'bogus: 1, selector:')).stderr).toContain('unknown field "spec.bogus"');
  });

  it('waits for what happens, and for what goes', () => {
    expect(kubectl('wait --for=condition=Ready pod/web --timeout=20s')).toBe('pod/web condition met\n');
    expect(kubectl('label pod web by=kubectl')).toBe('pod/web labeled\n');
    expect(kubectl('delete pod web')).toMatch(/^pod "web" deleted/);
    expect(run(['get', 'pod', 'web']).status).toBe(1);
  });

  sinceWebSocket('runs commands in a pod, with their input and their exit code', () => {
    expect(kubectl('exec net-pod -- hostname')).toBe('net-pod\n');
    expect(kubectl('exec -i net-pod -- cat', 'two\nlines\n')).toBe('two\nlines\n');
    expect(run(['exec', 'net-pod', '--', 'sh', '-c', 'echo "a b"; exit 7'])).toMatchObject({
      status: 7,
      stdout: 'a b\n',
      stderr: 'command terminated with exit code 7\n',
    });
    expect(run(['exec', 'net-pod', '--', 'nosuch']).stderr).toContain('executable file not found in $PATH');
    expect(run(['exec', 'none', '--', 'ls']).stderr).toBe('Error from server (NotFound): pods "none" not found\n');
  });
});
