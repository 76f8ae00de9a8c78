import { assert } from '@svclab/sim';
import { ageColumn, nameColumn } from './columns.js';
import { configMapRules, secretRules, serviceAccountRules } from './configuration.js';
import { endpointSliceRules, endpointsRules } from './endpoints.js';
import { eventRules } from './event.js';
import { ingressClassRules, ingressRules } from './ingress.js';
import { jobRules } from './job.js';
import type { KindRules } from './kind.js';
import { namespaceRules } from './namespace.js';
import { networkPolicyRules } from './network-policy.js';
import { nodeRules } from './node.js';
import { podRules } from './pod/index.js';
import { replicationControllerRules } from './replication-controller.js';
import { serviceRules } from './service/index.js';
import { controllerRevisionRules, daemonSetRules, deploymentRules, replicaSetRules } from './workloads.js';

const leaseRules: KindRules = {
  columns: [nameColumn, { name: 'Holder', cell: (lease) => (lease.spec?.['holderIdentity'] as string | undefined) ?? '' }, ageColumn],
};

/** The annotation by which one class is the cluster's default. */
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

const storageClassRules: KindRules = {
  applyDefaults: (storageClass) => {
    storageClass['reclaimPolicy'] ??= 'Delete';
    storageClass['volumeBindingMode'] ??= 'Immediate';
  },
  columns: [
    {
      name: 'Name',
      cell: ({ metadata }) => (metadata.annotations?.[DEFAULT_CLASS] === 'true' ? `${metadata.name} (default)` : metadata.name),
    },
    { name: 'Provisioner', cell: (storageClass) => storageClass['provisioner'] as string },
    { name: 'ReclaimPolicy', cell: (storageClass) => (storageClass['reclaimPolicy'] as string | undefined) ?? 'Delete' },
    { name: 'VolumeBindingMode', cell: (storageClass) => (storageClass['volumeBindingMode'] as string | undefined) ?? '<unset>' },
    { name: 'AllowVolumeExpansion', cell: (storageClass) => String(storageClass['allowVolumeExpansion'] ?? false) },
    ageColumn,
  ],
};

const rulesByKind: Readonly<Record<string, KindRules>> = {
  ConfigMap: configMapRules,
  ControllerRevision: controllerRevisionRules,
  DaemonSet: daemonSetRules,
  Deployment: deploymentRules,
  Endpoints: endpointsRules,
  EndpointSlice: endpointSliceRules,
  Event: eventRules,
  Ingress: ingressRules,
  IngressClass: ingressClassRules,
  Job: jobRules,
  Lease: leaseRules,
  Namespace: namespaceRules,
  NetworkPolicy: networkPolicyRules,
  Node: nodeRules,
  Pod: podRules,
  ReplicaSet: replicaSetRules,
  ReplicationController: replicationControllerRules,
  Secret: secretRules,
  Service: serviceRules,
  ServiceAccount: serviceAccountRules,
  StorageClass: storageClassRules,
};

/** The rules of a served kind. */
export function kindRules(kind: string): KindRules {
  const rules = rulesByKind[kind];
  assert(rules, `no rules for kind ${kind}`);
  return rules;
}

/** Whether the server has a subresource `status` for this kind. */
export const hasStatus = (kind: string): boolean => kindRules(kind).status !== undefined;

export type { Column, KindContext, KindRules } from './kind.js';
