import type { KubeObject } from '@svclab/kube-api';
import type { Addon } from './addons.js';

const TEMPLATE_HASH = { DaemonSet: 'controller-revision-hash', Deployment: 'pod-template-hash' } as const;

const template = ({ podLabels, podAnnotations, podSpec }: Addon, extraLabels: object = {}): object => ({
  metadata: { labels: { ...podLabels, ...extraLabels }, ...(podAnnotations ? { annotations: podAnnotations } : {}) },
  spec: podSpec,
});

const metadata = ({ name, namespace, labels }: Addon): object => ({ name, namespace, ...(Object.keys(labels).length ? { labels } : {}) });

/** What selects an addon's pods: kind's and kubeadm's manifests use the pods' own labels but for kindnet, which goes by one. */
const selector = ({ name, podLabels }: Addon): { [name: string]: string } => (name === 'kindnet' ? { app: 'kindnet' } : { ...podLabels });

export const daemonSet = (addon: Addon): object => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: metadata(addon),
  spec: {
    revisionHistoryLimit: 10,
    selector: { matchLabels: selector(addon) },
    template: template(addon),
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  },
});

export const deployment = (addon: Addon): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...metadata(addon), annotations: { 'deployment.kubernetes.io/revision': '1' } },
  spec: {
    progressDeadlineSeconds: 600,
    replicas: addon.replicas,
    revisionHistoryLimit: 10,
    selector: { matchLabels: selector(addon) },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: addon.name === 'coredns' ? 1 : '25%' } },
    template: template(addon),
  },
});

export function replicaSet(addon: Addon, owner: Readonly<KubeObject>): object {
  const hash = { 'pod-template-hash': addon.hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${addon.name}-${addon.hash}`,
      namespace: addon.namespace,
      labels: { ...addon.podLabels, ...hash },
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(addon.replicas),
        'deployment.kubernetes.io/max-replicas': String(addon.replicas + Math.ceil(addon.replicas / 4)),
        'deployment.kubernetes.io/revision': '1',
      },
      ownerReferences: [ownerReference(owner)],
    },
    spec: { replicas: addon.replicas, selector: { matchLabels: { ...selector(addon), ...hash } }, template: template(addon, hash) },
  };
}

/** A pod as the controller of its owner creates it, bound to a node. */
export function podOf(addon: Addon, owner: Readonly<KubeObject>, node: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: addon.namespace,
      labels: {
        ...addon.podLabels,
        [TEMPLATE_HASH[addon.kind]]: addon.hash,
        ...(addon.kind === 'DaemonSet' ? { 'pod-template-generation': '1' } : {}),
      },
      ...(addon.podAnnotations ? { annotations: addon.podAnnotations } : {}),
      ownerReferences: [ownerReference(owner)],
    },
    spec: { ...addon.podSpec, nodeName: node },
  };
}

/** Status of an owner all of whose `count` pods are ready. */
export function workloadStatus(kind: string, count: number, rollout?: { readonly replicaSet: string; readonly now: string }): object {
  if (kind === 'DaemonSet') {
    return {
      currentNumberScheduled: count,
      desiredNumberScheduled: count,
      numberAvailable: count,
      numberMisscheduled: 0,
      numberReady: count,
      observedGeneration: 1,
      updatedNumberScheduled: count,
    };
  }
  const replicas = { availableReplicas: count, observedGeneration: 1, readyReplicas: count, replicas: count };
  if (!rollout) return { ...replicas, fullyLabeledReplicas: count };
  const times = { lastTransitionTime: rollout.now, lastUpdateTime: rollout.now };
  return {
    ...replicas,
    updatedReplicas: count,
    conditions: [
      { ...times, type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' },
      {
        ...times,
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "${rollout.replicaSet}" has successfully progressed.`,
      },
    ],
  };
}

const ownerReference = ({ apiVersion, kind, metadata: { name, uid } }: Readonly<KubeObject>): object => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});
