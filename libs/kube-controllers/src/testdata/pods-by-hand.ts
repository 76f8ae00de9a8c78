import { Sim } from '@svclab/sim';
import { ApiServer, formatTime, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { registerDeploymentController } from '../deployment/deployment-controller.js';
import { registerReplicaSetController } from '../replicaset/replicaset-controller.js';
import { must } from './small-cluster.js';

/** Deployments and ReplicaSets without scheduler and kubelet: a test says itself when which pod is ready. */
export class PodsByHand {
  readonly sim = new Sim();
  readonly api = new ApiServer(this.sim);

  constructor(register: (context: ControllerContext) => void = registerAppsControllers) {
    register({ sim: this.sim, api: this.api });
    this.sim.beginEntry(1);
    this.sim.initialise({ seed: 7, startUs: 1_727_500_000_000_000 });
    must(this.api.create('namespaces', { metadata: { name: 'default' } }));
  }

  get(resource: string, name: string): Readonly<KubeObject> {
    const object = this.api.get(resource, 'default', name);
    if (!object) throw new Error(`no ${resource} ${name}`);
    return object;
  }

  /** Runs the pods that do not run yet, on `node`, ready since now; the controllers see them at the next `drainWork`. */
  makeReady(pods: readonly Readonly<KubeObject>[], node = 'node-1'): void {
    const lastTransitionTime = formatTime(this.sim.nowUs);
    for (const pod of pods) {
      if (pod.status?.['phase'] === 'Running') continue;
      if (!pod.spec?.['nodeName']) must(this.api.bind('default', pod.metadata.name, node));
      const bound = this.get('pods', pod.metadata.name);
      const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
      must(this.api.updateStatus('pods', { ...bound, status: { ...bound.status, phase: 'Running', conditions } }));
    }
  }

  eventTexts(objectName: string): string[] {
    return this.api
      .list('events')
      .filter((event) => event['involvedObject'].name === objectName)
      .map((event) => event['message'] as string);
  }
}

function registerAppsControllers(context: ControllerContext): void {
  registerDeploymentController(context);
  registerReplicaSetController(context);
}
