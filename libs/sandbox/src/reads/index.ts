import { formatTrace } from '@svclab/netstack';
import { terminalTable } from '@svclab/shell';
import type { Answer, RequestsInput } from '../entry.js';
import { flowOf } from '../entries/requests.js';
import type { Sandbox } from '../sandbox.js';
import { answer, problem } from './answer.js';
import { compareModes, type CompareQuery } from './compare.js';
import { readKubeProxy, type KubeProxyQuery } from './kube-proxy.js';
import { readKubernetes, type KubernetesQuery } from './kubernetes.js';
import { readPodLog, type PodLogQuery } from './pod-log.js';
import { readNode, type NodeQuery } from './node.js';
import { explainService, type ServiceQuery } from './service.js';

/** Questions about a sandbox's state. */
export type ReadQuery =
  | { readonly kind: 'summary' }
  | { readonly kind: 'terminals' }
  | { readonly kind: 'objects'; readonly resource: string; readonly namespace?: string; readonly labelSelector?: string }
  | { readonly kind: 'object'; readonly resource: string; readonly namespace: string; readonly name: string }
  | ({ readonly kind: 'traces' } & Omit<RequestsInput, 'kind' | 'count' | 'trace'>)
  | CompareQuery
  | ServiceQuery
  | KubeProxyQuery
  | KubernetesQuery
  | PodLogQuery
  | NodeQuery;

export function read(sandbox: Sandbox, query: ReadQuery): Answer {
  switch (query.kind) {
    case 'summary':
      return answer(summary(sandbox));
    case 'terminals':
      return answer(terminals(sandbox));
    case 'objects':
      return objects(sandbox, query);
    case 'object':
      return object(sandbox, query);
    case 'traces':
      return traces(sandbox, query);
    case 'compare':
      return compareModes(sandbox, query);
    case 'service':
      return explainService(sandbox, query);
    case 'kube-proxy':
      return readKubeProxy(sandbox, query);
    case 'kubernetes.log':
      return readPodLog(sandbox, query);
    case 'kubernetes.list':
    case 'kubernetes.get':
    case 'kubernetes.dryRun':
    case 'kubernetes.installed':
    case 'kubernetes.cluster':
      return readKubernetes(sandbox, query);
    default:
      return readNode(sandbox, query);
  }
}

function summary(sandbox: Sandbox): object {
  const { world } = sandbox;
  const count = (plural: string): number => {
    const resource = world.api.resources.find(plural);
    return resource ? world.api.list(resource).length : 0;
  };
  return {
    seq: sandbox.seq,
    stateHash: sandbox.stateHash,
    virtualTime: new Date(sandbox.virtualTimeUs / 1000).toISOString(),
    clockMode: sandbox.clockMode,
    profile: sandbox.settings.get('settings')!.profile,
    ...proxyMode(sandbox),
    counts: { nodes: count('nodes'), pods: count('pods'), services: count('services') },
    running: [...sandbox.executions.keys()].sort(),
  };
}

/** The mode that kube-proxy runs in, as long as one does; nodes that were restarted at other times may differ. */
function proxyMode({ world }: Sandbox): { proxyMode?: string } {
  const nodes = world.kind.clusters().flatMap(({ name }) => world.kind.nodeNames(name));
  const modes = new Set(nodes.flatMap((node) => world.kubeProxy.mode(node) ?? []));
  return modes.size === 0 ? {} : { proxyMode: [...modes].toSorted().join(', ') };
}

/** Those that are open, by id. */
function terminals({ world }: Sandbox): object {
  const table = terminalTable(world);
  const items = table.keys().map((terminalId) => {
    const { at, columns, rows, written, phase } = table.get(terminalId)!;
    return { terminalId, at, cols: columns, rows, offset: written, busy: phase === 'running' };
  });
  return { items };
}

function objects(sandbox: Sandbox, query: Extract<ReadQuery, { kind: 'objects' }>): Answer {
  const { api } = sandbox.world;
  const resource = api.resources.find(query.resource);
  if (!resource) return problem(404, 'No such resource', `the server doesn't have a resource type "${query.resource}"`);
  const { namespace, labelSelector } = query;
  const items = api.list(resource, { ...(namespace ? { namespace } : {}), ...(labelSelector ? { labelSelector } : {}) });
  const apiVersion = resource.group ? `${resource.group}/${resource.version}` : resource.version;
  return answer({ kind: `${resource.kind}List`, apiVersion, metadata: { resourceVersion: String(api.resourceVersion) }, items });
}

function object(sandbox: Sandbox, query: Extract<ReadQuery, { kind: 'object' }>): Answer {
  const { api } = sandbox.world;
  const resource = api.resources.find(query.resource);
  const found = resource && api.get(resource, query.namespace, query.name);
  return found ? answer(found) : problem(404, 'NotFound', `${query.resource} "${query.name}" not found`);
}

/** Every way the flow may go, with its probability, on a copy that is thrown away. */
function traces(sandbox: Sandbox, query: Extract<ReadQuery, { kind: 'traces' }>): Answer {
  const asked = flowOf(sandbox, query);
  if (!asked.ok) return { ok: false, problem: asked.error };
  const branches = sandbox.world.net.explore(asked.value.flow);
  return answer({
    branches: branches.map((trace) => ({
      probability: trace.probability,
      disposition: trace.disposition,
      reason: trace.reason,
      trace,
      text: formatTrace(trace),
    })),
  });
}
