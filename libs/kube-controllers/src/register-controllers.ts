import type { ControllerContext } from './context.js';
import { registerDaemonSetController } from './daemonset/daemonset-controller.js';
import { registerDeploymentController } from './deployment/deployment-controller.js';
import { registerEndpointsController } from './endpoints/endpoints-controller.js';
import { registerEndpointSliceController } from './endpointslice/endpointslice-controller.js';
import { registerGarbageCollector } from './garbage-collector/garbage-collector.js';
import { registerJobController } from './job/job-controller.js';
import { registerKubelet } from './kubelet/kubelet.js';
import type { PodRuntime } from './kubelet/pod-runtime.js';
import { registerNamespaceController } from './namespace/namespace-controller.js';
import { registerNodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.js';
import { registerNodeIpamController } from './nodeipam/nodeipam-controller.js';
import { registerPodGc } from './podgc/podgc-controller.js';
import { registerReplicaSetController } from './replicaset/replicaset-controller.js';
import { registerScheduler } from './scheduler/scheduler.js';
import { ServiceSelectors } from './service-endpoints/service-selectors.js';
import { registerServiceAccountController } from './serviceaccount/serviceaccount-controller.js';

/** Everything that kube-controller-manager, kube-scheduler and the kubelets do. The order is that in which their queues drain. */
export function registerControllers(context: ControllerContext & { readonly runtime: PodRuntime }): void {
  const selectors = new ServiceSelectors(context.api);
  registerNodeIpamController(context);
  registerNodeLifecycleController(context);
  registerServiceAccountController(context);
  registerDeploymentController(context);
  registerReplicaSetController(context);
  registerDaemonSetController(context);
  registerJobController(context);
  registerScheduler(context);
  registerKubelet(context);
  registerEndpointsController({ ...context, selectors });
  registerEndpointSliceController({ ...context, selectors });
  registerGarbageCollector(context);
  registerPodGc(context);
  registerNamespaceController(context);
}
