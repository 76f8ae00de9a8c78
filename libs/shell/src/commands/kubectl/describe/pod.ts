import type { KubeObject } from '@svclab/kube-api';
import { writeContainers } from './container.js';
import { rfc1123, since, type Describe, type DescribeContext } from './describer.js';
import { writeVolumes } from './volumes.js';
import { writeAnnotations, writeLabels, writeUnderTitle, type DescribeWriter } from './writer.js';

export const describePod: Describe = (pod, writer, context) => {
  const { metadata, spec = {}, status = {} } = pod;
  writer.line(0, 'Name:', metadata.name);
  writer.line(0, 'Namespace:', metadata.namespace!);
  if (spec['priority'] !== undefined) writer.line(0, 'Priority:', spec['priority'] as number);
  if (spec['priorityClassName']) writer.line(0, 'Priority Class Name:', spec['priorityClassName'] as string);
  if (spec['runtimeClassName']) writer.line(0, 'Runtime Class Name:', spec['runtimeClassName'] as string);
  if (spec['serviceAccountName']) writer.line(0, 'Service Account:', spec['serviceAccountName'] as string);
  writer.line(0, 'Node:', spec['nodeName'] ? `${spec['nodeName']}/${status['hostIP'] ?? ''}` : '<none>');
  if (status['startTime']) writer.line(0, 'Start Time:', rfc1123(status['startTime'] as string));
  writeLabels(writer, 'Labels', metadata.labels);
  writeAnnotations(writer, 'Annotations', metadata.annotations);
  writeStatus(pod, writer, context);
  writer.line(0, 'IP:', (status['podIP'] ?? '') as string);
  writePodIps(writer, (status['podIPs'] ?? []) as { ip: string }[]);
  const controller = metadata.ownerReferences?.find((reference) => reference.controller);
  if (controller) writer.line(0, 'Controlled By:', `${controller.kind}/${controller.name}`);
  if (status['nominatedNodeName']) writer.line(0, 'NominatedNodeName:', status['nominatedNodeName'] as string);
  if (spec['initContainers']?.length) writeContainers(writer, 'Init Containers', pod, 'init', '');
  writeContainers(writer, 'Containers', pod, 'main', '');
  writeConditions(writer, (status['conditions'] ?? []) as { type: string; status: string }[]);
  writeVolumes(writer, (spec['volumes'] ?? []) as Record<string, any>[], '');
  writer.line(0, 'QoS Class:', (status['qosClass'] ?? 'BestEffort') as string);
  writeLabels(writer, 'Node-Selectors', spec['nodeSelector'] as Record<string, string> | undefined);
  writeTolerations(writer, 'Tolerations', (spec['tolerations'] ?? []) as Toleration[]);
};

function writeStatus(pod: Readonly<KubeObject>, writer: DescribeWriter, context: DescribeContext): void {
  const { metadata, spec = {}, status = {} } = pod;
  const ended = status['phase'] === 'Failed' || status['phase'] === 'Succeeded';
  if (metadata.deletionTimestamp && !ended) {
    writer.line(0, 'Status:', `Terminating (lasts ${since(context, metadata.deletionTimestamp)})`);
    writer.line(0, 'Termination Grace Period:', `${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else writer.line(0, 'Status:', (status['phase'] ?? '') as string);
  if (status['reason']) writer.line(0, 'Reason:', status['reason'] as string);
  if (status['message']) writer.line(0, 'Message:', status['message'] as string);
  const profile = spec['securityContext']?.seccompProfile as { type: string; localhostProfile?: string } | undefined;
  if (profile) writer.line(0, 'SeccompProfile:', profile.type);
  if (profile?.localhostProfile) writer.line(0, 'LocalhostProfile:', profile.localhostProfile);
}

function writePodIps(writer: DescribeWriter, addresses: readonly { readonly ip: string }[]): void {
  if (addresses.length === 0) {
    writer.line(0, 'IPs:', '<none>');
    return;
  }
  writer.line(0, 'IPs:');
  for (const { ip } of addresses) writer.line(1, 'IP:', ip);
}

function writeConditions(writer: DescribeWriter, conditions: readonly { readonly type: string; readonly status: string }[]): void {
  if (conditions.length === 0) return;
  writer.line(0, 'Conditions:');
  writer.line(1, 'Type', 'Status');
  for (const condition of conditions) writer.line(1, `${condition.type} `, `${condition.status} `);
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/** `node.kubernetes.io/not-ready:NoExecute op=Exists for 300s`, sorted by key. */
export function writeTolerations(writer: DescribeWriter, title: string, tolerations: readonly Toleration[]): void {
  const sorted = tolerations.toSorted((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : (a.key ?? '') > (b.key ?? '') ? 1 : 0));
  writeUnderTitle(writer, title, sorted.map(tolerationText));
}

function tolerationText({ key = '', operator, value, effect, tolerationSeconds }: Toleration): string {
  let text = key + (value ? `=${value}` : '') + (effect ? `:${effect}` : '');
  if (operator === 'Exists' && !value) text += text === '' ? 'op=Exists' : ' op=Exists';
  return tolerationSeconds === undefined ? text : `${text} for ${tolerationSeconds}s`;
}
