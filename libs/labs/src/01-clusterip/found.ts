import type { KubeObject } from '@svclab/kube-api';
import type { Finding } from '../types.js';
import type { TextKey } from './en.js';

/** The Service, its client and its port, as the chapter's manifests name them. */
export const SERVICE = 'svc-clusterip';
export const CLIENT = 'net-pod';
export const PORT = 9000;

const finding =
  (holds: boolean) =>
  (key: TextKey, params: Finding['found']['params'] = {}): Finding => ({ holds, found: { key, params } });

export const holds = finding(true);
export const notYet = finding(false);

/** Undefined unless the Service can be reached by an address of its own. */
export function addressOf(service: KubeObject | undefined): string | undefined {
  const address: string | undefined = service?.spec?.['clusterIP'];
  return address === 'None' ? undefined : address;
}

/** Why a pod does not run; undefined when it does. */
export function idle(name: string, pod: KubeObject | undefined): Finding | undefined {
  if (!pod) return notYet('found.no-pod', { pod: name });
  if (pod.metadata.deletionTimestamp) return notYet('found.pod-ending', { pod: name });
  const phase: string = pod.status?.['phase'] ?? 'Unknown';
  return phase === 'Running' ? undefined : notYet('found.pod-phase', { pod: name, phase });
}

/** `pod/default/webpod1` → `webpod1`. */
export const podName = (netns: string): string => netns.slice(netns.lastIndexOf('/') + 1);
