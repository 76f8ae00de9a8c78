import { address, dnsQuery, formatAddress, type DnsQuestion } from '@svclab/wire';
import { applyLab, newWorld } from '../testdata/kind-world.js';
import type { World } from '../world.js';
import { askDns } from './dns-client.js';

const POD = 'pod/default/net-pod';

const resolved = (world: World, location: string, name: string): string | undefined => {
  const found = world.resolve(location, name);
  return found === undefined ? undefined : formatAddress(found);
};

/** Lines of `conntrack -L -p udp --dport 53` on the node of net-pod. */
const connections = (world: World): string[] =>
  world.net.netfilter
    .conntrack('node/myk8s-control-plane', ['-L', '-p', 'udp', '--dport', '53'])
    .stdout.trimEnd()
    .split('\n')
    .filter(Boolean);

const cacheKeys = (world: World): readonly string[] => world.sim.store.table('coredns.cache').keys();

const ask = (world: World, netns: string, server: string, question: DnsQuestion, tcp = false) =>
  askDns(world.net, { netns, server: address(server), message: dnsQuery(1, question), tcp, timeoutUs: 5_000_000 });

const service = (name: string, spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });

describe('names in a pod', () => {
  const world = newWorld();
  const clusterIP = applyLab(world);

  it.each([
    'svc-clusterip',
    'svc-clusterip.default',
    'svc-clusterip.default.svc',
    'svc-clusterip.default.svc.cluster.local',
    'svc-clusterip.default.svc.cluster.local.',
  ])('%s is the Service', (name) => expect(resolved(world, POD, name)).toBe(clusterIP));

  it('are also those of other namespaces, of the pod itself, and outside', () => {
    expect(resolved(world, POD, 'kube-dns.kube-system')).toBe('10.200.1.10');
    expect(resolved(world, POD, 'kubernetes')).toBe('10.200.1.1');
    expect(resolved(world, POD, 'localhost')).toBe('127.0.0.1');
    expect(resolved(world, POD, 'net-pod')).toBe('10.10.0.5');
    expect(resolved(world, POD, 'www.example.com')).toBe('192.0.2.80');
    expect(resolved(world, POD, 'nope')).toBeUndefined();
    // The node's resolver knows its neighbours, and CoreDNS asks it.
    expect(resolved(world, POD, 'myk8s-worker2')).toBe('172.18.0.5');
  });

  it('cost two packets to kube-dns for each name tried, in one connection', () => {
    world.sim.advance(180_000_000);
    world.net.netfilter.conntrack('node/myk8s-control-plane', ['-F']);
    world.resolve(POD, 'svc-clusterip.default');
    const lines = connections(world);
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(
        /^udp {6}17 \d+ src=10\.10\.0\.5 dst=10\.200\.1\.10 sport=\d+ dport=53 src=10\.10\.\d\.\d+ dst=10\.10\.0\.5 sport=53 dport=\d+ /,
      );
    }
  });

  it('with many dots are searched for by glibc, and taken as they are by musl', () => {
    const debian = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'debian' },
      spec: { nodeName: 'myk8s-control-plane', containers: [{ name: 'nginx', image: 'nginx' }] },
    };
    expect(world.api.create('pods', debian, 'default').ok).toBe(true);
    world.settle();
    const questions = (location: string): number => {
      world.net.netfilter.conntrack('node/myk8s-control-plane', ['-F']);
      world.resolve(location, 'a.b.c.d.e.f');
      // CoreDNS on this node asks on: those questions are not the client's.
      return connections(world).filter((line) => line.includes('dst=10.200.1.10 ')).length;
    };
    expect([questions('pod/default/debian'), questions(POD)]).toEqual([4, 1]);
  });

  it('of a headless Service are its pods, of an ExternalName what it leads to', () => {
    world.api.create('services', service('headless', { clusterIP: 'None', selector: { app: 'webpod' }, ports: [{ port: 80 }] }), 'default');
    world.api.create('services', service('ext', { type: 'ExternalName', externalName: 'www.example.com' }), 'default');
    world.settle();
    const headless = world.lookUp(POD, 'headless');
    expect(headless.ok && headless.addresses.map(formatAddress).toSorted()).toEqual(['10.10.1.2', '10.10.2.2', '10.10.3.2']);
    expect(world.lookUp(POD, 'ext')).toMatchObject({ ok: true, canonicalName: 'www.example.com' });
  });

  it('follow what /etc/hosts and /etc/resolv.conf say now', () => {
    const files = world.files.at(POD);
    files.write('/etc/hosts', '10.1.2.3 shop shop.test # new\n');
    expect(resolved(world, POD, 'SHOP.test')).toBe('10.1.2.3');
    const conf = files.read('/etc/resolv.conf')!;
    files.write('/etc/resolv.conf', 'nameserver 10.200.1.10\n');
    expect(resolved(world, POD, 'svc-clusterip')).toBeUndefined();
    files.write('/etc/resolv.conf', conf);
  });
});

describe('without a server that answers', () => {
  it('a lookup waits as long as resolv.conf says', () => {
    const world = newWorld();
    applyLab(world);
    const startUs = world.sim.nowUs;
    world.net.netfilter.iptables('node/myk8s-control-plane', ['-I', 'FORWARD', '-p', 'udp', '--dport', '53', '-j', 'DROP']);
    expect(world.lookUp(POD, 'svc-clusterip')).toEqual({ ok: false, reason: 'try again' });
    expect(world.sim.nowUs - startUs).toBe(10_000_000);
  });

  it('is refused at once when kube-dns has no endpoints', () => {
    const world = newWorld();
    applyLab(world);
    world.api.patch('services', 'kube-system', 'kube-dns', 'merge', { spec: { selector: { 'k8s-app': 'nobody' } } });
    world.settle();
    const startUs = world.sim.nowUs;
    expect(world.lookUp(POD, 'svc-clusterip')).toEqual({ ok: false, reason: 'try again' });
    expect(world.sim.nowUs - startUs).toBeLessThan(1000);
  });
});

describe('servers', () => {
  const world = newWorld();
  const clusterIP = applyLab(world);
  const question = { name: 'svc-clusterip.default.svc.cluster.local.', type: 'A' };

  it.each([
    ['a pod', POD],
    ['a node', 'node/myk8s-worker2'],
  ])('kube-dns answers %s over UDP and TCP', (_who, netns) => {
    for (const tcp of [false, true]) {
      const { message } = ask(world, netns, '10.200.1.10', question, tcp);
      expect(message!.answers).toMatchObject([{ address: address(clusterIP) }]);
    }
  });

  it("Docker's resolver in a node knows its neighbours both ways, and no Service", () => {
    const node = 'node/myk8s-worker2';
    const server = '192.168.65.254';
    expect(ask(world, node, server, { name: 'myk8s-worker.', type: 'A' }).message!.answers).toMatchObject([
      { ttl: 600, address: address('172.18.0.3') },
    ]);
    expect(ask(world, node, server, { name: '3.0.18.172.in-addr.arpa.', type: 'PTR' }, true).message!.answers).toMatchObject([
      { target: 'myk8s-worker.kind.' },
    ]);
    expect(ask(world, node, server, question).message!.rcode).toBe('NXDOMAIN');
    expect(world.resolve(node, 'svc-clusterip')).toBeUndefined();
  });

  it('forget their caches with their pods', () => {
    const world = newWorld();
    applyLab(world);
    world.resolve(POD, 'svc-clusterip');
    const [server] = cacheKeys(world)[0]!.split('|') as [string];
    expect(server).toMatch(/^pod\/kube-system\/coredns-/);
    world.api.delete('pods', 'kube-system', server.slice(server.lastIndexOf('/') + 1), { gracePeriodSeconds: 0 });
    world.settle();
    expect(cacheKeys(world).filter((key) => key.startsWith(`${server}|`))).toEqual([]);
  });

  it('forget their caches with the cluster', () => {
    const gone = newWorld();
    applyLab(gone);
    gone.resolve(POD, 'svc-clusterip');
    expect(cacheKeys(gone)).not.toEqual([]);
    gone.kind.delete('myk8s');
    expect(cacheKeys(gone)).toEqual([]);
  });

  it('read the ConfigMap of the cluster', () => {
    const changed = newWorld();
    applyLab(changed);
    const configMap = changed.api.get('configmaps', 'kube-system', 'coredns')!;
    const data = { Corefile: (configMap['data'].Corefile as string).replace('ttl 30', 'ttl 9') };
    changed.api.patch('configmaps', 'kube-system', 'coredns', 'merge', { data });
    expect(ask(changed, POD, '10.200.1.10', question).message!.answers).toMatchObject([{ ttl: 9 }]);
  });
});

describe('a lookup', () => {
  it('comes out the same over restored tables, and not at all when it is rolled back', () => {
    const world = newWorld();
    applyLab(world);
    world.sim.commitEntry();
    const before = world.sim.store.fullHash();
    const lookUp = (): string => {
      world.sim.beginEntry(2);
      world.resolve(POD, 'svc-clusterip');
      return world.sim.prepareEntry().stateHash;
    };
    const first = lookUp();
    expect(first).not.toBe(before);
    world.sim.abortEntry();
    expect(world.sim.store.fullHash()).toBe(before);
    expect(lookUp()).toBe(first);
  });
});
