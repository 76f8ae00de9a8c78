import type { KubeObject } from '@svclab/kube-api';
import { Prng } from '@svclab/sim';
import { ChangeTracker, noChanges } from '../change-tracker.js';
import type { IpFamily, KubeProxyConfiguration } from '../configuration.js';
import type { Proxier, ProxierContext } from '../proxier.js';
import type { ServiceProtocol } from '../service-port.js';

export interface ScenarioEndpoint {
  readonly address: string;
  readonly port: number;
  readonly local: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints?: readonly string[];
}

export interface ScenarioServicePort {
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
  readonly annotations?: Readonly<Record<string, string>>;
  readonly endpoints: readonly ScenarioEndpoint[];
}

/** A cluster in a few lines, and what kube-proxy writes for it in iptables mode. */
export interface Scenario {
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

export const NODE = 'node-1';

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
    metadata: { ...meta(first.namespace, first.name), ...(first.annotations && { annotations: first.annotations }) },
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
    nftables: { masqueradeAll: config.masqueradeAll },
  };
}

/** A node whose tools succeed and remember what they were given. */
export class RecordingTools {
  readonly calls: string[] = [];
  /** What calls were given to read, by command. */
  readonly inputs: { readonly command: string; readonly text: string }[] = [];
  restored = '';

  constructor(private readonly addresses: readonly string[]) {}

  run(argv: readonly string[], stdin?: string) {
    this.calls.push(argv.join(' '));
    if (stdin !== undefined) {
      this.restored = stdin;
      this.inputs.push({ command: argv.join(' '), text: stdin });
    }
    const stdout = argv[0] === 'ip' ? this.addresses.map((ip, i) => `${i + 1}: eth${i}    inet ${ip}/16 scope global\n`).join('') : '';
    return { exitCode: argv.includes('-C') ? 1 : 0, stdout, stderr: '' };
  }

  setSysctl(name: string, value: string) {
    this.calls.push(`sysctl ${name}=${value}`);
  }
}

/** Lets a proxier sync once for the cluster of a scenario; `full` unless said otherwise. */
export function syncOnce(scenario: Scenario, makeProxier: (context: ProxierContext) => Proxier, full = true): RecordingTools {
  const tools = new RecordingTools(['127.0.0.1', scenario.config.nodeIP, '10.10.1.1']);
  const proxier = makeProxier(proxierContext(scenario, tools));
  const memory = proxier.setUp();
  proxier.syncProxyRules({ full, changes: noChanges(), chance: Prng.derive(1, 'test', 1), memory, mayCleanUp: true, nowUs: 0 });
  return tools;
}

function proxierContext(scenario: Scenario, tools: RecordingTools): ProxierContext {
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
  return { nodeName: NODE, family: config.ipFamily, tools, config: configuration(scenario), tracker, node: () => node };
}
