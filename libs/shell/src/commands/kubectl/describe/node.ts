import type { KubeObject } from '@svclab/kube-api';
import { rfc1123, since, type Describe, type DescribeContext } from './describer.js';
import { formatTotal, podTotals, quantityValue, type ResourceTotals } from './quantities.js';
import { writeAnnotations, writeLabels, writeUnderTitle, type DescribeWriter } from './writer.js';

export const describeNode: Describe = (node, writer, context) => {
  const { metadata, spec = {}, status = {} } = node;
  writer.line(0, 'Name:', metadata.name);
  writer.line(0, 'Roles:', rolesOf(node));
  writeLabels(writer, 'Labels', metadata.labels);
  writeAnnotations(writer, 'Annotations', metadata.annotations);
  writer.line(0, 'CreationTimestamp:', rfc1123(metadata.creationTimestamp));
  writeTaints(writer, (spec['taints'] ?? []) as Taint[]);
  writer.line(0, 'Unschedulable:', Boolean(spec['unschedulable']));
  writeLease(writer, node, context);
  writeConditions(writer, (status['conditions'] ?? []) as Record<string, string>[]);
  writer.line(0, 'Addresses:');
  for (const { type, address } of (status['addresses'] ?? []) as { type: string; address: string }[]) writer.line(1, `${type}:`, address);
  writeResourceList(writer, 'Capacity', status['capacity'] as Record<string, string> | undefined);
  writeResourceList(writer, 'Allocatable', status['allocatable'] as Record<string, string> | undefined);
  writeSystemInfo(writer, (status['nodeInfo'] ?? {}) as Record<string, string>);
  if (spec['podCIDR']) writer.line(0, 'PodCIDR:', spec['podCIDR'] as string);
  if (spec['podCIDRs']?.length) writer.line(0, 'PodCIDRs:', (spec['podCIDRs'] as string[]).join(','));
  if (spec['providerID']) writer.line(0, 'ProviderID:', spec['providerID'] as string);
  writePods(writer, node, context);
};

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function rolesOf(node: Readonly<KubeObject>): string {
  const labels = Object.entries(node.metadata.labels ?? {});
  const roles = labels.flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return [key.slice(ROLE_PREFIX.length)];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return [...new Set(roles.filter((role) => role !== ''))].toSorted().join(',') || '<none>';
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

function writeTaints(writer: DescribeWriter, taints: readonly Taint[]): void {
  const sorted = taints.toSorted((a, b) => (`${a.effect},${a.key}` < `${b.effect},${b.key}` ? -1 : 1));
  writeUnderTitle(
    writer,
    'Taints',
    sorted.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`),
  );
}

function writeLease(writer: DescribeWriter, node: Readonly<KubeObject>, context: DescribeContext): void {
  const { name } = node.metadata;
  const lease = context.api.get('leases', 'kube-node-lease', name);
  if (!lease) {
    writer.line(0, 'Lease:', `Failed to get lease: leases.coordination.k8s.io "${name}" not found`);
    return;
  }
  const { holderIdentity, acquireTime, renewTime } = lease.spec ?? {};
  writer.line(0, 'Lease:');
  writer.line(1, 'HolderIdentity:', (holderIdentity ?? '<unset>') as string);
  writer.line(1, 'AcquireTime:', acquireTime ? rfc1123(acquireTime as string) : '<unset>');
  writer.line(1, 'RenewTime:', renewTime ? rfc1123(renewTime as string) : '<unset>');
}

function writeConditions(writer: DescribeWriter, conditions: readonly Readonly<Record<string, string>>[]): void {
  if (conditions.length === 0) return;
  writer.line(0, 'Conditions:');
  writer.line(1, 'Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message');
  writer.line(1, '----', '------', '-----------------', '------------------', '------', '-------');
  for (const condition of conditions) {
    writer.line(
      1,
      `${condition['type']} `,
      `${condition['status']} `,
      `${rfc1123(condition['lastHeartbeatTime'])} `,
      `${rfc1123(condition['lastTransitionTime'])} `,
      `${condition['reason'] ?? ''} `,
      condition['message'] ?? '',
    );
  }
}

function writeResourceList(writer: DescribeWriter, title: string, list: Readonly<Record<string, string>> | undefined): void {
  const entries = Object.entries(list ?? {}).toSorted();
  if (entries.length > 0) writer.line(0, `${title}:`);
  for (const [name, quantity] of entries) writer.line(1, `${name}:`, quantity);
}

const SYSTEM_INFO = [
  ['Machine ID', 'machineID'],
  ['System UUID', 'systemUUID'],
  ['Boot ID', 'bootID'],
  ['Kernel Version', 'kernelVersion'],
  ['OS Image', 'osImage'],
  ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'],
  ['Container Runtime Version', 'containerRuntimeVersion'],
  ['Kubelet Version', 'kubeletVersion'],
  ['Kube-Proxy Version', 'kubeProxyVersion'],
] as const;

function writeSystemInfo(writer: DescribeWriter, info: Readonly<Record<string, string>>): void {
  writer.line(0, 'System Info:');
  for (const [title, member] of SYSTEM_INFO) writer.line(1, `${title}:`, info[member] ?? '');
}

function writePods(writer: DescribeWriter, node: Readonly<KubeObject>, context: DescribeContext): void {
  const pods = context.api.list('pods', {
    fieldSelector: `spec.nodeName=${node.metadata.name},status.phase!=Failed,status.phase!=Succeeded`,
  });
  const allocatable = (node.status?.['allocatable'] ?? node.status?.['capacity'] ?? {}) as Record<string, string>;
  const share = (totals: ResourceTotals, name: string): string => {
    const all = quantityValue(allocatable[name] ?? '0');
    return `${formatTotal(totals[name])} (${all === 0 ? 0 : Math.trunc(((totals[name]?.value ?? 0) / all) * 100)}%)`;
  };
  writer.line(0, 'Non-terminated Pods:', `(${pods.length} in total)`);
  writer.line(1, 'Namespace', 'Name', '', 'CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits', 'Age');
  writer.line(1, '---------', '----', '', '------------', '----------', '---------------', '-------------', '---');
  for (const pod of pods) {
    const [requests, limits] = [podTotals([pod], 'requests'), podTotals([pod], 'limits')];
    const { namespace, name, creationTimestamp } = pod.metadata;
    const shares = [share(requests, 'cpu'), share(limits, 'cpu'), share(requests, 'memory'), share(limits, 'memory')];
    writer.line(1, namespace!, name, '', ...shares, since(context, creationTimestamp));
  }
  const [requests, limits] = [podTotals(pods, 'requests'), podTotals(pods, 'limits')];
  writer.line(0, 'Allocated resources:');
  writer.line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)');
  writer.line(1, 'Resource', 'Requests', 'Limits');
  writer.line(1, '--------', '--------', '------');
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) writer.line(1, name, share(requests, name), share(limits, name));
  for (const name of Object.keys(allocatable)
    .filter((key) => key.startsWith('hugepages-'))
    .toSorted()) {
    writer.line(1, name, share(requests, name), share(limits, name));
  }
}
