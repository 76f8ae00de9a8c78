import type { Sandbox } from '@svclab/sandbox';
import { exec, labSandbox, perform } from './lab-sandbox.js';

/** Cluster DNS as a learner meets it in a pod: names in commands, the tools that ask, and the packets they send. */
const POD = 'pod/default/net-pod';
let sandbox: Sandbox;
let serviceIp: string;
beforeAll(async () => {
  sandbox = await labSandbox();
  serviceIp = (await exec(sandbox, 'echo $SVC1')).stdout.trim();
  const services = [
    'kubectl create service externalname ext --external-name www.example.com',
    'kubectl expose pod webpod1 --name solo --port 80 --cluster-ip None',
  ];
  for (const command of services) expect(await exec(sandbox, command)).toMatchObject({ exitCode: 0 });
});

const inPod = async (command: string): Promise<string> => (await exec(sandbox, command, POD)).stdout;

describe('dig', () => {
  it('prints an answer as BIND 9.18 does', async () => {
    const text = await inPod('dig svc-clusterip.default.svc.cluster.local');
    expect(
      text
        .replace(/id: \d+/, 'id: N')
        .replace(/COOKIE: [0-9a-f]{16}/, 'COOKIE: C')
        .replace(/WHEN: .*/, 'WHEN: W'),
    ).toBe(`
; <<>> DiG 9.18.27 <<>> svc-clusterip.default.svc.cluster.local
;; global options: +cmd
;; Got answer:
;; WARNING: .local is reserved for Multicast DNS
;; You are currently testing what happens when an mDNS query is leaked to DNS
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: N
;; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1
;; WARNING: recursion requested but not available

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
; COOKIE: C (echoed)
;; QUESTION SECTION:
;svc-clusterip.default.svc.cluster.local. IN A

;; ANSWER SECTION:
svc-clusterip.default.svc.cluster.local. 30 IN A ${serviceIp}

;; Query time: 0 msec
;; SERVER: 10.200.1.10#53(10.200.1.10) (UDP)
;; WHEN: W
;; MSG SIZE  rcvd: 135

`);
    expect(text).toMatch(/^;; WHEN: \w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC 2024$/m);
  });

  it.each([
    ['dig +short svc-clusterip.default.svc.cluster.local', () => `${serviceIp}\n`],
    ['dig +short @kube-dns.kube-system svc-clusterip.default.svc.cluster.local', () => `${serviceIp}\n`],
    ['dig +short +tcp svc-clusterip.default.svc.cluster.local', () => `${serviceIp}\n`],
    ['dig +short +search svc-clusterip', () => `${serviceIp}\n`],
    ['dig +short svc-clusterip', () => ''],
    ['dig +short ext.default.svc.cluster.local', () => 'www.example.com.\n192.0.2.80\n'],
    [
      'dig +short _svc-webport._tcp.svc-clusterip.default.svc.cluster.local SRV',
      () => '0 100 9000 svc-clusterip.default.svc.cluster.local.\n',
    ],
    ['dig +short -x $(dig +short svc-clusterip.default.svc.cluster.local)', () => 'svc-clusterip.default.svc.cluster.local.\n'],
    ['dig +noall +answer www.example.com', () => 'www.example.com.\t30\tIN\tA\t192.0.2.80\n'],
  ])('%s', async (command, expected) => expect(await inPod(command)).toBe(expected()));

  it('says what is wrong', async () => {
    expect(await exec(sandbox, 'dig @nobody a', POD)).toMatchObject({
      exitCode: 10,
      stderr: "dig: couldn't get address for 'nobody': not found\n",
    });
    expect(await exec(sandbox, 'dig +nonsense a', POD)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^Invalid option: \+nonsense\n/),
    });
    const { exitCode, stdout } = await exec(sandbox, 'dig @10.10.0.77 +time=1 +tries=2 a.', POD);
    expect([exitCode, stdout.split('\n').slice(0, 2)]).toEqual([9, Array(2).fill(';; communications error to 10.10.0.77#53: timed out')]);
    expect(stdout).toMatch(/;; no servers could be reached\n\n$/);
    expect(await inPod('dig nope.default.svc.cluster.local')).toMatch(
      /status: NXDOMAIN[^]*;; AUTHORITY SECTION:\ncluster\.local\.\t\t30\tIN\tSOA\tns\.dns\.cluster\.local\. hostmaster\.cluster\.local\. \d+ 7200 1800 86400 30\n/,
    );
  });
});

describe('nslookup', () => {
  it.each([
    ['nslookup svc-clusterip', () => `Name:\tsvc-clusterip.default.svc.cluster.local\nAddress: ${serviceIp}\n\n`],
    [
      'nslookup ext',
      () => 'ext.default.svc.cluster.local\tcanonical name = www.example.com.\nName:\twww.example.com\nAddress: 192.0.2.80\n\n',
    ],
    ['nslookup 10.200.1.10', () => '10.1.200.10.in-addr.arpa\tname = kube-dns.kube-system.svc.cluster.local.\n\n'],
    ['nslookup nope', () => "** server can't find nope: NXDOMAIN\n\n"],
  ])('%s', async (command, expected) =>
    expect(await inPod(command)).toBe(`Server:\t\t10.200.1.10\nAddress:\t10.200.1.10#53\n\n${expected()}`),
  );

  it('of busybox searches for names without a dot alone, and tells every answer', async () => {
    expect(await exec(sandbox, 'kubectl run bb --image=busybox --restart=Never --command -- sleep 3600')).toMatchObject({ exitCode: 0 });
    const { stdout, exitCode } = await exec(sandbox, 'nslookup -type=a svc-clusterip', 'pod/default/bb');
    expect(stdout).toBe(
      'Server:\t\t10.200.1.10\nAddress:\t10.200.1.10:53\n\n' +
        `Name:\tsvc-clusterip.default.svc.cluster.local\nAddress: ${serviceIp}\n\n` +
        "** server can't find svc-clusterip.svc.cluster.local: NXDOMAIN\n\n** server can't find svc-clusterip.cluster.local: NXDOMAIN\n\n",
    );
    expect(exitCode).toBe(1);
    expect((await exec(sandbox, 'nslookup -type=a svc-clusterip.default', 'pod/default/bb')).stdout).toContain(
      "** server can't find svc-clusterip.default: NXDOMAIN",
    );
  });
});

describe('host and getent', () => {
  it.each([
    ['host svc-clusterip', () => `svc-clusterip.default.svc.cluster.local has address ${serviceIp}\n`],
    ['host nope', () => 'Host nope not found: 3(NXDOMAIN)\n'],
    ['host 10.200.1.10', () => '10.1.200.10.in-addr.arpa domain name pointer kube-dns.kube-system.svc.cluster.local.\n'],
    ['host -t cname ext', () => 'ext.default.svc.cluster.local is an alias for www.example.com.\n'],
    ['getent hosts svc-clusterip', () => `${serviceIp.padEnd(15)} svc-clusterip.default.svc.cluster.local\n`],
    ['getent hosts nope || echo $?', () => '2\n'],
    ['getent hosts 10.200.1.10', () => '10.200.1.10     kube-dns.kube-system.svc.cluster.local\n'],
    [
      'getent ahosts kubernetes',
      () => '10.200.1.1      STREAM kubernetes.default.svc.cluster.local\n10.200.1.1      DGRAM  \n10.200.1.1      RAW    \n',
    ],
  ])('%s', async (command, expected) => expect(await inPod(command)).toBe(expected()));

  it('know on a node what Docker knows', async () => {
    expect((await exec(sandbox, 'getent ahostsv4 myk8s-worker', 'node/myk8s-worker2')).stdout).toMatch(
      /^172\.18\.0\.3 +STREAM myk8s-worker\n/,
    );
    expect(await exec(sandbox, 'getent hosts svc-clusterip', 'node/myk8s-worker2')).toMatchObject({ stdout: '', exitCode: 2 });
  });
});

describe('programs', () => {
  it('reach a Service by its name, and the questions show in conntrack', async () => {
    expect(await inPod('curl -s svc-clusterip:9000')).toMatch(/^Hostname: webpod\d\n[^]*\r\nHost: svc-clusterip:9000\r\n/);
    const { stdout } = await exec(sandbox, 'conntrack -L -p udp --dport 53', 'node/myk8s-control-plane');
    expect(stdout).toMatch(/^udp +17 \d+ src=10\.10\.0\.\d+ dst=10\.200\.1\.10 sport=\d+ dport=53 src=10\.10\.0\.\d+ .* sport=53 /m);
  });

  it('follow their own first request, not the question for its name', async () => {
    const { traces } = await perform(sandbox, { kind: 'exec', command: 'curl -s svc-clusterip:9000', at: POD, trace: 'first' });
    expect(traces).toMatchObject([{ trace: { flow: { protocol: 'tcp', port: 9000 } } }]);
    const asked = await perform(sandbox, {
      kind: 'exec',
      command: 'dig +short kubernetes.default.svc.cluster.local',
      at: POD,
      trace: 'first',
    });
    expect(asked.traces).toMatchObject([{ trace: { flow: { protocol: 'udp', port: 53 }, disposition: 'accepted' } }]);
    expect(asked.traces[0].text).toContain('KUBE-SVC-TCOU7JCQXEZGVUNU');
  });
});

describe('requests and traces', () => {
  it('take names', async () => {
    const { results } = await perform(sandbox, { kind: 'requests', from: POD, to: 'svc-clusterip:9000', count: 3 });
    expect(results).toMatchObject(Array(3).fill({ outcome: 'ok' }));
  });

  it('change nothing when they only look', () => {
    const before = sandbox.sim.store.fullHash();
    const answer = sandbox.read({ kind: 'traces', from: POD, to: 'svc-clusterip.default:9000' });
    expect(answer.ok && (answer.value as { branches: unknown[] }).branches).toHaveLength(3);
    expect(sandbox.sim.store.fullHash()).toBe(before);
  });

  it('say when nobody knows a name, and keep nothing of having asked', async () => {
    const before = sandbox.sim.store.fullHash();
    await expect(perform(sandbox, { kind: 'requests', from: POD, to: 'nope:9000' })).rejects.toThrow(
      'could not resolve host nope from pod/default/net-pod',
    );
    expect(sandbox.sim.store.fullHash()).toBe(before);
  });
});
