import { Sim } from '@svclab/sim';
import { address, formatAddress } from '@svclab/wire';
import { applyLab, newWorld } from './testdata/kind-world.js';
import { World } from './world.js';

const addressOf = (world: World, name: string): string => world.api.get('pods', 'default', name)!.status!['podIP'];

describe('a fresh kind world', () => {
  const world = newWorld();

  it('has nodes of the ages and addresses in the captures', () => {
    const { rows } = world.api.table('nodes', world.api.list('nodes'));
    expect(rows.map(({ cells }) => cells.slice(0, 6))).toEqual([
      ['myk8s-control-plane', 'Ready', 'control-plane', '45s', 'v1.31.0', '172.18.0.2'],
      ['myk8s-worker', 'Ready', '<none>', '34s', 'v1.31.0', '172.18.0.3'],
      ['myk8s-worker2', 'Ready', '<none>', '34s', 'v1.31.0', '172.18.0.5'],
      ['myk8s-worker3', 'Ready', '<none>', '34s', 'v1.31.0', '172.18.0.4'],
    ]);
    expect(world.api.list('nodes').map((node) => node.spec!['podCIDR'])).toEqual([
      '10.10.0.0/24',
      '10.10.1.0/24',
      '10.10.3.0/24',
      '10.10.2.0/24',
    ]);
  });

  it('has every pod of kube-system running', () => {
    const pods = world.api.list('pods');
    expect(pods.map(({ status }) => status!['phase'])).toEqual(pods.map(() => 'Running'));
    const owners = pods.map(({ metadata }) => metadata.name.replace(/-(myk8s-control-plane|[a-z0-9]{5})$/, ''));
    expect(owners.toSorted()).toEqual(
      [
        'coredns-6f6b679f8f',
        'coredns-6f6b679f8f',
        'etcd',
        'kindnet',
        'kindnet',
        'kindnet',
        'kindnet',
        'kube-apiserver',
        'kube-controller-manager',
      ].concat(['kube-proxy', 'kube-proxy', 'kube-proxy', 'kube-proxy', 'kube-scheduler', 'local-path-provisioner-57c5987fd4']),
    );
  });

  it('routes as in the capture', () => {
    const routes = world.net.ip('node/myk8s-control-plane', ['route']).stdout.replaceAll(/veth[0-9a-f]{8}/g, 'veth');
    expect(routes.split('\n').map((line) => line.trimEnd())).toEqual([
      'default via 172.18.0.1 dev eth0',
      '10.10.0.2 dev veth scope host',
      '10.10.0.3 dev veth scope host',
      '10.10.0.4 dev veth scope host',
      '10.10.1.0/24 via 172.18.0.3 dev eth0',
      '10.10.2.0/24 via 172.18.0.4 dev eth0',
      '10.10.3.0/24 via 172.18.0.5 dev eth0',
      '172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2',
      '',
    ]);
  });

  it('listens as in the capture', () => {
    const { stdout } = world.net.ss('node/myk8s-control-plane', ['-tnlp']);
    const sockets = stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.replaceAll(/pid=\d+,fd=/g, '').split(/\s+/));
    expect(
      sockets.map(([, , , local, , process]) =>
        `${local!.replace(/:\d{5}$/, (port) => (/:1\d{4}/.test(port) ? port : ':PORT'))} ${process ?? ''}`.trim(),
      ),
    ).toEqual([
      '172.18.0.2:2379 users:(("etcd",9))',
      '172.18.0.2:2380 users:(("etcd",7))',
      '127.0.0.1:10257 users:(("kube-controller",3))',
      '127.0.0.1:10259 users:(("kube-scheduler",3))',
      '127.0.0.1:10248 users:(("kubelet",15))',
      '127.0.0.1:10249 users:(("kube-proxy",12))',
      '127.0.0.1:2381 users:(("etcd",14))',
      '127.0.0.1:2379 users:(("etcd",8))',
      '127.0.0.11:PORT',
      '127.0.0.1:PORT users:(("containerd",11))',
      '*:10250 users:(("kubelet",22))',
      '*:10256 users:(("kube-proxy",13))',
      '*:6443 users:(("kube-apiserver",3))',
    ]);
  });
});

describe("the lab's ClusterIP part", () => {
  const world = newWorld();
  const clusterIP = applyLab(world);
  const request = (to: string, port: number) =>
    world.net.send({
      netns: 'pod/default/net-pod',
      protocol: 'tcp',
      destination: address(to),
      port,
      request: `GET / HTTP/1.1\r\nHost: ${to}:${port}\r\nUser-Agent: curl/8.7.1\r\nAccept: */*\r\n\r\n`,
      connectTimeoutUs: 1_000_000,
    });

  it('gives the pods the addresses of their nodes', () => {
    expect(['webpod1', 'webpod2', 'webpod3', 'net-pod'].map((name) => addressOf(world, name))).toEqual([
      '10.10.1.2',
      '10.10.3.2',
      '10.10.2.2',
      '10.10.0.5',
    ]);
  });

  it('answers as traefik/whoami does', () => {
    const { outcome, response } = request('10.10.1.2', 80);
    expect(outcome).toBe('ok');
    const [head, body] = response!.split(/\r\n\r\n(.*)/s);
    expect(head).toMatch(
      /^HTTP\/1\.1 200 OK\r\nDate: Sun, 22 Sep 2024 [\d:]{8} GMT\r\nContent-Length: \d+\r\nContent-Type: text\/plain; charset=utf-8$/,
    );
    expect(body!.replaceAll('\r', '').split('\n')).toEqual([
      'Hostname: webpod1',
      'IP: 127.0.0.1',
      'IP: ::1',
      'IP: 10.10.1.2',
      expect.stringMatching(/^IP: fe80::/),
      expect.stringMatching(/^RemoteAddr: 10\.10\.0\.5:\d+$/),
      'GET / HTTP/1.1',
      'Host: 10.10.1.2:80',
      'User-Agent: curl/8.7.1',
      'Accept: */*',
      '',
      '',
    ]);
  });

  it('spreads requests to the Service over the three pods', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 300; i++) {
      const result = request(clusterIP, 9000);
      expect(result.outcome).toBe('ok');
      const hostname = /^Hostname: (.*)$/m.exec(result.response!)![1]!;
      counts.set(hostname, (counts.get(hostname) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual(['webpod1', 'webpod2', 'webpod3']);
    // Chi-square with two degrees of freedom: 13.8 is passed by chance once in a thousand draws.
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    expect(chiSquare).toBeLessThan(13.8);
  });

  it('times out on a port that the Service does not have', () => {
    expect(request(clusterIP, 80)).toMatchObject({ outcome: 'timeout' });
  });

  it('takes a pod with its network away', () => {
    expect(world.api.delete('pods', 'default', 'webpod3', { gracePeriodSeconds: 0 }).ok).toBe(true);
    world.settle();
    expect(world.container('pod/default/webpod3')).toBeUndefined();
    expect(world.net.namespace('pod/default/webpod3')).toBeUndefined();
    expect(world.net.ip('node/myk8s-worker3', ['route']).stdout).not.toContain('10.10.2.2');
  });
});

describe('a world over loaded tables', () => {
  it('changes nothing when it is made, and goes on as the first would', () => {
    const first = newWorld();
    applyLab(first);
    first.sim.commitEntry();
    const sim = new Sim();
    sim.store.load(first.sim.store.dump());
    const second = new World(sim);
    sim.discardWork();
    expect(sim.store.stateHash).toBe(first.sim.store.stateHash);
    for (const world of [first, second]) {
      world.sim.beginEntry(2);
      world.api.delete('pods', 'default', 'webpod1', { gracePeriodSeconds: 0 });
      world.settle();
      world.sim.commitEntry();
    }
    expect(second.sim.store.stateHash).toBe(first.sim.store.stateHash);
  });

  it('follows a rollback', () => {
    const world = newWorld();
    world.sim.commitEntry();
    const before = world.net.netfilter.iptablesSave('node/myk8s-worker', []).stdout;
    world.sim.beginEntry(2);
    applyLab(world);
    expect(world.net.netfilter.iptablesSave('node/myk8s-worker', []).stdout).not.toBe(before);
    world.sim.abortEntry();
    expect(world.net.netfilter.iptablesSave('node/myk8s-worker', []).stdout).toBe(before);
    expect(world.container('pod/default/webpod1')).toBeUndefined();
  });
});

describe('the races of a creation', () => {
  const addresses = (world: World): string[] =>
    ['control-plane', 'worker', 'worker2', 'worker3'].map((role) => formatAddress(world.resolve('node/myk8s-worker', `myk8s-${role}`)!));

  it("end as in the lab's first cluster when told so", () => {
    const world = newWorld({
      race: {
        createOrder: ['myk8s-worker2', 'myk8s-worker', 'myk8s-control-plane', 'myk8s-worker3'],
        startOrder: ['myk8s-control-plane', 'myk8s-worker2', 'myk8s-worker3', 'myk8s-worker'],
      },
    });
    expect(addresses(world)).toEqual(['172.18.0.2', '172.18.0.5', '172.18.0.3', '172.18.0.4']);
    expect(world.kind.nodeNames('myk8s')).toEqual(['myk8s-worker3', 'myk8s-control-plane', 'myk8s-worker', 'myk8s-worker2']);
    expect(world.net.link('node/myk8s-worker2', 'eth0')).toMatchObject({ ifindex: 36, peer: { netns: 'host' } });
  });

  it('give the control plane another address than the first, as after the restart in the lab', () => {
    const world = newWorld({ race: { startOrder: ['myk8s-worker2', 'myk8s-worker3', 'myk8s-control-plane', 'myk8s-worker'] } });
    expect(addresses(world)).toEqual(['172.18.0.4', '172.18.0.5', '172.18.0.2', '172.18.0.3']);
    expect(world.api.get('endpoints', 'default', 'kubernetes')!['subsets'][0].addresses).toEqual([{ ip: '172.18.0.4' }]);
  });
});

describe('a cluster that is deleted', () => {
  it('leaves nothing but what belongs to the host', () => {
    const world = newWorld();
    applyLab(world);
    world.kind.delete('myk8s');
    const { store } = world.sim;
    const left = store.tableNames().filter((name) => store.table(name).size > 0);
    expect(left.filter((name) => !/^(docker|files|sim)\./.test(name))).toEqual(['net.links', 'net.namespaces', 'net.routes']);
    expect(world.net.namespaces().map(({ name }) => name)).toEqual(['host']);
    expect(world.sim.settle()).toEqual({ advancedUs: 0, settled: true });
    expect(world.sim.timers.earliest()).toBeUndefined();
  });
});

describe('names', () => {
  const world = newWorld();

  it('are those of containers on the network of the asker', () => {
    expect(formatAddress(world.resolve('node/myk8s-worker', 'myk8s-control-plane')!)).toBe('172.18.0.2');
    expect(formatAddress(world.resolve('host', '10.10.0.3')!)).toBe('10.10.0.3');
    expect(world.resolve('node/myk8s-worker', 'nobody')).toBeUndefined();
  });
});
