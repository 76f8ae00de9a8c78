import type { KubeObject } from '../../types.js';
import { allContainers, podSpecOf, type Container, type Handler, type PodSpec, type Probe, type Volume } from './fields.js';

/** 0644 */
const DEFAULT_FILE_MODE = 420;
const DEFAULT_TOKEN_SECONDS = 3600;

/** Defaults of a pod (pkg/apis/core/v1/defaults.go `SetDefaults_Pod`). */
export function applyPodDefaults(pod: KubeObject): void {
  const spec = podSpecOf(pod);
  applyPodSpecDefaults(spec);
  spec.enableServiceLinks ??= true;
  for (const container of allContainers(spec)) {
    // What a container may use at most it also asks for, unless it says less.
    const { limits } = container.resources ?? {};
    if (!limits) continue;
    container.resources!.requests = { ...limits, ...container.resources!.requests };
  }
}

/** Defaults of a pod's spec, in pods and in templates: they enter the pod-template-hash. */
export function applyPodSpecDefaults(spec: PodSpec): void {
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.restartPolicy ??= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ??= 'default-scheduler';
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  if (account) spec.serviceAccountName = spec.serviceAccount = account;
  for (const container of allContainers(spec)) applyContainerDefaults(container, spec.hostNetwork === true);
  for (const volume of spec.volumes ?? []) applyVolumeDefaults(volume);
}

function applyContainerDefaults(container: Container, hostNetwork: boolean): void {
  container.imagePullPolicy ??= usesLatest(container.image ?? '') ? 'Always' : 'IfNotPresent';
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  for (const port of container.ports ?? []) {
    port.protocol ??= 'TCP';
    if (hostNetwork) port.hostPort ??= port.containerPort;
  }
  for (const { valueFrom } of container.env ?? []) if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ??= 'v1';
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) if (probe) applyProbeDefaults(probe);
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop]) if (handler) applyHandlerDefaults(handler);
}

/** Whether an image reference has tag `latest`, by word or by having neither tag nor digest. */
function usesLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !name.includes(':') || name.endsWith(':latest');
}

function applyProbeDefaults(probe: Probe): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  applyHandlerDefaults(probe);
  if (probe.grpc) probe.grpc.service ??= '';
}

function applyHandlerDefaults(handler: Handler): void {
  if (!handler.httpGet) return;
  handler.httpGet.path ??= '/';
  handler.httpGet.scheme ??= 'HTTP';
}

function applyVolumeDefaults(volume: Volume): void {
  if (Object.keys(volume).length === 1) volume['emptyDir'] = {};
  if (volume['hostPath']) volume['hostPath'].type ??= '';
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected'])
    if (volume[source]) volume[source].defaultMode ??= DEFAULT_FILE_MODE;
  const fieldRefs = [...(volume['downwardAPI']?.items ?? [])];
  for (const source of volume['projected']?.sources ?? []) {
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= DEFAULT_TOKEN_SECONDS;
    fieldRefs.push(...(source.downwardAPI?.items ?? []));
  }
  for (const { fieldRef } of fieldRefs) if (fieldRef) fieldRef.apiVersion ??= 'v1';
}
