import { Sim } from '@svclab/sim';
import { ApiServer, type KubeObject } from '@svclab/kube-api';
import type { KubeProxyConfiguration } from './configuration.js';
import { KubeProxy } from './kube-proxy.js';
import type { ToolRun } from './node-tools.js';

const CONFIG: KubeProxyConfiguration = { mode: 'iptables', clusterCIDR: '10.10.0.0/16', iptables: { minSyncPeriod: '1s' } };

/** The tools of one node; `chains` stands for what `iptables-save` finds in nat. */
class RecordingTools {
  readonly calls: string[] = [];
  readonly restored: string[] = [];
  chains: string[] = [];
  hasCanary = true;
  restoreFails = false;

  run(argv: readonly string[], stdin?: string): ToolRun {
    this.calls.push(argv.join(' '));
    if (argv[0] === 'iptables-restore') {
      this.restored.push(stdin!);
      return { exitCode: this.restoreFails ? 1 : 0, stdout: '', stderr: this.restoreFails ? 'iptables-restore: line 1 failed' : '' };
    }
    if (argv[0] === 'iptables-save') return { exitCode: 0, stdout: this.chains.map((chain) => `:${chain} - [0:0]\n`).join(''), stderr: '' };
    const fails = argv.includes('-C') || (argv.includes('-S') && !this.hasCanary);
    return { exitCode: fails ? 1 : 0, stdout: '', stderr: '' };
  }

  setSysctl(name: string, value: string): void {
    this.calls.push(`sysctl ${name}=${value}`);
  }

  get last(): string {
    return this.restored.at(-1)!;
  }
}

class Cluster {
  readonly sim = new Sim();
  readonly api = new ApiServer(this.sim);
  readonly tools = new RecordingTools();
  readonly kubeProxy = new KubeProxy(this.sim, this.api, () => this.tools);
  #seq = 0;

  constructor() {
    this.entry(() => {
      this.sim.initialise({ seed: 7, startUs: 1_727_500_000_000_000 });
      this.api.configure({ serviceCidr: '10.200.1.0/24' });
      this.create('namespaces', { metadata: { name: 'default' } });
      this.create('nodes', { metadata: { name: 'node-1' } });
      const started = this.kubeProxy.start('node-1', CONFIG);
      expect(started.ok).toBe(true);
    });
  }

  entry(work: () => void) {
    this.sim.beginEntry(++this.#seq);
    work();
    return this.sim.commitEntry();
  }

  create(resource: string, object: Record<string, unknown>): KubeObject {
    const created = this.api.create(resource, object);
    if (!created.ok) throw new Error(created.error.message);
    return created.value;
  }

  service(name: string, clusterIP: string, port: Record<string, unknown> = { port: 80 }): void {
    this.create('services', { metadata: { name }, spec: { selector: { app: name }, clusterIP, ports: [port] } });
  }

  slice(service: string, ips: readonly string[], port: Record<string, unknown> = { name: '', port: 80, protocol: 'TCP' }): void {
    const endpoints = ips.map((ip) => ({
      addresses: [ip],
      conditions: { ready: true },
      targetRef: { kind: 'Pod', namespace: 'default', name: `pod-${ip}` },
    }));
    const content = { addressType: 'IPv4', ports: [port], endpoints };
    const existing = this.api.get('endpointslices', 'default', `${service}-abcde`);
    const metadata = { name: `${service}-abcde`, labels: { 'kubernetes.io/service-name': service } };
    const written = existing
      ? this.api.update('endpointslices', { ...existing, ...content })
      : this.api.create('endpointslices', { metadata, ...content });
    if (!written.ok) throw new Error(written.error.message);
  }
}

describe('KubeProxy', () => {
  it('sets the node up once and syncs fully', () => {
    const { tools, kubeProxy } = new Cluster();
    expect(tools.calls.slice(0, 9)).toEqual([
      'nft delete table ip kube-proxy',
      'sysctl net.netfilter.nf_conntrack_tcp_timeout_established=86400',
      'sysctl net.netfilter.nf_conntrack_tcp_timeout_close_wait=3600',
      'sysctl net.ipv4.conf.all.route_localnet=1',
      'iptables -w 5 -W 100000 -N KUBE-PROXY-CANARY -t mangle',
      'iptables -w 5 -W 100000 -N KUBE-PROXY-CANARY -t nat',
      'iptables -w 5 -W 100000 -N KUBE-PROXY-CANARY -t filter',
      'nfacct add ct_state_invalid_dropped_pkts',
      'nfacct add localhost_nps_accepted_pkts',
    ]);
    expect(tools.calls.at(-1)).toBe('iptables-restore -w 5 -W 100000 --noflush --counters');
    expect(kubeProxy.status('node-1')).toMatchObject({ started: true, needFullSync: false });
  });

  it('refuses what upstream refuses, in its words, and stays as it was', () => {
    const cluster = new Cluster();
    const { kubeProxy } = cluster;
    const refusal = (config: KubeProxyConfiguration) => {
      let said = 'started';
      cluster.entry(() => {
        const started = kubeProxy.start('node-1', config);
        if (!started.ok) said = started.error;
      });
      return said;
    };
    expect(refusal({ mode: 'userspace' })).toBe(
      'failed validate: KubeProxyConfiguration.Mode.ProxyMode: Invalid value: "userspace": must be iptables, ipvs, nftables or blank ' +
        '(blank means the best-available proxy [currently iptables])',
    );
    expect(refusal({ nodePortAddresses: ['primary', '10.0.0.0'], iptables: { masqueradeBit: 32 } })).toBe(
      'failed validate: [KubeProxyConfiguration.KubeProxyIPTablesConfiguration.MasqueradeBit: Invalid value: 32: must be within the range [0, 31], ' +
        "KubeProxyConfiguration.NodePortAddresses[0]: Invalid value: \"primary\": can't use both 'primary' and CIDRs]",
    );
    expect(refusal({ clusterCIDR: '10.10.0.0' })).toContain('ClusterCIDR: Invalid value: "10.10.0.0": must be a valid CIDR block');
    expect(refusal({ iptables: { minSyncPeriod: '1m' } })).toContain('SyncPeriod: Invalid value: "1m": must be greater than or equal to');
    expect(refusal({ detectLocalMode: 'BridgeInterface' })).toContain('InterfaceName: Invalid value: "": must not be empty');
    expect(refusal({ detectLocalMode: 'Magic' })).toContain(
      'Unsupported value: "Magic": supported values: "", "BridgeInterface", "ClusterCIDR", "InterfaceNamePrefix", "NodeCIDR"',
    );
    expect(kubeProxy.status('node-1')).toMatchObject({ started: true });
  });

  it('knows nftables before v1.31 only behind its feature gate', () => {
    const cluster = new Cluster();
    const start = (config: KubeProxyConfiguration): string => {
      let said = 'started';
      cluster.entry(() => {
        const started = cluster.kubeProxy.start('node-1', config);
        if (!started.ok) said = started.error;
      });
      return said;
    };
    cluster.entry(() => cluster.api.configure({ version: 'v1.30.4' }));
    expect(start({ mode: 'nftables' })).toContain('Invalid value: "nftables": must be iptables, ipvs or blank');
    expect(start({ mode: 'nftables', featureGates: { NFTablesProxyMode: true } })).toBe('started');
    expect(cluster.kubeProxy.log('node-1')).toContain('"Version info" version="v1.30.4"');
    cluster.entry(() => cluster.api.configure({ version: 'v1.31.0' }));
    expect(start({ mode: 'nftables' })).toBe('started');
    expect(start({ mode: 'nftables', featureGates: { NFTablesProxyMode: false } })).toContain('must be iptables, ipvs or blank');
  });

  it('syncs twice at once, then once per minSyncPeriod with all that has gathered', () => {
    const cluster = new Cluster();
    const { tools, sim } = cluster;
    for (const [i, expected] of [2, 3, 3, 3].entries()) {
      cluster.entry(() => cluster.service(`svc-${i}`, `10.200.1.${20 + i}`));
      expect(tools.restored).toHaveLength(expected);
    }
    expect(tools.last).not.toContain('default/svc-2');
    cluster.entry(() => {
      const { advancedUs, settled } = sim.settle();
      expect([advancedUs, settled]).toEqual([1_000_000, true]);
    });
    expect(tools.restored).toHaveLength(4);
    expect(tools.last).toContain('default/svc-2 has no endpoints');
    expect(tools.last).toContain('default/svc-3 has no endpoints');
  });

  it('rewrites only the chains of changed services, and deletes stale ones', () => {
    const cluster = new Cluster();
    cluster.entry(() => {
      cluster.service('a', '10.200.1.20');
      cluster.service('b', '10.200.1.21');
      cluster.slice('a', ['10.10.1.2', '10.10.2.2']);
      cluster.slice('b', ['10.10.1.3']);
    });
    const chains = [...cluster.tools.last.matchAll(/^:(KUBE-S(?:VC|EP)-\S+)/gm)].map(([, chain]) => chain!);
    expect(chains).toHaveLength(5);
    cluster.tools.chains = ['PREROUTING', 'KUBE-SERVICES', 'DOCKER_OUTPUT', ...chains];
    cluster.entry(() => cluster.slice('a', ['10.10.2.2']));
    const [, nat] = cluster.tools.last.split('*nat\n');
    expect(nat).toContain('default/a -> 10.10.2.2:80');
    expect(nat).not.toContain('default/b ->');
    expect(nat).toContain('"default/b cluster IP"');
    const gone = chains.filter((chain) => cluster.kubeProxy.provenance(`-A ${chain} -j KUBE-MARK-MASQ`) === undefined);
    expect([...nat!.matchAll(/^-X (\S+)$/gm)].map(([, chain]) => chain)).toEqual(gone);
    expect(gone).toHaveLength(1);
    expect(nat).toContain(`:${gone[0]} - [0:0]\n`);
  });

  it('does not sync for what no rule depends on', () => {
    const cluster = new Cluster();
    cluster.entry(() => cluster.service('a', '10.200.1.20'));
    const before = cluster.tools.restored.length;
    cluster.entry(() => cluster.api.patch('services', 'default', 'a', 'merge', { metadata: { annotations: { note: 'x' } } }));
    cluster.entry(() => cluster.create('services', { metadata: { name: 'headless' }, spec: { clusterIP: 'None', selector: { a: 'b' } } }));
    cluster.entry(() =>
      cluster.create('services', { metadata: { name: 'dns' }, spec: { type: 'ExternalName', externalName: 'example.com' } }),
    );
    expect(cluster.tools.restored).toHaveLength(before);
  });

  it('syncs fully when the labels of its node change, not for other nodes', () => {
    const cluster = new Cluster();
    const jumps = () => cluster.tools.calls.filter((call) => call.includes(' -C ')).length;
    const before = jumps();
    cluster.entry(() => cluster.create('nodes', { metadata: { name: 'node-2' } }));
    expect(jumps()).toBe(before);
    cluster.entry(() =>
      cluster.api.patch('nodes', undefined, 'node-1', 'merge', { metadata: { labels: { 'topology.kubernetes.io/zone': 'z' } } }),
    );
    expect(jumps()).toBe(2 * before);
  });

  it('tries again after a failure, fully, without keeping the sandbox from settling', () => {
    const cluster = new Cluster();
    cluster.tools.restoreFails = true;
    cluster.entry(() => cluster.service('a', '10.200.1.20'));
    expect(cluster.kubeProxy.status('node-1')).toMatchObject({ needFullSync: true, failure: 'iptables-restore: line 1 failed' });
    cluster.tools.restoreFails = false;
    cluster.entry(() => expect(cluster.sim.settle().settled).toBe(true));
    cluster.entry(() => cluster.sim.advance(30_000_000));
    expect(cluster.kubeProxy.status('node-1')!.failure).toBeUndefined();
    expect(cluster.kubeProxy.status('node-1')!.needFullSync).toBe(false);
  });

  it('puts everything back when somebody has flushed the canary', () => {
    const cluster = new Cluster();
    cluster.entry(() => cluster.sim.advance(30_000_000));
    const before = cluster.tools.restored.length;
    cluster.tools.hasCanary = false;
    cluster.entry(() => cluster.sim.advance(30_000_000));
    expect(cluster.tools.restored).toHaveLength(before + 1);
    expect(cluster.tools.calls.slice(-60)).toContain('iptables -w 5 -W 100000 -N KUBE-PROXY-CANARY -t mangle');
  });

  it('forgets UDP flows towards endpoints that are gone, and towards the service that had none', () => {
    const cluster = new Cluster();
    const dns = { name: 'dns', port: 53, protocol: 'UDP' };
    const conntrack = () => cluster.tools.calls.filter((call) => call.startsWith('conntrack'));
    cluster.entry(() => cluster.service('dns', '10.200.1.30', dns));
    cluster.entry(() => cluster.slice('dns', ['10.10.1.2', '10.10.2.2'], dns));
    expect(conntrack()).toEqual(['conntrack -D --orig-dst 10.200.1.30 -p udp']);
    cluster.entry(() => {
      cluster.sim.advance(2_000_000);
      cluster.slice('dns', ['10.10.2.2'], dns);
    });
    expect(conntrack().slice(1)).toEqual(['conntrack -D --orig-dst 10.200.1.30 --dst-nat 10.10.1.2 -p udp']);
    cluster.entry(() => cluster.api.delete('services', 'default', 'dns'));
    expect(conntrack().slice(2)).toEqual(['conntrack -D --orig-dst 10.200.1.30 -p udp']);
  });

  it('goes on after a restore where it was: waiting changes and all', () => {
    const one = new Cluster();
    one.entry(() => one.service('a', '10.200.1.20'));
    one.entry(() => one.service('b', '10.200.1.21'));
    one.entry(() => one.service('late', '10.200.1.22'));
    expect(one.tools.last).not.toContain('default/late');

    const sim = new Sim();
    const api = new ApiServer(sim);
    const tools = new RecordingTools();
    const kubeProxy = new KubeProxy(sim, api, () => tools);
    sim.store.load(one.sim.store.dump());
    sim.discardWork();
    sim.beginEntry(5);
    sim.settle();
    sim.commitEntry();
    expect(tools.restored).toHaveLength(1);
    expect(tools.last).toContain('default/late has no endpoints');
    expect(tools.calls.some((call) => call.includes(' -C '))).toBe(false);
    expect(kubeProxy.provenance('-A KUBE-SERVICES -m comment --comment "default/late has no endpoints" -j REJECT')).toEqual({
      service: { namespace: 'default', name: 'late', port: '' },
    });
  });

  it('leaves no trace of an entry that is aborted', () => {
    const cluster = new Cluster();
    const hash = cluster.sim.store.stateHash;
    cluster.sim.beginEntry(9);
    cluster.service('a', '10.200.1.20');
    cluster.sim.drainWork();
    cluster.sim.abortEntry();
    expect(cluster.sim.store.stateHash).toBe(hash);
    cluster.entry(() => cluster.service('b', '10.200.1.21'));
    expect(cluster.tools.last).not.toContain('default/a');
  });

  it('tells which Service, port and endpoint a printed rule comes from', () => {
    const cluster = new Cluster();
    cluster.entry(() => {
      cluster.service('a', '10.200.1.20');
      cluster.slice('a', ['10.10.1.2', '10.10.2.2']);
    });
    const rules = cluster.tools.last.split('\n').filter((line) => line.startsWith('-A'));
    const of = (part: string) => cluster.kubeProxy.provenance(rules.find((rule) => rule.includes(part))!);
    const service = { namespace: 'default', name: 'a', port: '' };
    const endpoint = { address: '10.10.2.2:80', slice: 'a-abcde', pod: { namespace: 'default', name: 'pod-10.10.2.2' } };
    expect(of('"default/a cluster IP"')).toEqual({ service });
    expect(of('default/a -> 10.10.2.2:80')).toEqual({ service, endpoint });
    expect(of('-s 10.10.2.2')).toEqual({ service, endpoint });
    expect(of('--to-destination 10.10.2.2:80')).toEqual({ service, endpoint });
    expect(of('kubernetes service nodeports')).toBeUndefined();
  });
});
