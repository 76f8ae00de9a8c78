import type { ControllerContext } from '../context.js';
import { keyOf } from '../object-key.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import type { PodRuntime } from './pod-runtime.js';
import { PodWorkers, type StagePayload } from './pod-workers.js';

/** The kubelets of all nodes: each takes the pods bound to its node to Running, and away again (pkg/kubelet). */
export function registerKubelet(context: ControllerContext & { readonly runtime: PodRuntime }): void {
  const { sim, api } = context;
  const workers = new PodWorkers(context);
  const pods = new ReconcileQueue(sim, (key) => workers.syncPod(key));
  const nodes = new ReconcileQueue(sim, (name) => {
    for (const pod of api.list('pods')) if (pod.spec?.['nodeName'] === name) workers.syncPod(keyOf(pod));
  });
  sim.timers.on('kubelet.stage', (payload) => workers.runStage(payload as unknown as StagePayload));
  api.subscribe(({ type, resource, object }) => {
    if (resource.plural === 'pods') pods.add(keyOf(object));
    else if (resource.plural === 'nodes' && type === 'ADDED') nodes.add(object.metadata.name);
  });
}
