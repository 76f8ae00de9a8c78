import { apiVersionOf, type KubeObject, type ResourceInfo } from '@svclab/kube-api';
import { pending, strings } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { serverOf } from '../kubeconfig.js';
import { goJson } from '../printers/json.js';
import { listObjects, resourceNamed } from '../resources.js';

const dump: Verb = {
  name: 'dump',
  summary: 'Dump relevant information for debugging and diagnosis',
  flags: [
    strings('namespaces', 'A comma separated list of namespaces to dump.'),
    { name: 'all-namespaces', shorthand: 'A', type: 'bool', usage: 'If true, dump all namespaces.' },
    ...pending('string', 'output-directory', 'output', 'pod-running-timeout'),
  ],
  run(call) {
    call.out(listText(call, resourceNamed(call, 'nodes'), undefined));
    for (const namespace of namespacesOf(call)) {
      for (const type of NAMESPACED_TYPES) call.out(listText(call, resourceNamed(call, type), namespace));
      for (const pod of listObjects(call, resourceNamed(call, 'pods'), { namespace })) call.out(logsText(pod));
    }
    return 0;
  },
};

export const clusterInfo: Verb = {
  name: 'cluster-info',
  summary: 'Display cluster information',
  subcommands: [dump],
  run(call) {
    const server = serverOf(call.config);
    call.out(`Kubernetes control plane is running at ${server}\n`);
    const services = listObjects(call, resourceNamed(call, 'services'), {
      namespace: 'kube-system',
      labelSelector: 'kubernetes.io/cluster-service=true',
    });
    for (const service of services) {
      const title = service.metadata.labels?.['kubernetes.io/name'] ?? service.metadata.name;
      const port = (service.spec?.['ports'] as { name?: string }[] | undefined)?.[0]?.name;
      const path = `/api/v1/namespaces/kube-system/services/${service.metadata.name}${port ? `:${port}` : ''}/proxy`;
      call.out(`${title} is running at ${server}${path}\n`);
    }
    call.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
    return 0;
  },
};

// Simplification: replication controllers, which the simulated server does not have, are missing from the dump.
const NAMESPACED_TYPES = ['events', 'services', 'daemonsets', 'deployments', 'replicasets', 'pods'];

function namespacesOf(call: Invocation): string[] {
  if (call.flags.bool('all-namespaces')) return listObjects(call, resourceNamed(call, 'namespaces')).map(({ metadata }) => metadata.name);
  const named = call.flags.strings('namespaces');
  return named.length > 0 ? named : ['kube-system', call.namespace];
}

// Simplification: members of dumped objects stand in alphabetical order, where the real dump follows the order of the API's Go types.
function listText(call: Invocation, resource: ResourceInfo, namespace: string | undefined): string {
  const items = listObjects(call, resource, { namespace }).map(withoutType);
  const head = {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: call.api.resourceVersion },
  };
  const members = Object.entries({ ...head, items }).map(
    ([key, value]) => `    "${key}": ${goJson(value, '    ').replaceAll('\n', '\n    ')}`,
  );
  return `{\n${members.join(',\n')}\n}\n`;
}

/** Items of a typed list do not repeat their type. */
function withoutType(object: Readonly<KubeObject>): Omit<KubeObject, 'apiVersion' | 'kind'> {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  return rest as Omit<KubeObject, 'apiVersion' | 'kind'>;
}

function logsText(pod: Readonly<KubeObject>): string {
  const containers = ((pod.spec?.['initContainers'] ?? []) as { name: string }[]).concat(
    (pod.spec?.['containers'] ?? []) as { name: string }[],
  );
  return containers
    .map(({ name }) => {
      const subject = `logs for container ${name} of pod ${pod.metadata.namespace}/${pod.metadata.name}`;
      return `==== START ${subject} ====\n==== END ${subject} ====\n`;
    })
    .join('');
}
