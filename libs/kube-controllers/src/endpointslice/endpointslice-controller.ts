import type { KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { keyOf, splitKey } from '../object-key.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { hasEndpointsOfPods, selectedPods, type ServiceSelectors } from '../service-endpoints/service-selectors.js';
import { TriggerTimeTracker, withTriggerTime } from '../service-endpoints/trigger-time.js';
import { isTerminating } from '../pod-state.js';
import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  planSlices,
  SERVICE_NAME_LABEL,
  sliceLabels,
  type AddressType,
  type PlannedSlice,
} from './slice-plan.js';

/** A slice that somebody else changed is put right after this long (endpointSliceChangeMinSyncDelay). */
const FOREIGN_CHANGE_DELAY_US = 1_000_000;

/**
 * Keeps the EndpointSlices of Services with a selector (pkg/controller/endpointslice). Hints come of
 * `trafficDistribution` only: the topology-mode annotation is not looked at yet.
 */
export function registerEndpointSliceController(context: ControllerContext & { readonly selectors: ServiceSelectors }): void {
  const { sim, api, selectors } = context;
  const controller = new EndpointSliceController(context);
  const services = new ReconcileQueue(sim, (key) => controller.syncService(key));
  const changedByOthers = new ReconcileQueue(sim, (key) => controller.scheduleSync(key));
  const nodes = new ReconcileQueue(sim, (name) => controller.servicesWithPodsOn(name).forEach((key) => services.add(key)));
  sim.timers.on('endpointslice.sync', (key) => services.add(key as string));
  api.subscribe((event) => {
    const { resource, object, type } = event;
    if (resource.plural === 'services') services.add(keyOf(object));
    else if (resource.plural === 'pods') for (const key of selectors.affectedBy(event)) services.add(key);
    else if (resource.plural === 'nodes' && type !== 'MODIFIED') nodes.add(object.metadata.name);
    else if (resource.plural === 'endpointslices' && type !== 'ADDED' && !controller.isWriting) {
      const service = serviceOfSlice(object);
      if (service !== undefined) changedByOthers.add(service);
    }
  });
}

class EndpointSliceController {
  readonly #triggerTimes: TriggerTimeTracker;
  /** True while this controller itself writes: what it then hears is no foreign change. */
  isWriting = false;

  constructor(private readonly context: ControllerContext) {
    this.#triggerTimes = new TriggerTimeTracker(context.sim.store.table('endpointslice.trigger-times'));
  }

  scheduleSync(key: string): void {
    const { sim } = this.context;
    sim.timers.set(`endpointslice/${key}`, { dueUs: sim.nowUs + FOREIGN_CHANGE_DELAY_US, kind: 'endpointslice.sync', payload: key });
  }

  /** Endpoints of pods whose node is missing wait for it, so a node that comes or goes concerns their Services. */
  servicesWithPodsOn(nodeName: string): string[] {
    const { api } = this.context;
    const onNode = api.list('pods').filter((pod) => pod.spec?.['nodeName'] === nodeName);
    const namespaces = new Set(onNode.map((pod) => pod.metadata.namespace));
    return api
      .list('services')
      .filter((service) => namespaces.has(service.metadata.namespace))
      .map(keyOf);
  }

  syncService(key: string): void {
    const { api } = this.context;
    const { namespace, name } = splitKey(key);
    const service = api.get('services', namespace, name);
    if (!service) {
      this.#triggerTimes.forget(key);
      return;
    }
    // While a Service is being deleted its slices stay as they are; the garbage collector takes them.
    if (!hasEndpointsOfPods(service) || isTerminating(service)) return;
    const pods = selectedPods(api, service);
    const slices = api
      .list('endpointslices', { namespace })
      .filter(
        (slice) => serviceOfSlice(slice) === key && slice.metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY && !isTerminating(slice),
      );
    const triggerTime = this.#triggerTimes.next(key, service, pods);
    const families: readonly AddressType[] = service.spec?.['ipFamilies'] ?? ['IPv4'];
    this.isWriting = true;
    try {
      for (const addressType of families) {
        const ofFamily = slices.filter((slice) => slice['addressType'] === addressType);
        const plan = planSlices(service, pods, ofFamily, addressType, (node) => api.get('nodes', undefined, node));
        for (const planned of plan.write) this.#write(service, planned, triggerTime);
        for (const slice of plan.remove) api.delete('endpointslices', namespace, slice.metadata.name);
      }
      for (const slice of slices.filter(({ addressType }) => !families.includes(addressType)))
        api.delete('endpointslices', namespace, slice.metadata.name);
    } finally {
      this.isWriting = false;
    }
  }

  #write(service: Readonly<KubeObject>, { existing, addressType, ports, endpoints }: PlannedSlice, triggerTime: string | undefined): void {
    const { api } = this.context;
    const { namespace, name, uid } = service.metadata;
    const annotations = withTriggerTime(existing?.metadata.annotations, triggerTime);
    const content = { addressType, endpoints, ports };
    if (existing) {
      api.update('endpointslices', {
        ...existing,
        metadata: { ...existing.metadata, labels: sliceLabels(service), annotations },
        ...content,
      });
      return;
    }
    const owner = { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true };
    const metadata = { generateName: `${name}-`, namespace, labels: sliceLabels(service), annotations, ownerReferences: [owner] };
    api.create('endpointslices', { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...content }, namespace);
  }
}

function serviceOfSlice(slice: Readonly<KubeObject>): string | undefined {
  const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : `${slice.metadata.namespace}/${name}`;
}
