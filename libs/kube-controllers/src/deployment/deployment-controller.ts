import type { KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { keyOf, splitKey } from '../object-key.js';
import { controllerOf, OwnedObjects } from '../owned-objects.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { progressDeadlineUs } from './deployment-status.js';
import { Rollout } from './rollout.js';

/**
 * Brings pods to the present template of their Deployment, as many at a time as its strategy allows
 * (pkg/controller/deployment/deployment_controller.go).
 */
export function registerDeploymentController(context: ControllerContext): void {
  const { sim, api } = context;
  const events = new EventRecorder(context, 'deployment-controller');
  const replicaSets = new OwnedObjects(api, 'replicasets');
  const pods = new OwnedObjects(api, 'pods');
  const queue = new ReconcileQueue(sim, (key) => {
    const { namespace, name } = splitKey(key);
    const deployment = api.get('deployments', namespace, name);
    if (!deployment) return;
    new Rollout(context, events, pods, deployment, replicaSets.claim(deployment)).sync();
    lookAgainAtDeadline(key, api.get('deployments', namespace, name));
  });
  const lookAgainAtDeadline = (key: string, deployment: Readonly<KubeObject> | undefined): void => {
    const timer = `deployment/${key}`;
    const dueUs = deployment && progressDeadlineUs(deployment);
    if (dueUs === undefined || dueUs < sim.nowUs) sim.timers.cancel(timer);
    // Nobody waits for a rollout to fail: a sandbox comes to rest before.
    else sim.timers.set(timer, { dueUs: dueUs + 1_000_000, kind: 'deployment.deadline', payload: key, periodic: true });
  };
  sim.timers.on('deployment.deadline', (payload) => queue.add(payload as string));
  const addOwner = (replicaSet: Readonly<KubeObject>): void => {
    const owner = controllerOf(replicaSet);
    if (owner?.kind === 'Deployment') queue.add(`${replicaSet.metadata.namespace}/${owner.name}`);
  };
  api.subscribe(({ type, resource, object, previous }) => {
    if (resource.plural === 'deployments') {
      if (type === 'DELETED') sim.timers.cancel(`deployment/${keyOf(object)}`);
      else queue.add(keyOf(object));
    } else if (resource.plural === 'replicasets') {
      addOwner(object);
      if (previous) addOwner(previous);
      // Its owner went without it: perhaps another one selects it.
      if (type !== 'DELETED' && !controllerOf(object))
        for (const deployment of api.list('deployments', { namespace: object.metadata.namespace ?? '' })) queue.add(keyOf(deployment));
    } else if (resource.plural === 'pods' && type === 'DELETED') {
      // Strategy Recreate waits for the last old pod to be gone.
      const owner = controllerOf(object);
      const replicaSet = owner?.kind === 'ReplicaSet' ? api.get('replicasets', object.metadata.namespace, owner.name) : undefined;
      if (replicaSet) addOwner(replicaSet);
    }
  });
}
