import type { KubeObject } from '@svclab/kube-api';
import { rfc1123 } from './describer.js';
import type { DescribeWriter } from './writer.js';

type Container = Readonly<Record<string, any>> & { readonly name: string };
type ContainerStatus = Readonly<Record<string, any>> & { readonly name: string };

const MEMBERS = {
  init: ['initContainers', 'initContainerStatuses'],
  main: ['containers', 'containerStatuses'],
} as const;

/**
 * The containers of a pod, or of a pod template (which has no status).
 * @param indent In front of the title: two blanks inside a template.
 */
export function writeContainers(
  writer: DescribeWriter,
  title: string,
  pod: Pick<KubeObject, 'spec' | 'status'> & Partial<Pick<KubeObject, 'metadata'>>,
  which: keyof typeof MEMBERS,
  indent: string,
): void {
  const [member, statusMember] = MEMBERS[which];
  const containers = (pod.spec?.[member] ?? []) as Container[];
  const statuses = (pod.status?.[statusMember] ?? []) as ContainerStatus[];
  writer.write(0, `${indent}${title}:${containers.length === 0 ? ' <none>' : ''}\n`);
  for (const container of containers) {
    const status = statuses.find(({ name }) => name === container.name);
    writer.line(1, `${indent ? ' ' : ''}${container.name}:`);
    writeImageAndPorts(writer, container, status);
    writeWords(writer, 'Command', container['command']);
    writeWords(writer, 'Args', container['args']);
    if (status) writeStatus(writer, status);
    writeResources(writer, container['resources']);
    for (const [probeTitle, probe] of PROBES) if (container[probe]) writer.line(2, `${probeTitle}:`, probeText(container[probe]));
    writeEnvironment(writer, container, pod);
    writeMounts(writer, (container['volumeMounts'] ?? []) as Mount[]);
  }
}

const PROBES = [
  ['Liveness', 'livenessProbe'],
  ['Readiness', 'readinessProbe'],
  ['Startup', 'startupProbe'],
] as const;

const portName = ({ name }: { name?: string }): string => (name ? ` (${name})` : '');

function writeImageAndPorts(writer: DescribeWriter, container: Container, status: ContainerStatus | undefined): void {
  if (status) writer.line(2, 'Container ID:', status['containerID'] ?? '');
  writer.line(2, 'Image:', container['image'] ?? '');
  if (status) writer.line(2, 'Image ID:', status['imageID'] ?? '');
  const ports = (container['ports'] ?? []) as { containerPort: number; hostPort?: number; protocol: string; name?: string }[];
  const many = ports.length > 1 ? 's' : '';
  writer.line(2, `Port${many}:`, ports.map((port) => `${port.containerPort}/${port.protocol}${portName(port)}`).join(', ') || '<none>');
  writer.line(
    2,
    `Host Port${many}:`,
    ports.map((port) => `${port.hostPort ?? 0}/${port.protocol}${portName(port)}`).join(', ') || '<none>',
  );
  const profile = container['securityContext']?.seccompProfile as { type: string } | undefined;
  if (profile) writer.line(2, 'SeccompProfile:', profile.type);
}

function writeWords(writer: DescribeWriter, title: string, words: readonly string[] | undefined): void {
  if (!words?.length) return;
  writer.line(2, `${title}:`);
  for (const line of words.flatMap((word) => word.split('\n'))) writer.line(3, line);
}

function writeStatus(writer: DescribeWriter, status: ContainerStatus): void {
  writeState(writer, 'State', (status['state'] ?? {}) as ContainerState);
  if (status['lastState']?.terminated) writeState(writer, 'Last State', status['lastState'] as ContainerState);
  writer.line(2, 'Ready:', status['ready'] ? 'True' : 'False');
  writer.line(2, 'Restart Count:', (status['restartCount'] ?? 0) as number);
}

interface ContainerState {
  readonly running?: { readonly startedAt?: string };
  readonly waiting?: { readonly reason?: string };
  readonly terminated?: Readonly<Record<string, any>>;
}

function writeState(writer: DescribeWriter, title: string, { running, waiting, terminated }: ContainerState): void {
  if (running) {
    writer.line(2, `${title}:`, 'Running');
    writer.line(3, 'Started:', rfc1123(running.startedAt));
  } else if (terminated) {
    writer.line(2, `${title}:`, 'Terminated');
    if (terminated['reason']) writer.line(3, 'Reason:', terminated['reason']);
    if (terminated['message']) writer.line(3, 'Message:', terminated['message']);
    writer.line(3, 'Exit Code:', terminated['exitCode'] ?? 0);
    if (terminated['signal']) writer.line(3, 'Signal:', terminated['signal']);
    writer.line(3, 'Started:', rfc1123(terminated['startedAt']));
    writer.line(3, 'Finished:', rfc1123(terminated['finishedAt']));
  } else {
    writer.line(2, `${title}:`, 'Waiting');
    if (waiting?.reason) writer.line(3, 'Reason:', waiting.reason);
  }
}

function writeResources(writer: DescribeWriter, resources: Readonly<Record<string, Record<string, string>>> | undefined): void {
  for (const [title, member] of [['Limits', 'limits'] as const, ['Requests', 'requests'] as const]) {
    const quantities = Object.entries(resources?.[member] ?? {}).toSorted();
    if (quantities.length > 0) writer.line(2, `${title}:`);
    for (const [name, quantity] of quantities) writer.line(3, `${name}:`, quantity);
  }
}

/** `http-get http://:8080/ready delay=0s timeout=1s period=10s successThreshold=1 failureThreshold=3`. */
function probeText(probe: Readonly<Record<string, any>>): string {
  const timing =
    `delay=${probe['initialDelaySeconds'] ?? 0}s timeout=${probe['timeoutSeconds'] ?? 1}s period=${probe['periodSeconds'] ?? 10}s ` +
    `successThreshold=${probe['successThreshold'] ?? 1} failureThreshold=${probe['failureThreshold'] ?? 3}`;
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec) return `exec [${((exec.command ?? []) as string[]).join(' ')}] ${timing}`;
  if (httpGet)
    return `http-get ${(httpGet.scheme ?? 'HTTP').toLowerCase()}://${httpGet.host ?? ''}:${httpGet.port}${httpGet.path ?? ''} ${timing}`;
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port} ${timing}`;
  return grpc ? `grpc <pod>:${grpc.port} ${grpc.service ?? ''} ${timing}` : `unknown ${timing}`;
}

function writeEnvironment(writer: DescribeWriter, container: Container, pod: Parameters<typeof writeContainers>[2]): void {
  const sources = (container['envFrom'] ?? []) as Readonly<Record<string, any>>[];
  if (sources.length > 0) {
    writer.line(2, 'Environment Variables from:');
    for (const { configMapRef, secretRef, prefix } of sources) {
      const reference = configMapRef ?? secretRef;
      const kind = configMapRef ? 'ConfigMap' : 'Secret';
      writer.line(3, reference?.name ?? '', prefix ? `${kind} with prefix '${prefix}'` : kind, `Optional: ${reference?.optional ?? false}`);
    }
  }
  const variables = (container['env'] ?? []) as { name: string; value?: string; valueFrom?: Record<string, any> }[];
  if (variables.length === 0) writer.line(2, 'Environment:', '<none>');
  else writer.line(2, 'Environment:');
  for (const { name, value = '', valueFrom } of variables) {
    if (valueFrom) writer.line(3, `${name}:`, referenceText(valueFrom, pod));
    else value.split('\n').forEach((line, index) => writer.line(3, index === 0 ? `${name}:` : '', line));
  }
}

function referenceText(from: Readonly<Record<string, any>>, pod: Parameters<typeof writeContainers>[2]): string {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = from;
  if (fieldRef) return `${fieldValue(pod, fieldRef.fieldPath as string)} (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`;
  if (resourceFieldRef) return ` (${resourceFieldRef.resource})`;
  if (secretKeyRef)
    return `<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name}'>\tOptional: ${secretKeyRef.optional ?? false}`;
  return `<set to the key '${configMapKeyRef?.key}' of config map '${configMapKeyRef?.name}'>\tOptional: ${configMapKeyRef?.optional ?? false}`;
}

/** What the downward API gives for `metadata.name`, `metadata.labels['x']`. Templates and fields of the status have no value here, as upstream. */
function fieldValue(pod: Parameters<typeof writeContainers>[2], path: string): string {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript) return pod.metadata?.[subscript[1] as 'labels' | 'annotations']?.[subscript[2]!] ?? '';
  return path === 'metadata.name' || path === 'metadata.namespace' || path === 'metadata.uid'
    ? (pod.metadata?.[path.slice('metadata.'.length) as 'name' | 'namespace' | 'uid'] ?? '')
    : '';
}

interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
}

function writeMounts(writer: DescribeWriter, mounts: readonly Mount[]): void {
  if (mounts.length === 0) writer.line(2, 'Mounts:', '<none>');
  else writer.line(2, 'Mounts:');
  for (const mount of mounts.toSorted((a, b) => (a.mountPath < b.mountPath ? -1 : 1))) {
    const flags = [mount.readOnly ? 'ro' : 'rw', ...(mount.subPath ? [`path=${JSON.stringify(mount.subPath)}`] : [])];
    writer.line(3, `${mount.mountPath} from ${mount.name} (${flags.join(',')})`);
  }
}
