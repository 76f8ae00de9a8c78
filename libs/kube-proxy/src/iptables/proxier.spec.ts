import { readFileSync } from 'node:fs';
import type { KubeObject } from '@svclab/kube-api';
import { Prng } from '@svclab/sim';
import { ChangeTracker, noChanges } from '../change-tracker.js';
import { type IpFamily, type KubeProxyConfiguration } from '../configuration.js';
import type { ServiceProtocol } from '../service-port.js';
import { FILTER_CHAINS, NAT_CHAINS } from './base-chains.js';
import { IptablesProxier } from './proxier.js';

interface ScenarioEndpoint {
  readonly address: string;
  readonly port: number;
  readonly local: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints?: readonly string[];
}

interface ScenarioServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly portName: string;
  readonly protocol: ServiceProtocol;
  readonly clusterIP: string;
  readonly port: number;
  readonly nodePort?: number;
  readonly externalIPs?: readonly string[];
  readonly loadBalancerVIPs?: readonly string[];
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly healthCheckNodePort?: number;
  readonly externalTrafficPolicy?: string;
  readonly internalTrafficPolicy: string;
  readonly affinityTimeoutSeconds?: number;
  readonly endpoints: readonly ScenarioEndpoint[];
}

interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly config: {
    readonly detectLocalArgs: readonly [string, string] | null;
    readonly masqueradeAll: boolean;
    readonly localhostNodePorts: boolean;
    readonly nodeIP: string;
    readonly ipFamily: IpFamily;
    readonly nodeZone: string | null;
    readonly nodePortAddresses: readonly string[] | null;
  };
  readonly servicePorts: readonly ScenarioServicePort[];
  readonly natChainsInWriteOrder: readonly string[];
  readonly written: { readonly filter: readonly string[]; readonly nat: readonly string[] };
}

const testdata = <T>(file: string): T => JSON.parse(readFileSync(new URL(`../testdata/${file}`, import.meta.url), 'utf8')) as T;

const NODE = 'node-1';

const meta = (namespace: string, name: string, labels: Record<string, string> = {}) => ({
  namespace,
  name,
  labels,
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2024-09-28T00:00:00Z',
});

function service(ports: readonly ScenarioServicePort[], family: IpFamily): KubeObject {
  const first = ports[0]!;
  const type = first.loadBalancerVIPs ? 'LoadBalancer' : first.nodePort ? 'NodePort' : 'ClusterIP';
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta(first.namespace, first.name),
    spec: {
      type,
      clusterIP: first.clusterIP,
      clusterIPs: [first.clusterIP],
      ipFamilies: [family],
      internalTrafficPolicy: first.internalTrafficPolicy,
      externalTrafficPolicy: first.externalTrafficPolicy,
      externalIPs: first.externalIPs,
      loadBalancerSourceRanges: first.loadBalancerSourceRanges,
      healthCheckNodePort: first.healthCheckNodePort,
      sessionAffinity: first.affinityTimeoutSeconds === undefined ? 'None' : 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: first.affinityTimeoutSeconds } },
      ports: ports.map(({ portName, protocol, port, nodePort }) => ({
        ...(portName !== '' && { name: portName }),
        protocol,
        port,
        nodePort,
      })),
    },
    status: { loadBalancer: { ingress: first.loadBalancerVIPs?.map((ip) => ({ ip })) } },
  };
}

const slice = (port: ScenarioServicePort, addressType: IpFamily): KubeObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: meta(port.namespace, `${port.name}-${port.portName || 'unnamed'}`, { 'kubernetes.io/service-name': port.name }),
  addressType,
  ports: [{ name: port.portName, protocol: port.protocol, port: port.endpoints[0]?.port ?? port.port }],
  endpoints: port.endpoints.map(({ address, local, ready, serving, terminating, zoneHints }) => ({
    addresses: [address],
    nodeName: local ? NODE : 'another-node',
    conditions: { ready, serving, terminating },
    ...(zoneHints && { hints: { forZones: zoneHints.map((name) => ({ name })) } }),
  })),
});

function configuration({ config }: Scenario): KubeProxyConfiguration {
  const [option, value] = config.detectLocalArgs ?? [undefined, ''];
  const byInterface = value.endsWith('+')
    ? { detectLocalMode: 'InterfaceNamePrefix', detectLocal: { interfaceNamePrefix: value.slice(0, -1) } }
    : { detectLocalMode: 'BridgeInterface', detectLocal: { bridgeInterface: value } };
  return {
    ...(option === '-i' ? byInterface : { clusterCIDR: value }),
    nodePortAddresses: config.nodePortAddresses,
    iptables: { masqueradeAll: config.masqueradeAll, localhostNodePorts: config.localhostNodePorts },
  };
}

/** A node whose tools succeed and remember what they were given. */
class RecordingTools {
  readonly calls: string[] = [];
  restored = '';

  constructor(private readonly addresses: readonly string[]) {}

  run(argv: readonly string[], stdin?: string) {
    this.calls.push(argv.join(' '));
    if (stdin !== undefined) this.restored = stdin;
    const stdout = argv[0] === 'ip' ? this.addresses.map((ip, i) => `${i + 1}: eth${i}    inet ${ip}/16 scope global\n`).join('') : '';
    return { exitCode: argv.includes('-C') ? 1 : 0, stdout, stderr: '' };
  }

  setSysctl(name: string, value: string) {
    this.calls.push(`sysctl ${name}=${value}`);
  }
}

function syncOnce(scenario: Scenario, full = true): RecordingTools {
  const { config, servicePorts } = scenario;
  const serviceNames = [...new Set(servicePorts.map(({ name }) => name))];
  const objects: Record<string, KubeObject[]> = {
    services: serviceNames.map((name) =>
      service(
        servicePorts.filter((port) => port.name === name),
        config.ipFamily,
      ),
    ),
    endpointslices: servicePorts.map((port) => slice(port, config.ipFamily)),
  };
  const node: KubeObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: meta('', NODE, config.nodeZone === null ? {} : { 'topology.kubernetes.io/zone': config.nodeZone }),
    status: { addresses: [{ type: 'InternalIP', address: config.nodeIP }] },
  };
  const tracker = new ChangeTracker(
    { list: (resource: string) => objects[resource] ?? [], subscribe: () => undefined },
    config.ipFamily,
    () => undefined,
  );
  const tools = new RecordingTools(['127.0.0.1', config.nodeIP, '10.10.1.1']);
  const proxier = new IptablesProxier({
    nodeName: NODE,
    family: config.ipFamily,
    tools,
    config: configuration(scenario),
    tracker,
    node: () => node,
  });
  const memory = proxier.setUp();
  proxier.syncProxyRules({ full, changes: noChanges(), chance: Prng.derive(1, 'test', 1), memory, mayCleanUp: true, nowUs: 0 });
  return tools;
}

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
