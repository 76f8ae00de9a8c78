import { canonicalJson } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { keyOf, splitKey } from '../object-key.js';
import { isTerminating } from '../pod-state.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { hasEndpointsOfPods, isHeadless, selectedPods, type ServiceSelectors } from '../service-endpoints/service-selectors.js';
import { TriggerTimeTracker, withTriggerTime } from '../service-endpoints/trigger-time.js';
import { subsetsOf } from './subsets.js';

/** Keeps the Endpoints object of each Service with a selector (pkg/controller/endpoint). */
export function registerEndpointsController(context: ControllerContext & { readonly selectors: ServiceSelectors }): void {
  const { sim, api, selectors } = context;
  const triggerTimes = new TriggerTimeTracker(sim.store.table('endpoints.trigger-times'));
  const queue = new ReconcileQueue(sim, (key) => syncService(context, triggerTimes, key));
  api.subscribe((event) => {
    if (event.resource.plural === 'services') queue.add(keyOf(event.object));
    else if (event.resource.plural === 'pods') for (const key of selectors.affectedBy(event)) queue.add(key);
    // Only a deletion can be foreign here: the controller itself never deletes what a Service asks for.
    else if (event.resource.plural === 'endpoints' && event.type === 'DELETED') queue.add(keyOf(event.object));
  });
}

function syncService({ api }: ControllerContext, triggerTimes: TriggerTimeTracker, key: string): void {
  const { namespace, name } = splitKey(key);
  const service = api.get('services', namespace, name);
  const current = api.get('endpoints', namespace, name);
  if (!service) {
    // Only this controller knows that the object was its own: an Endpoints object has no owner reference.
    if (current && triggerTimes.knows(key)) api.delete('endpoints', namespace, name);
    triggerTimes.forget(key);
    return;
  }
  if (!hasEndpointsOfPods(service) || isTerminating(service)) return;
  const pods = selectedPods(api, service);
  const triggerTime = triggerTimes.next(key, service, pods);
  const labels = endpointsLabels(service);
  const subsets = subsetsOf(service, pods);
  if (current && sameContent(current, subsets, labels)) return;
  const annotations = withTriggerTime(current?.metadata.annotations, triggerTime);
  const content = subsets.length > 0 ? { subsets } : {};
  if (!current) {
    api.create(
      'endpoints',
      { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels, annotations }, ...content },
      namespace,
    );
    return;
  }
  const { subsets: _, ...rest } = current;
  api.update('endpoints', { ...rest, metadata: { ...current.metadata, labels, annotations }, ...content });
}

const endpointsLabels = (service: Readonly<KubeObject>): Record<string, string> => ({
  ...service.metadata.labels,
  ...(isHeadless(service) && { 'service.kubernetes.io/headless': '' }),
});

const sameContent = (current: Readonly<KubeObject>, subsets: readonly unknown[], labels: Record<string, string>): boolean =>
  canonicalJson(current['subsets'] ?? []) === canonicalJson(subsets) &&
  canonicalJson(current.metadata.labels ?? {}) === canonicalJson(labels);
