import { addClient, addService, applyLab, httpGet, newWorld } from './testdata/kind-world.js';
import type { World } from './world.js';

const configure = (world: World, change: (text: string) => string): void => {
  const configMap = world.api.get('configmaps', 'kube-system', 'kube-proxy')!;
  const data = { ...configMap['data'], 'config.conf': change(configMap['data']['config.conf']) };
  expect(world.api.update('configmaps', { ...configMap, data }).ok).toBe(true);
  world.settle();
};

const proxyPod = (world: World, node: string) =>
  world.api.list('pods', { namespace: 'kube-system', labelSelector: 'k8s-app=kube-proxy' }).find(({ spec }) => spec!['nodeName'] === node)!;

/** Deletes the node's kube-proxy pod; its DaemonSet makes another. */
const restart = (world: World, node: string): void => {
  expect(world.api.delete('pods', 'kube-system', proxyPod(world, node).metadata.name).ok).toBe(true);
  world.settle();
};

const NODE = 'myk8s-worker';
const natRules = (world: World): string => world.net.netfilter.iptablesSave(`node/${NODE}`, ['-t', 'nat']).stdout.replaceAll(/^#.*$/gm, '');

describe("kube-proxy's servers on its node", () => {
  const world = newWorld();
  addClient(world);
  const get = (port: number, path: string, from = `node/${NODE}`, to = '127.0.0.1'): string => httpGet(world, from, to, port, path);
  const metric = (name: string): number =>
    Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(get(10249, '/metrics'))![1]);

  it('tell its health to everybody on 10256', () => {
    const time = String.raw`"2024-09-22 10:13:\d\d(\.\d+)? \+0000 UTC m=\+\d+\.\d{9}"`;
    const healthz = get(10256, '/healthz', 'client/mypc', '172.18.0.3');
    expect(healthz).toMatch(/^HTTP\/1.1 200 OK\r\nContent-Type: application\/json\r\nX-Content-Type-Options: nosniff\r\n/);
    expect(healthz).toMatch(new RegExp(`{"lastUpdated": ${time},"currentTime": ${time}, "nodeEligible": true}$`));
    expect(get(10256, '/livez')).toMatch(new RegExp(`{"lastUpdated": ${time},"currentTime": ${time}}$`));
    expect(get(10256, '/other')).toContain('404 page not found');
    world.api.patch('nodes', undefined, NODE, 'merge', {
      spec: { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] },
    });
    expect(get(10256, '/healthz')).toMatch(/^HTTP\/1.1 503 Service Unavailable[^]*"nodeEligible": false}$/);
    expect(get(10256, '/livez')).toContain('200 OK');
  });

  it('tell mode, configuration and metrics to the node alone on 10249', () => {
    expect(get(10249, '/proxyMode')).toMatch(/\r\n\r\niptables$/);
    expect(get(10249, '/healthz')).toMatch(/\r\n\r\nok$/);
    expect(JSON.parse(get(10249, '/configz').split('\r\n\r\n')[1]!)).toMatchObject({
      'kubeproxy.config.k8s.io': { clusterCIDR: '10.10.0.0/16', mode: 'iptables' },
    });
    expect(get(10249, '/proxyMode', 'client/mypc', '172.18.0.3')).toBe('refused');
  });

  it('count syncs, changes and rules', () => {
    const full = metric('kubeproxy_sync_full_proxy_rules_duration_seconds_count');
    const partial = metric('kubeproxy_sync_partial_proxy_rules_duration_seconds_count');
    const rules = metric('kubeproxy_sync_proxy_rules_iptables_total{table="nat"}');
    expect(rules).toBe(natRules(world).match(/^-A KUBE-/gm)!.length);
    addService(world, 'web', { selector: { app: 'nobody' }, ports: [{ port: 80 }] });
    expect(metric('kubeproxy_sync_full_proxy_rules_duration_seconds_count')).toBe(full);
    expect(metric('kubeproxy_sync_partial_proxy_rules_duration_seconds_count')).toBeGreaterThan(partial);
    expect(metric('kubeproxy_sync_proxy_rules_service_changes_total')).toBeGreaterThan(0);
    expect(metric('kubeproxy_sync_proxy_rules_service_changes_pending')).toBe(0);
    expect(metric('kubeproxy_sync_proxy_rules_last_timestamp_seconds')).toBeGreaterThan(1_727_000_000);
    expect(metric('kubeproxy_proxy_healthz_total{code="503"}')).toBe(1);
    expect(get(10249, '/metrics')).toContain(
      '# HELP kubeproxy_sync_proxy_rules_iptables_total [ALPHA] Total number of iptables rules owned by kube-proxy\n' +
        '# TYPE kubeproxy_sync_proxy_rules_iptables_total gauge\n',
    );
  });
});

describe('the configuration in its ConfigMap', () => {
  const world = newWorld();
  const clusterIP = applyLab(world);

  it('acts when its pod is another, not before', () => {
    configure(world, (text) => text.replace('masqueradeAll: false', 'masqueradeAll: true').replace(/verbosity: 0/, 'verbosity: 2'));
    expect(natRules(world)).toContain(`! -s 10.10.0.0/16 -d ${clusterIP}/32`);
    const before = proxyPod(world, NODE).metadata.name;
    restart(world, NODE);
    expect(proxyPod(world, NODE).metadata.name).not.toBe(before);
    expect(natRules(world)).not.toContain('! -s 10.10.0.0/16 -d');
    expect(natRules(world)).toMatch(new RegExp(`-A KUBE-SVC-\\w+ -d ${clusterIP}/32 .* -j KUBE-MARK-MASQ`));
    expect(world.kubeProxy.log(NODE)).toMatch(/^I0922 10:13:\d\d\.\d{6} {7}1 server_linux.go:66\] "Using iptables proxy"$/m);
    expect(world.kubeProxy.log(NODE)).toMatch(/"Syncing iptables rules" ipFamily="IPv4" fullSync=true$/m);
  });

  it('a bad one leaves kube-proxy in CrashLoopBackOff with its reason in the log, and the rules where they are', () => {
    const rules = natRules(world);
    configure(world, (text) => text.replace('mode: iptables', 'mode: userspace'));
    restart(world, NODE);
    expect(world.api.get('pods', 'kube-system', proxyPod(world, NODE).metadata.name)!.status!['containerStatuses'][0]).toMatchObject({
      ready: false,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
    });
    expect(world.kubeProxy.log(NODE)).toMatch(
      /^E0922 .* run.go:72\] "command failed" err="failed validate: KubeProxyConfiguration.Mode.ProxyMode: Invalid value: \\"userspace\\": must be iptables, ipvs, nftables/,
    );
    expect(natRules(world)).toBe(rules);
    expect(world.kubeProxy.status(NODE)).toBeUndefined();
  });

  it('is waited for longer after every crash, up to five minutes', () => {
    const wait = (): string =>
      /^back-off (\S+) /.exec(proxyPod(world, NODE).status!['containerStatuses'][0].state.waiting?.message ?? '')?.[1] ?? 'none';
    const waits = [wait()];
    for (const seconds of [12, 22, 42, 82, 162, 302]) {
      world.sim.advance(seconds * 1_000_000);
      world.settle();
      waits.push(wait());
    }
    expect(waits).toEqual(['10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s']);
  });

  it('once it is good again kube-proxy comes back by itself', () => {
    configure(world, (text) => text.replace('mode: userspace', 'mode: iptables'));
    world.sim.advance(400_000_000);
    world.settle();
    expect(world.kubeProxy.status(NODE)).toMatchObject({ mode: 'iptables', started: true });
    expect(proxyPod(world, NODE).status!['containerStatuses'][0].ready).toBe(true);
  });

  it('a switch to nftables takes the iptables rules away, one to ipvs leaves them', () => {
    configure(world, (text) => text.replace('mode: iptables', 'mode: nftables'));
    restart(world, NODE);
    expect(world.kubeProxy.status(NODE)).toMatchObject({ mode: 'nftables', started: true });
    expect(natRules(world)).not.toMatch(/KUBE-(SERVICES|SVC|SEP|NODEPORTS|POSTROUTING)/);
    configure(world, (text) => text.replace('mode: nftables', 'mode: iptables'));
    restart(world, NODE);
    expect(natRules(world)).toContain('"default/svc-clusterip:svc-webport cluster IP"');
    configure(world, (text) => text.replace('mode: iptables', 'mode: ipvs'));
    restart(world, NODE);
    expect(world.kubeProxy.status(NODE)).toMatchObject({ mode: 'ipvs', started: true });
    expect(natRules(world)).toContain(':KUBE-SVC-');
  });
});
