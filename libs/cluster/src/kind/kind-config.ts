import { isProxyMode, type ProxyModeName } from '@svclab/kube-proxy';
import { err, ok, type Result } from '@svclab/sim';
import { formatPrefix, ipv4Mask, parsePrefix, type Prefix } from '@svclab/wire';
import { parseDocument } from 'yaml';
import type { PortMapping } from '../docker/records.js';

export interface KindNode {
  readonly role: 'control-plane' | 'worker';
  readonly labels: { readonly [name: string]: string };
  readonly ports: readonly PortMapping[];
}

/** A kind.x-k8s.io/v1alpha4 Cluster, reduced to what changes the simulated cluster. */
export interface KindConfig {
  /** The cluster's name if the file gives one. */
  readonly name: string | null;
  readonly nodes: readonly KindNode[];
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly kubeProxyMode: ProxyModeName;
  readonly featureGates: { readonly [gate: string]: boolean };
  readonly runtimeConfig: { readonly [key: string]: string };
}

/** What kind does without a configuration file: one node that is control plane and worker. Source: kind `pkg/apis/config/v1alpha4/default.go`. */
export const DEFAULT_KIND_CONFIG: KindConfig = {
  name: null,
  nodes: [{ role: 'control-plane', labels: {}, ports: [] }],
  podSubnet: '10.244.0.0/16',
  serviceSubnet: '10.96.0.0/16',
  kubeProxyMode: 'iptables',
  featureGates: {},
  runtimeConfig: {},
};

const worker = (number: number): KindNode => ({ role: 'worker', labels: { mynode: `worker${number}` }, ports: [] });

/** The lab's own cluster: what profile `kind` starts with. */
export const LAB_KIND_CONFIG: KindConfig = {
  ...DEFAULT_KIND_CONFIG,
  name: 'myk8s',
  nodes: [
    {
      role: 'control-plane',
      labels: { mynode: 'control-plane' },
      ports: [30000, 30001, 30002].map((port) => ({ hostAddress: '0.0.0.0', hostPort: port, containerPort: port, protocol: 'tcp' })),
    },
    worker(1),
    worker(2),
    worker(3),
  ],
  podSubnet: '10.10.0.0/16',
  serviceSubnet: '10.200.1.0/24',
  featureGates: { InPlacePodVerticalScaling: true },
};

type Members = { readonly [name: string]: unknown };

const CLUSTER_FIELDS = [
  'kind',
  'apiVersion',
  'name',
  'nodes',
  'networking',
  'featureGates',
  'runtimeConfig',
  'kubeadmConfigPatches',
  'kubeadmConfigPatchesJSON6902',
  'containerdConfigPatches',
  'containerdConfigPatchesJSON6902',
];
const NODE_FIELDS = ['role', 'image', 'labels', 'extraMounts', 'extraPortMappings', 'kubeadmConfigPatches', 'kubeadmConfigPatchesJSON6902'];
const NETWORKING_FIELDS = [
  'ipFamily',
  'apiServerPort',
  'apiServerAddress',
  'podSubnet',
  'serviceSubnet',
  'disableDefaultCNI',
  'kubeProxyMode',
  'dnsSearch',
];
const PORT_FIELDS = ['containerPort', 'hostPort', 'listenAddress', 'protocol'];

/** A file that kind itself would refuse, or that asks for what is not simulated. The message is for the learner. */
class ConfigError extends Error {}

/** Parses the text of `kind create cluster --config`. The error is in kind's words where kind has them. */
export function parseKindConfig(text: string): Result<KindConfig, string> {
  const document = parseDocument(text, { prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    const line = text.slice(0, broken.pos[0]).split('\n').length;
    return err(`yaml: line ${line}: ${broken.message}`);
  }
  try {
    return ok(clusterOf(members(document.toJS(), 'the configuration', CLUSTER_FIELDS, 'v1alpha4.Cluster')));
  } catch (error) {
    if (error instanceof ConfigError) return err(error.message);
    throw error;
  }
}

function clusterOf(cluster: Members): KindConfig {
  const { apiVersion, kind } = cluster;
  if (apiVersion !== 'kind.x-k8s.io/v1alpha4')
    fail(`unknown apiVersion: ${apiVersion === undefined ? '' : text(apiVersion, 'apiVersion')}`);
  if (kind !== 'Cluster') fail(`unknown kind ${kind === undefined ? '' : text(kind, 'kind')} for apiVersion: ${String(apiVersion)}`);
  refusePresent(cluster, '', [
    'kubeadmConfigPatches',
    'kubeadmConfigPatchesJSON6902',
    'containerdConfigPatches',
    'containerdConfigPatchesJSON6902',
  ]);
  const networking = members(cluster['networking'] ?? {}, 'networking', NETWORKING_FIELDS, 'v1alpha4.Networking');
  refusePresent(networking, 'networking.', ['apiServerPort', 'apiServerAddress', 'dnsSearch']);
  if (networking['disableDefaultCNI']) notSimulated('networking.disableDefaultCNI: true');
  const ipFamily = networking['ipFamily'] ?? 'ipv4';
  if (ipFamily !== 'ipv4') notSimulated(`networking.ipFamily: ${text(ipFamily, 'networking.ipFamily')}`);
  return {
    name: cluster['name'] === undefined ? null : text(cluster['name'], 'name'),
    nodes: cluster['nodes'] === undefined ? DEFAULT_KIND_CONFIG.nodes : nodesOf(cluster['nodes']),
    podSubnet: subnet(networking['podSubnet'], DEFAULT_KIND_CONFIG.podSubnet, 'pod', 24),
    serviceSubnet: subnet(networking['serviceSubnet'], DEFAULT_KIND_CONFIG.serviceSubnet, 'service', 28),
    kubeProxyMode: proxyMode(networking['kubeProxyMode'] ?? 'iptables'),
    featureGates: gates(cluster['featureGates'] ?? {}),
    runtimeConfig: strings(cluster['runtimeConfig'] ?? {}, 'runtimeConfig'),
  };
}

/** Source: kind `pkg/internal/apis/config/validate.go`. */
function proxyMode(value: unknown): ProxyModeName {
  const mode = text(value, 'networking.kubeProxyMode');
  if (mode === 'none') notSimulated('networking.kubeProxyMode: none');
  if (!['iptables', 'ipvs', 'nftables'].includes(mode)) fail(`invalid configuration: invalid kubeProxyMode: ${mode}`);
  return isProxyMode(mode) ? mode : notSimulated(`networking.kubeProxyMode: ${mode}`);
}

function nodesOf(value: unknown): KindNode[] {
  if (!Array.isArray(value)) fail('nodes must be a list');
  const nodes = value.map((item, i): KindNode => {
    const node = members(item, `nodes[${i}]`, NODE_FIELDS, 'v1alpha4.Node');
    refusePresent(node, `nodes[${i}].`, ['extraMounts', 'kubeadmConfigPatches', 'kubeadmConfigPatchesJSON6902']);
    const role = node['role'] ?? 'control-plane';
    if (role !== 'control-plane' && role !== 'worker') fail(`invalid configuration: "${text(role, 'role')}" is not a valid node role`);
    if (node['image'] !== undefined && !isNodeImage(text(node['image'], 'image')))
      notSimulated(`nodes[${i}].image: ${String(node['image'])}`);
    return { role, labels: strings(node['labels'] ?? {}, 'labels'), ports: portsOf(node['extraPortMappings'] ?? [], i) };
  });
  const controlPlanes = nodes.filter(({ role }) => role === 'control-plane').length;
  if (controlPlanes === 0) fail('invalid configuration: must have at least one control-plane node');
  if (controlPlanes > 1) notSimulated('more than one control-plane node');
  if (nodes.length > 16) notSimulated('more than 16 nodes');
  return nodes;
}

function portsOf(value: unknown, node: number): PortMapping[] {
  if (!Array.isArray(value)) fail(`nodes[${node}].extraPortMappings must be a list`);
  return value.map((item, i): PortMapping => {
    const where = `nodes[${node}].extraPortMappings[${i}]`;
    const mapping = members(item, where, PORT_FIELDS, 'v1alpha4.PortMapping');
    const port = (name: string): number => {
      const number = mapping[name];
      if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 65535)
        fail(`invalid configuration: ${where}: invalid ${name}: ${String(number)}`);
      return number;
    };
    const protocol = text(mapping['protocol'] ?? 'TCP', 'protocol').toLowerCase();
    if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp')
      fail(`invalid configuration: ${where}: invalid protocol ${protocol}`);
    return {
      hostAddress: text(mapping['listenAddress'] ?? '0.0.0.0', 'listenAddress'),
      hostPort: port('hostPort'),
      containerPort: port('containerPort'),
      protocol,
    };
  });
}

const isNodeImage = (image: string): boolean => /^(docker\.io\/)?kindest\/node:v1\.31\.0(@sha256:[0-9a-f]{64})?$/.test(image);

function subnet(value: unknown, otherwise: string, which: 'pod' | 'service', longest: number): string {
  if (value === undefined) return otherwise;
  const given = text(value, `${which}Subnet`);
  const parsed = parsePrefix(given);
  if (!parsed.ok || !given.includes('/')) fail(`invalid configuration: invalid ${which} subnet invalid CIDR address: ${given}`);
  const { address, length } = parsed.value;
  if (typeof address !== 'number') notSimulated(`networking.${which}Subnet: ${given}`);
  if (length > longest) fail(`networking.${which}Subnet: ${given} is too small: at most /${longest}`);
  return formatPrefix({ address: (address & ipv4Mask(length)) >>> 0, length } satisfies Prefix);
}

function gates(value: unknown): { [gate: string]: boolean } {
  return mapValues(value, 'featureGates', (gate, enabled) => {
    if (typeof enabled !== 'boolean') fail(`featureGates.${gate} must be true or false`);
    if (gate === 'MultiCIDRServiceAllocator' && enabled) notSimulated('featureGates.MultiCIDRServiceAllocator: true');
    return enabled;
  });
}

const strings = (value: unknown, where: string): { [name: string]: string } =>
  mapValues(value, where, (name, item) => text(item, `${where}.${name}`));

function mapValues<T>(value: unknown, where: string, convert: (name: string, item: unknown) => T): { [name: string]: T } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) fail(`${where} must be a mapping`);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, convert(name, item)]));
}

function members(value: unknown, where: string, allowed: readonly string[], type: string): Members {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) fail(`${where} must be a mapping`);
  for (const name of Object.keys(value))
    if (!allowed.includes(name)) fail(`unable to decode config: field ${name} not found in type ${type}`);
  return value as Members;
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return fail(`${where} must be a string`);
}

function refusePresent(given: Members, path: string, names: readonly string[]): void {
  for (const name of names) if (given[name] !== undefined) notSimulated(`${path}${name}`);
}

function notSimulated(what: string): never {
  fail(`${what} is not simulated yet`);
}

function fail(message: string): never {
  throw new ConfigError(message);
}
