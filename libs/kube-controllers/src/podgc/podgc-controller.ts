import type { KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { ReconcileQueue } from '../reconcile-queue.js';

/** A node must have been missing for this long (quarantineTime), and the controller looks every 20 s (gcCheckPeriod). */
const QUARANTINE_US = 40_000_000;
const CHECK_PERIOD_US = 20_000_000;

/** Deletes pods that are bound to a node which does not exist (pkg/controller/podgc gcOrphaned). */
export function registerPodGc({ sim, api }: ControllerContext): void {
  const podsOn = (nodeName: string): Readonly<KubeObject>[] => api.list('pods').filter((pod) => pod.spec?.['nodeName'] === nodeName);
  const queue = new ReconcileQueue(sim, (nodeName) => {
    const timer = `podgc/${nodeName}`;
    if (api.get('nodes', undefined, nodeName)) sim.timers.cancel(timer);
    else if (!sim.timers.get(timer) && podsOn(nodeName).length > 0) {
      const dueUs = sim.nowUs + QUARANTINE_US + sim.random('podgc').below(CHECK_PERIOD_US);
      // Nobody waits for it: a pod on a missing node is a state to look at.
      sim.timers.set(timer, { dueUs, kind: 'podgc.orphans', payload: nodeName, periodic: true });
    }
  });
  sim.timers.on('podgc.orphans', (payload) => {
    const nodeName = payload as string;
    for (const { metadata } of podsOn(nodeName)) api.delete('pods', metadata.namespace, metadata.name, { gracePeriodSeconds: 0 });
  });
  api.subscribe(({ type, resource, object, previous }) => {
    if (resource.plural === 'nodes' && type !== 'MODIFIED') queue.add(object.metadata.name);
    else if (resource.plural === 'pods' && type !== 'DELETED') {
      const nodeName = object.spec?.['nodeName'] as string | undefined;
      if (nodeName && nodeName !== previous?.spec?.['nodeName']) queue.add(nodeName);
    }
  });
}
