import type { ControllerContext } from '../context.js';
import { isTerminating } from '../pod-state.js';
import { ReconcileQueue } from '../reconcile-queue.js';

/** Gives every namespace its `default` ServiceAccount (pkg/controller/serviceaccount). */
export function registerServiceAccountController({ sim, api }: ControllerContext): void {
  const queue = new ReconcileQueue(sim, (name) => {
    const namespace = api.get('namespaces', undefined, name);
    if (!namespace || isTerminating(namespace) || api.get('serviceaccounts', name, 'default')) return;
    api.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } }, name);
  });
  api.subscribe(({ type, resource, object }) => {
    if (resource.plural === 'namespaces' && type !== 'DELETED') queue.add(object.metadata.name);
    else if (resource.plural === 'serviceaccounts' && type === 'DELETED') queue.add(object.metadata.namespace ?? '');
  });
}
