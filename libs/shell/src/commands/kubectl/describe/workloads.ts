import { formatSelector, type KubeObject, type LabelSelector } from '@svclab/kube-api';
import { labelsOrNone } from '../printers/table.js';
import { writeContainers } from './container.js';
import { rfc1123, type Describe, type DescribeContext } from './describer.js';
import { writeTolerations, type Toleration } from './pod.js';
import { writeVolumes } from './volumes.js';
import { DescribeWriter, writeAnnotations, writeLabels } from './writer.js';

export const describeDeployment: Describe = (deployment, writer, context) => {
  const { metadata, spec = {}, status = {} } = deployment;
  writer.line(0, 'Name:', metadata.name);
  writer.line(0, 'Namespace:', metadata.namespace!);
  writer.line(0, 'CreationTimestamp:', rfc1123(metadata.creationTimestamp));
  writeLabels(writer, 'Labels', metadata.labels);
  writeAnnotations(writer, 'Annotations', metadata.annotations);
  writer.line(0, 'Selector:', selectorText(deployment));
  const count = (member: string): number => (status[member] ?? 0) as number;
  writer.line(
    0,
    'Replicas:',
    `${spec['replicas'] ?? 1} desired | ${count('updatedReplicas')} updated | ${count('replicas')} total | ` +
      `${count('availableReplicas')} available | ${count('unavailableReplicas')} unavailable`,
  );
  writer.line(0, 'StrategyType:', (spec['strategy']?.type ?? '') as string);
  writer.line(0, 'MinReadySeconds:', (spec['minReadySeconds'] ?? 0) as number);
  const rolling = spec['strategy']?.rollingUpdate as { maxUnavailable: string | number; maxSurge: string | number } | undefined;
  if (rolling) writer.line(0, 'RollingUpdateStrategy:', `${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`);
  writePodTemplate(writer, spec['template'] as PodTemplate);
  writeConditions(writer, deployment);
  writeReplicaSets(writer, deployment, context);
};

export const describeReplicaSet: Describe = (replicaSet, writer, context) => {
  const { metadata, spec = {}, status = {} } = replicaSet;
  writer.line(0, 'Name:', metadata.name);
  writer.line(0, 'Namespace:', metadata.namespace!);
  writer.line(0, 'Selector:', selectorText(replicaSet));
  writeLabels(writer, 'Labels', metadata.labels);
  writeAnnotations(writer, 'Annotations', metadata.annotations);
  const controller = controllerOf(replicaSet);
  if (controller) writer.line(0, 'Controlled By:', `${controller.kind}/${controller.name}`);
  writer.line(0, 'Replicas:', `${status['replicas'] ?? 0} current / ${spec['replicas'] ?? 1} desired`);
  writer.line(0, 'Pods Status:', podsStatus(replicaSet, context));
  writePodTemplate(writer, spec['template'] as PodTemplate);
  writeConditions(writer, replicaSet);
};

const DAEMON_COUNTS = [
  ['Desired Number of Nodes Scheduled', 'desiredNumberScheduled'],
  ['Current Number of Nodes Scheduled', 'currentNumberScheduled'],
  ['Number of Nodes Scheduled with Up-to-date Pods', 'updatedNumberScheduled'],
  ['Number of Nodes Scheduled with Available Pods', 'numberAvailable'],
  ['Number of Nodes Misscheduled', 'numberMisscheduled'],
] as const;

export const describeDaemonSet: Describe = (daemonSet, writer, context) => {
  const { metadata, spec = {}, status = {} } = daemonSet;
  writer.line(0, 'Name:', metadata.name);
  writer.line(0, 'Selector:', selectorText(daemonSet));
  writer.line(0, 'Node-Selector:', labelsOrNone(spec['template']?.spec?.nodeSelector as Record<string, string> | undefined));
  writeLabels(writer, 'Labels', metadata.labels);
  writeAnnotations(writer, 'Annotations', metadata.annotations);
  for (const [title, member] of DAEMON_COUNTS) writer.line(0, `${title}: ${status[member] ?? 0}`);
  writer.line(0, 'Pods Status:', podsStatus(daemonSet, context));
  writePodTemplate(writer, spec['template'] as PodTemplate);
};

interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, any>>;
}

/** A pod template as `kubectl rollout history --revision` shows it. */
export function podTemplateText(template: PodTemplate): string {
  const writer = new DescribeWriter();
  writePodTemplate(writer, template);
  return writer.unaligned();
}

function writePodTemplate(writer: DescribeWriter, { metadata, spec = {} }: PodTemplate): void {
  writer.line(0, 'Pod Template:');
  writeLabels(writer, '  Labels', metadata?.labels);
  if (Object.keys(metadata?.annotations ?? {}).length > 0) writeAnnotations(writer, '  Annotations', metadata?.annotations);
  if (spec['serviceAccountName']) writer.line(1, 'Service Account:', spec['serviceAccountName'] as string);
  // A template's field references have nothing to refer to yet.
  const template = { spec };
  if (spec['initContainers']?.length) writeContainers(writer, 'Init Containers', template, 'init', '  ');
  writeContainers(writer, 'Containers', template, 'main', '  ');
  writeVolumes(writer, (spec['volumes'] ?? []) as Record<string, any>[], '  ');
  if (spec['priorityClassName']) writer.line(1, 'Priority Class Name:', spec['priorityClassName'] as string);
  writeLabels(writer, '  Node-Selectors', spec['nodeSelector'] as Record<string, string> | undefined);
  writeTolerations(writer, '  Tolerations', (spec['tolerations'] ?? []) as Toleration[]);
}

function writeConditions(writer: DescribeWriter, object: Readonly<KubeObject>): void {
  const conditions = (object.status?.['conditions'] ?? []) as { type: string; status: string; reason?: string }[];
  if (conditions.length === 0) return;
  writer.line(0, 'Conditions:');
  writer.line(1, 'Type', 'Status', 'Reason');
  writer.line(1, '----', '------', '------');
  for (const { type, status, reason } of conditions) writer.line(1, `${type} `, status, reason ?? '');
}

const revision = (object: Readonly<KubeObject>): number => Number(object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);

const replicaSetsText = (sets: readonly Readonly<KubeObject>[]): string =>
  sets
    .map(({ metadata, status, spec }) => `${metadata.name} (${status?.['replicas'] ?? 0}/${spec?.['replicas'] ?? 1} replicas created)`)
    .join(', ') || '<none>';

function writeReplicaSets(writer: DescribeWriter, deployment: Readonly<KubeObject>, context: DescribeContext): void {
  const owned = context.api
    .list('replicasets', { namespace: deployment.metadata.namespace })
    .filter((replicaSet) => controllerOf(replicaSet)?.uid === deployment.metadata.uid);
  if (owned.length === 0) return;
  const newest = owned.reduce((best, candidate) => (revision(candidate) > revision(best) ? candidate : best));
  const old = owned.filter((replicaSet) => replicaSet !== newest);
  writer.line(0, 'OldReplicaSets:', replicaSetsText(old));
  writer.line(0, 'NewReplicaSet:', replicaSetsText([newest]));
}

const selectorText = (object: Readonly<KubeObject>): string =>
  formatSelector(object.spec?.['selector'] as LabelSelector | undefined) || '<none>';

const controllerOf = (object: Readonly<KubeObject>) => object.metadata.ownerReferences?.find((reference) => reference.controller);

function podsStatus(owner: Readonly<KubeObject>, context: DescribeContext): string {
  const pods = context.api
    .list('pods', { namespace: owner.metadata.namespace })
    .filter((pod) => controllerOf(pod)?.uid === owner.metadata.uid);
  const inPhase = (phase: string): number => pods.filter((pod) => pod.status?.['phase'] === phase).length;
  return `${inPhase('Running')} Running / ${inPhase('Pending')} Waiting / ${inPhase('Succeeded')} Succeeded / ${inPhase('Failed')} Failed`;
}
