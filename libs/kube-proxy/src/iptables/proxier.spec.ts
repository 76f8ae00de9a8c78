import { readFileSync } from 'node:fs';
import type { ServiceProtocol } from '../service-port.js';
import { syncOnce as syncScenario, type RecordingTools, type Scenario } from '../testing/scenario-cluster.js';
import { FILTER_CHAINS, NAT_CHAINS } from './base-chains.js';
import { IptablesProxier } from './proxier.js';

const testdata = <T>(file: string): T => JSON.parse(readFileSync(new URL(`../testdata/${file}`, import.meta.url), 'utf8')) as T;

const syncOnce = (scenario: Scenario, full = true): RecordingTools =>
  syncScenario(scenario, (context) => new IptablesProxier(context), full);

/** The restore text, table by table. */
function tables(text: string): Record<string, { chains: string[]; rules: string[] }> {
  const found: Record<string, { chains: string[]; rules: string[] }> = {};
  for (const block of text.split('COMMIT\n').filter((each) => each !== '')) {
    const [head, ...lines] = block.trimEnd().split('\n');
    const chains = lines.filter((line) => line.startsWith(':'));
    found[head!.slice(1)] = { chains, rules: lines.slice(chains.length) };
  }
  return found;
}

const chainOf = (rule: string): string => rule.split(' ')[1]!;

/** Rules per chain; those of chains that several service ports share are sorted, since their order is drawn. */
function perChain(rules: readonly string[]): Record<string, string[]> {
  const byChain: Record<string, string[]> = {};
  for (const rule of rules) (byChain[chainOf(rule)] ??= []).push(rule);
  for (const chain of [...FILTER_CHAINS, ...NAT_CHAINS]) byChain[chain]?.sort();
  return byChain;
}

const isFixedRule = (rule: string): boolean => /^-A KUBE-(FIREWALL|FORWARD|POSTROUTING|MARK-MASQ) /.test(rule);

const readyPort = (
  service: string,
  portName: string,
  protocol: ServiceProtocol,
  clusterIP: string,
  number: number,
  endpoints: string[],
) => ({
  namespace: service === 'kubernetes' ? 'default' : 'kube-system',
  name: service,
  portName,
  protocol,
  clusterIP,
  port: number,
  internalTrafficPolicy: 'Cluster',
  endpoints: endpoints.map((text) => ({
    address: text.split(':')[0]!,
    port: Number(text.split(':')[1]),
    local: false,
    ready: true,
    serving: true,
    terminating: false,
  })),
});

describe('Proxier: golden rules', () => {
  it.each(testdata<Scenario[]>('scenarios.json'))('$name: $description', (scenario) => {
    const { filter, nat } = tables(syncOnce(scenario).restored);
    const filterRules = filter!.rules.filter((rule) => !isFixedRule(rule));
    const natRules = nat!.rules.filter((rule) => !isFixedRule(rule));
    const ownChains = nat!.chains.slice(NAT_CHAINS.length).map((line) => line.slice(1, line.indexOf(' ')));
    if (scenario.servicePorts.length === 1) {
      expect(filterRules).toEqual(scenario.written.filter);
      expect(natRules).toEqual(scenario.written.nat);
      expect(ownChains).toEqual(scenario.natChainsInWriteOrder);
    } else {
      expect(perChain(filterRules)).toEqual(perChain(scenario.written.filter));
      expect(perChain(natRules)).toEqual(perChain(scenario.written.nat));
      expect(natRules.at(-1)).toBe(scenario.written.nat.at(-1));
      expect(ownChains.toSorted()).toEqual([...scenario.natChainsInWriteOrder].toSorted());
    }
  });

  it('a fresh kind worker: the whole restore text, up to the order of services', () => {
    const { clusterCIDR, written } = testdata<{ clusterCIDR: string; written: string[] }>('kind-worker.json');
    const config = { detectLocalArgs: ['-s', clusterCIDR] as const, masqueradeAll: false, localhostNodePorts: true };
    const node = { nodeIP: '172.18.0.4', ipFamily: 'IPv4' as const, nodeZone: null, nodePortAddresses: null };
    const servicePorts = [
      readyPort('kubernetes', 'https', 'TCP', '10.200.1.1', 443, ['172.18.0.2:6443']),
      readyPort('kube-dns', 'dns', 'UDP', '10.200.1.10', 53, ['10.10.0.3:53', '10.10.0.4:53']),
      readyPort('kube-dns', 'dns-tcp', 'TCP', '10.200.1.10', 53, ['10.10.0.3:53', '10.10.0.4:53']),
      readyPort('kube-dns', 'metrics', 'TCP', '10.200.1.10', 9153, ['10.10.0.3:9153', '10.10.0.4:9153']),
    ];
    const scenario: Scenario = {
      name: '',
      description: '',
      config: { ...config, ...node },
      servicePorts,
      natChainsInWriteOrder: [],
      written: { filter: [], nat: [] },
    };
    const ours = tables(syncOnce(scenario).restored);
    const theirs = tables(written.join('\n') + '\n');
    for (const table of ['filter', 'nat']) {
      expect([...ours[table]!.chains].toSorted()).toEqual([...theirs[table]!.chains].toSorted());
      expect(perChain(ours[table]!.rules)).toEqual(perChain(theirs[table]!.rules));
      expect(ours[table]!.rules.at(-1)).toBe(theirs[table]!.rules.at(-1));
    }
  });
});

describe('Proxier: base chains', () => {
  const [clusterip] = testdata<Scenario[]>('scenarios.json');

  it('inserts the jumps at the top, in the order that leaves the firewall first', () => {
    const inserts = syncOnce(clusterip!).calls.filter((call) => call.startsWith('iptables -w 5 -W 100000 -I INPUT'));
    expect(inserts).toEqual([
      'iptables -w 5 -W 100000 -I INPUT -t filter -m conntrack --ctstate NEW -m comment --comment kubernetes externally-visible service portals -j KUBE-EXTERNAL-SERVICES',
      'iptables -w 5 -W 100000 -I INPUT -t filter -m comment --comment kubernetes health check service ports -j KUBE-NODEPORTS',
      'iptables -w 5 -W 100000 -I INPUT -t filter -m conntrack --ctstate NEW -m comment --comment kubernetes load balancer firewall -j KUBE-PROXY-FIREWALL',
      'iptables -w 5 -W 100000 -I INPUT -t filter -j KUBE-FIREWALL',
    ]);
  });

  it('leaves jumps and unchanged services alone in a partial sync', () => {
    const tools = syncOnce(clusterip!, false);
    expect(tools.calls.filter((call) => / -[CI] /.test(call))).toEqual([]);
    const { nat } = tables(tools.restored);
    expect(nat!.chains).toEqual(NAT_CHAINS.map((chain) => `:${chain} - [0:0]`));
    expect(nat!.rules.filter((rule) => rule.includes('default/web:http'))).toHaveLength(1);
  });
});
