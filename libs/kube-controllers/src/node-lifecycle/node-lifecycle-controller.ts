import { formatMicroTime, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { ReconcileQueue } from '../reconcile-queue.js';

/** A kubelet renews its lease at a quarter of its duration. */
const LEASE_DURATION_SECONDS = 40;
const RENEW_INTERVAL_US = 10_000_000;
const LEASE_NAMESPACE = 'kube-node-lease';
const UNSCHEDULABLE_TAINT = 'node.kubernetes.io/unschedulable';

interface Taint {
  readonly key: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

/**
 * Heartbeats of the nodes, and the taint of cordoned ones (pkg/controller/nodelifecycle,
 * pkg/kubelet/nodelease). One timer renews the leases of all nodes.
 */
// Simplification: nodes do not fail: every node in the cluster has a kubelet that renews its lease.
export function registerNodeLifecycleController(context: ControllerContext): void {
  const { sim, api } = context;
  const kubeletEvents = new EventRecorder(context, 'kubelet');
  const queue = new ReconcileQueue(sim, (name) => {
    const node = api.get('nodes', undefined, name);
    if (!node) return;
    renewLease(context, node);
    syncUnschedulableTaint(context, kubeletEvents, node);
    if (!sim.timers.get('node-leases')) setRenewTimer();
  });
  const setRenewTimer = () =>
    sim.timers.set('node-leases', { dueUs: sim.nowUs + RENEW_INTERVAL_US, kind: 'node-lifecycle.renew', periodic: true });
  sim.timers.on('node-lifecycle.renew', () => {
    const nodes = api.list('nodes');
    for (const node of nodes) renewLease(context, node);
    if (nodes.length > 0) setRenewTimer();
  });
  api.subscribe(({ type, resource, object, previous }) => {
    if (resource.plural !== 'nodes' || type === 'DELETED') return;
    if (type === 'ADDED' || previous?.spec?.['unschedulable'] !== object.spec?.['unschedulable']) queue.add(object.metadata.name);
  });
}

function renewLease({ sim, api }: ControllerContext, node: Readonly<KubeObject>): void {
  const { name, uid } = node.metadata;
  const renewTime = formatMicroTime(sim.nowUs);
  const lease = api.get('leases', LEASE_NAMESPACE, name);
  if (lease) {
    api.update('leases', { ...lease, spec: { ...lease.spec, renewTime } });
    return;
  }
  // The namespace comes with the cluster's other system namespaces, perhaps later than the first node.
  if (!api.get('namespaces', undefined, LEASE_NAMESPACE)) return;
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid };
  const metadata = { name, namespace: LEASE_NAMESPACE, ownerReferences: [owner] };
  const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_DURATION_SECONDS, renewTime };
  api.create('leases', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }, LEASE_NAMESPACE);
}

/** A cordon is a field; what keeps pods away is the taint that this controller makes of it. */
function syncUnschedulableTaint({ api }: ControllerContext, events: EventRecorder, node: Readonly<KubeObject>): void {
  const taints = (node.spec?.['taints'] ?? []) as readonly Taint[];
  const isCordoned = node.spec?.['unschedulable'] === true;
  const isTainted = taints.some(({ key }) => key === UNSCHEDULABLE_TAINT);
  if (isCordoned === isTainted) return;
  const others = taints.filter(({ key }) => key !== UNSCHEDULABLE_TAINT);
  const wanted = isCordoned ? [...others, { key: UNSCHEDULABLE_TAINT, effect: 'NoSchedule' }] : others;
  const { taints: _, ...spec } = node.spec ?? {};
  api.update('nodes', { ...node, spec: { ...spec, ...(wanted.length > 0 && { taints: wanted }) } });
  const reason = isCordoned ? 'NodeNotSchedulable' : 'NodeSchedulable';
  const { name } = node.metadata;
  events.record(node, { type: 'Normal', reason, message: `Node ${name} status is now: ${reason}` }, name);
}
