import { type ResourceInfo, ResourceRegistry } from '@svclab/kube-api';

/** What the path of a resource request says (apiserver endpoints/request/requestinfo.go). */
export interface RequestInfo {
  readonly resource: ResourceInfo;
  /** '' where the path names none. */
  readonly namespace: string;
  /** Absent: the request is about the whole list. */
  readonly name?: string;
  readonly subresource?: string;
}

/** The resources that every simulated cluster serves. */
export const registry = new ResourceRegistry();

/** Below a namespace's name these belong to the namespace itself, all else is a resource in it. */
const NAMESPACE_SUBRESOURCES = ['status', 'finalize'];

/** Reads `/api/v1/…` and `/apis/<group>/<version>/…`, decoded and without the sandbox's prefix. Undefined where nothing is served. */
export function requestInfoOf(path: string): RequestInfo | undefined {
  const [root, ...parts] = path.split('/').filter(Boolean);
  const group = root === 'apis' ? parts.shift() : '';
  const version = parts.shift();
  if ((root !== 'api' && root !== 'apis') || group === undefined || version === undefined) return undefined;
  const inNamespace = parts[0] === 'namespaces' && parts.length > 2 && !NAMESPACE_SUBRESOURCES.includes(parts[2]!);
  const namespace = inNamespace ? parts.splice(0, 2)[1]! : '';
  const [plural, name, subresource, ...tail] = parts;
  const resource = registry.all.find(
    (candidate) => candidate.group === group && candidate.version === version && candidate.plural === plural,
  );
  if (!resource || tail.length > 0 || (namespace && !resource.namespaced)) return undefined;
  return { resource, namespace, ...(name !== undefined && { name }), ...(subresource !== undefined && { subresource }) };
}
