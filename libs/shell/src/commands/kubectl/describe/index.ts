import type { KubeObject, ResourceInfo } from '@svclab/kube-api';
import type { Describe, DescribeContext } from './describer.js';
import { writeEvents } from './events.js';
import { describeNode } from './node.js';
import { describePod } from './pod.js';
import { describeService } from './service.js';
import {
  describeConfigMap,
  describeEndpoints,
  describeEndpointSlice,
  describeGeneric,
  describeNamespace,
  describeSecret,
} from './simple.js';
import { describeDaemonSet, describeDeployment, describeReplicaSet } from './workloads.js';
import { DescribeWriter } from './writer.js';

const DESCRIBERS: Readonly<Record<string, Describe>> = {
  configmaps: describeConfigMap,
  daemonsets: describeDaemonSet,
  deployments: describeDeployment,
  endpoints: describeEndpoints,
  endpointslices: describeEndpointSlice,
  namespaces: describeNamespace,
  nodes: describeNode,
  pods: describePod,
  replicasets: describeReplicaSet,
  secrets: describeSecret,
  services: describeService,
};

const WITHOUT_EVENTS = new Set(['namespaces', 'secrets']);

/** What `kubectl describe` prints about one object (kubectl 1.31, pkg/describe/describe.go). */
export function describeObject(resource: ResourceInfo, object: Readonly<KubeObject>, context: DescribeContext): string {
  const writer = new DescribeWriter();
  (DESCRIBERS[resource.plural] ?? describeGeneric)(object, writer, context);
  if (context.showEvents && !WITHOUT_EVENTS.has(resource.plural)) writeEvents(object, writer, context);
  return writer.toString();
}

export type { DescribeContext } from './describer.js';
export { podTemplateText } from './workloads.js';
