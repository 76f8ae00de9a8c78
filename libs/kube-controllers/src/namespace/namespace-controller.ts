import type { ResourceInfo } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { isTerminating } from '../pod-state.js';

/** Empties namespaces that are being deleted, then lets them go (pkg/controller/namespace). */
export function registerNamespaceController({ sim, api }: ControllerContext): void {
  const contents = (namespace: string) =>
    namespacedResources(api.resources.all).flatMap((resource) =>
      api.list(resource.plural, { namespace }).map((object) => ({ resource, object })),
    );
  const queue = new ReconcileQueue(sim, (name) => {
    const namespace = api.get('namespaces', undefined, name);
    if (!namespace || !isTerminating(namespace)) return;
    for (const { resource, object } of contents(name)) {
      if (!isTerminating(object)) api.delete(resource.plural, name, object.metadata.name);
    }
    if (contents(name).length > 0) return;
    // The last finalizer goes, and the namespace with it.
    api.update('namespaces', { ...namespace, spec: { ...namespace.spec, finalizers: [] } });
  });
  api.subscribe(({ type, resource, object }) => {
    if (resource.plural === 'namespaces' && type !== 'DELETED') queue.add(object.metadata.name);
    // What had to end first, a pod in its grace period for instance, has ended.
    else if (type === 'DELETED' && object.metadata.namespace !== undefined) queue.add(object.metadata.namespace);
  });
}

/** Events go last: the deletions themselves make some. */
const namespacedResources = (all: readonly ResourceInfo[]): ResourceInfo[] =>
  all.filter(({ namespaced }) => namespaced).toSorted((a, b) => Number(a.plural === 'events') - Number(b.plural === 'events'));
