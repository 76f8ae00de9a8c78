import { readFileSync } from 'node:fs';
import { lab, type Lab } from './testing/run-kubectl.js';

const testdata = (name: string): string => readFileSync(new URL(`testdata/${name}`, import.meta.url), 'utf8');

/** A capture with other values in the place of its own; each must be there. */
function capture(name: string, values: Readonly<Record<string, string>> = {}): string {
  return Object.entries(values).reduce((text, [theirs, ours]) => {
    expect(text).toContain(theirs);
    return text.replaceAll(theirs, ours);
  }, testdata(name));
}

/** What a value was printed as: the first group of `pattern`. */
const printed = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? '(not printed)';

const masked = (text: string): string => text.replaceAll(/172\.18\.0\.[345]/g, '172.18.0.x').replaceAll(/ \d+s /g, ' XXs ');
const unaligned = (text: string): string => text.replaceAll(/ {2,}/g, '  ');

describe('on a real cluster, every command of the lab prints its capture', () => {
  let cluster: Lab;
  let clusterIp: string;

  beforeAll(async () => {
    cluster = lab();
    for (const name of ['3pod.yaml', 'netpod.yaml', 'svc-clusterip.yaml']) cluster.file(name, testdata(name));
    expect(await cluster.run('apply -f 3pod.yaml,svc-clusterip.yaml')).toEqual({
      stdout: 'pod/webpod1 created\npod/webpod2 created\npod/webpod3 created\nservice/svc-clusterip created\n',
      stderr: '',
      exitCode: 0,
    });
    clusterIp = cluster.world.api.get('services', 'default', 'svc-clusterip')!.spec!['clusterIP'] as string;
  });

  test('get nodes -o wide', async () => {
    const { stdout } = await cluster.run('get nodes -o wide');
    // Docker hands out the workers' addresses in the order in which they start, which differs from run to run.
    expect(masked(stdout)).toBe(masked(capture('get-nodes-wide.txt')));
  });

  test('get pod -o wide', async () => {
    const { stdout } = await cluster.run('get pod -o wide');
    expect(stdout).toBe(capture('get-pod-wide.txt', { '12s  ': `${printed(stdout, /Running +0 +(\S+) /)}   ` }));
  });

  test('get svc,ep -n default', async () => {
    const { stdout } = await cluster.run('get svc,ep -n default');
    const [clusterAge, serviceAge] = [printed(stdout, /443\/TCP +(\S+)/), printed(stdout, /9000\/TCP +(\S+)/)];
    // The width of a column follows from the values in it: table.spec.ts holds the capture to the letter.
    expect(unaligned(stdout)).toBe(
      unaligned(
        capture('get-svc-ep.txt', {
          '10.200.1.206': clusterIp,
          '172.18.0.4:6443': '172.18.0.2:6443',
          '10h': clusterAge,
          '16s': serviceAge,
        }),
      ),
    );
  });

  test('describe svc svc-clusterip', async () => {
    const { stdout } = await cluster.run('describe svc svc-clusterip');
    const [slice] = cluster.world.api.list('endpointslices', { labelSelector: 'kubernetes.io/service-name=svc-clusterip' });
    const endpoints = (slice!['endpoints'] as { addresses: string[] }[]).map(({ addresses }) => `${addresses[0]}:80`).join(',');
    expect(endpoints.split(',')).toHaveLength(3);
    expect(stdout).toBe(capture('describe-svc.txt', { '10.200.1.206': clusterIp, '10.10.1.2:80,10.10.3.2:80,10.10.2.2:80': endpoints }));
  });

  test('get svc svc-clusterip -o yaml', async () => {
    const { stdout } = await cluster.run('get svc svc-clusterip -o yaml');
    expect(stdout).toBe(
      capture('get-svc.yaml', {
        '10.200.1.206': clusterIp,
        '2024-09-28T10:15:27Z': printed(stdout, /creationTimestamp: "([\dTZ:-]+)"/),
        '31042': printed(stdout, /resourceVersion: "(\d+)"/),
        'dd626500-7b5c-41cc-854a-e951285c6a92': printed(stdout, /uid: ([\da-f-]{36})/),
      }),
    );
  });

  test('the first two lines about CIDRs in cluster-info dump', async () => {
    const { stdout } = await cluster.run('cluster-info dump');
    const lines = stdout.split('\n').filter((line) => /cluster-cidr|service-cluster-ip-range/.test(line));
    expect(lines.slice(0, 2).join('\n') + '\n').toBe(capture('cluster-info-dump-grep.txt'));
  });

  test('get pod -l app=webpod -o jsonpath', async () => {
    const { stdout } = await cluster.run(['get', 'pod', '-l', 'app=webpod', '-o', 'jsonpath={.items[*].status.podIP}']);
    expect(stdout).toBe('10.10.1.2 10.10.3.2 10.10.2.2');
    expect((await cluster.run(['get', 'pod', 'webpod1', '-o', 'jsonpath={.status.podIP}'])).stdout).toBe('10.10.1.2');
    expect((await cluster.run(['get', 'nodes', '-o', 'jsonpath={.items[*].spec.podCIDR}'])).stdout).toBe(
      '10.10.0.0/24 10.10.1.0/24 10.10.3.0/24 10.10.2.0/24',
    );
  });

  test('get nodes -o jsonpath of whole maps gives one JSON object per node', async () => {
    const { stdout } = await cluster.run(['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.labels}']);
    const [controlPlane, worker] = stdout.split(' ');
    expect(controlPlane).toBe(
      '{"beta.kubernetes.io/arch":"arm64","beta.kubernetes.io/os":"linux","kubernetes.io/arch":"arm64","kubernetes.io/hostname":"myk8s-control-plane",' +
        '"kubernetes.io/os":"linux","mynode":"control-plane","node-role.kubernetes.io/control-plane":"",' +
        '"node.kubernetes.io/exclude-from-external-load-balancers":""}',
    );
    expect(JSON.parse(worker!)).toMatchObject({ mynode: 'worker1', 'kubernetes.io/hostname': 'myk8s-worker' });
  });

  test('describe pod -n kube-system shows the feature gates of the control plane', async () => {
    const { stdout } = await cluster.run('describe pod -n kube-system');
    const gates = stdout.split('\n').filter((line) => line.includes('feature-gates'));
    expect(gates).toEqual(Array(3).fill('      --feature-gates=InPlacePodVerticalScaling=true'));
    expect(stdout).toContain('\n      --runtime-config=\n');
  });

  test('patch, then an apply of the same object over standard input', async () => {
    expect((await cluster.run(['patch', 'svc', 'svc-clusterip', '-p', '{"spec":{"sessionAffinity":"ClientIP"}}'])).stdout).toBe(
      'service/svc-clusterip patched\n',
    );
    expect((await cluster.run(['patch', 'svc', 'svc-clusterip', '-p', '{"spec":{"sessionAffinity":"ClientIP"}}'])).stdout).toBe(
      'service/svc-clusterip patched (no change)\n',
    );
    const { stdout } = await cluster.run('get svc svc-clusterip -o yaml');
    expect(stdout).toContain('\n  sessionAffinity: ClientIP\n  sessionAffinityConfig:\n    clientIP:\n      timeoutSeconds: 10800\n');
    const none = stdout.replace('sessionAffinity: ClientIP', 'sessionAffinity: None').replace(/  sessionAffinityConfig:\n.*\n.*\n/, '');
    expect(await cluster.run('apply -f -', { stdin: none })).toEqual({
      stdout: 'service/svc-clusterip configured\n',
      stderr: '',
      exitCode: 0,
    });
    expect((await cluster.run('get svc svc-clusterip -o yaml')).stdout).toContain('\n  sessionAffinity: None\n');
  });

  test('exec runs the words in the pod and hands its exit code on', async () => {
    await cluster.run('apply -f netpod.yaml');
    expect(await cluster.run(['exec', '-it', 'net-pod', '--', 'curl', '-s', '10.10.1.2'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(cluster.execs.at(-1)).toEqual({ at: 'pod/default/net-pod', words: ['curl', '-s', '10.10.1.2'] });
    cluster.execExitCode = 28;
    expect(await cluster.run(['exec', 'net-pod', '--', 'curl', 'x'])).toEqual({
      stdout: '',
      stderr: 'command terminated with exit code 28\n',
      exitCode: 28,
    });
    cluster.execExitCode = 0;
  });
});
