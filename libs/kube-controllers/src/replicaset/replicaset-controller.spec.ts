import { readFileSync } from 'node:fs';
import type { KubeObject } from '@svclab/kube-api';
import { must, SmallCluster } from '../testdata/small-cluster.js';
import { inDeletionOrder } from './deletion-order.js';

interface OrderCase {
  readonly id: string;
  readonly pods: Readonly<Record<string, string | { readonly readySeconds: number; readonly uid: string }>>;
  readonly deleteOrder?: readonly string[];
}

const { cases }: { cases: OrderCase[] } = JSON.parse(readFileSync(new URL('testdata/deletion-order.json', import.meta.url), 'utf8'));

const NOW_US = 1_727_500_000_000_000;
const secondsAgo = (seconds: number): string => new Date(NOW_US / 1000 - seconds * 1000).toISOString().replace('.000Z', 'Z');

/** A pod from the words of the vectors: `Running ready`, `ready cost -1`, `ready node n1`, `Pending on node`, `no node`. */
function podOf(name: string, words: OrderCase['pods'][string]): KubeObject {
  const text = typeof words === 'string' ? words : 'ready';
  const { readySeconds, uid } = typeof words === 'string' ? { readySeconds: 10, uid: name } : words;
  const cost = /cost (-?\d+)/.exec(text)?.[1];
  const ready = text.includes('ready') && !text.includes('not ready');
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: secondsAgo(readySeconds) }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid,
      resourceVersion: '1',
      creationTimestamp: secondsAgo(readySeconds),
      ...(cost && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: text === 'no node' ? {} : { nodeName: /node (n\d)/.exec(text)?.[1] ?? name },
    status: { phase: text.includes('Pending') || text === 'no node' ? 'Pending' : 'Running', conditions },
  };
}

describe('the order in which pods go', () => {
  it.each(cases.filter(({ deleteOrder }) => deleteOrder))('$id', ({ pods, deleteOrder }) => {
    const all = Object.entries(pods).map(([name, words]) => podOf(name, words));
    expect(inDeletionOrder(all, all, NOW_US).map(({ metadata }) => metadata.name)).toEqual(deleteOrder);
  });

  it('doubled-up: of two on one node one goes before the one that is alone', () => {
    const { pods } = cases.find(({ id }) => id === 'doubled-up')!;
    const all = Object.entries(pods).map(([name, words]) => podOf(name, words));
    expect(inDeletionOrder(all, all, NOW_US).at(-1)!.metadata.name).toBe('p3');
  });
});

const replicaSet = (cluster: SmallCluster, replicas: number) => {
  const labels = { app: 'web' };
  const template = {
    metadata: { labels },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'websrv', image: 'traefik/whoami' }] },
  };
  return cluster.create('replicasets', { metadata: { name: 'web' }, spec: { replicas, selector: { matchLabels: labels }, template } });
};

describe('replica set', () => {
  it('replaces a pod that is deleted, and says so', () => {
    const cluster = new SmallCluster();
    replicaSet(cluster, 2);
    cluster.sim.settle();
    const [first] = cluster.api.list('pods');
    must(cluster.api.delete('pods', 'default', first!.metadata.name));
    cluster.sim.settle();
    const names = cluster.api.list('pods').map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(2);
    expect(names).not.toContain(first!.metadata.name);
    expect(cluster.get('replicasets', 'default', 'web').status).toEqual({
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
    });
    expect(cluster.events('web')).toHaveLength(3);
    expect(cluster.events('web')).toContain(`Normal SuccessfulCreate replicaset-controller: Created pod: ${first!.metadata.name} x1`);
  });

  it('takes pods that nobody owns, and lets go those that lose their labels', () => {
    const cluster = new SmallCluster();
    cluster.pod('webpod1');
    replicaSet(cluster, 2);
    cluster.sim.settle();
    expect(cluster.api.list('pods')).toHaveLength(2);
    expect(cluster.get('pods', 'default', 'webpod1').metadata.ownerReferences).toMatchObject([
      { kind: 'ReplicaSet', name: 'web', controller: true },
    ]);
    must(cluster.api.patch('pods', 'default', 'webpod1', 'merge', { metadata: { labels: { app: 'other' } } }));
    cluster.sim.settle();
    expect(cluster.get('pods', 'default', 'webpod1').metadata.ownerReferences).toBeUndefined();
    expect(cluster.api.list('pods')).toHaveLength(3);
  });

  it('counts what is there whatever somebody else writes into its status', () => {
    const cluster = new SmallCluster();
    replicaSet(cluster, 2);
    cluster.sim.settle();
    const { status } = cluster.get('replicasets', 'default', 'web');
    must(cluster.api.patch('replicasets', 'default', 'web', 'merge', { status: { readyReplicas: 7 } }, {}, 'status'));
    cluster.sim.settle();
    expect(cluster.get('replicasets', 'default', 'web').status).toEqual(status);
  });

  it('counts as before after an entry that was never kept', () => {
    const cluster = new SmallCluster();
    replicaSet(cluster, 3);
    cluster.sim.settle();
    cluster.sim.commitEntry();
    cluster.sim.beginEntry(2);
    const [first, second] = cluster.api.list('pods');
    must(cluster.api.patch('pods', 'default', first!.metadata.name, 'merge', { metadata: { labels: { app: 'other' } } }));
    must(cluster.api.delete('pods', 'default', second!.metadata.name));
    must(cluster.api.patch('replicasets', 'default', 'web', 'merge', { spec: { replicas: 5 } }));
    cluster.sim.settle();
    expect(cluster.api.list('pods')).toHaveLength(6);
    cluster.sim.abortEntry();
    cluster.sim.beginEntry(3);
    must(cluster.api.patch('replicasets', 'default', 'web', 'merge', { spec: { replicas: 4 } }));
    cluster.sim.settle();
    expect(cluster.api.list('pods')).toHaveLength(4);
    expect(cluster.get('replicasets', 'default', 'web').status).toMatchObject({
      replicas: 4,
      fullyLabeledReplicas: 4,
      readyReplicas: 4,
      availableReplicas: 4,
    });
  });

  it('waits for pods to have been ready for minReadySeconds', () => {
    const cluster = new SmallCluster();
    replicaSet(cluster, 1);
    must(cluster.api.patch('replicasets', 'default', 'web', 'merge', { spec: { minReadySeconds: 20 } }));
    while (!cluster.get('replicasets', 'default', 'web').status!['readyReplicas']) cluster.sim.advance(500_000);
    expect(cluster.get('replicasets', 'default', 'web').status!['availableReplicas']).toBeUndefined();
    cluster.sim.settle();
    expect(cluster.get('replicasets', 'default', 'web').status!['availableReplicas']).toBe(1);
  });

  it('tries again when a pod was refused', () => {
    const cluster = new SmallCluster();
    replicaSet(cluster, 1);
    must(cluster.api.patch('replicasets', 'default', 'web', 'merge', { spec: { template: { spec: { serviceAccountName: 'robot' } } } }));
    cluster.sim.settle();
    expect(cluster.api.list('pods')).toEqual([]);
    expect(cluster.get('replicasets', 'default', 'web').status!['conditions']).toMatchObject([
      { type: 'ReplicaFailure', reason: 'FailedCreate' },
    ]);
    expect(cluster.events('web')[0]).toContain('Error creating: pods "web-" is forbidden: error looking up service account default/robot');
    cluster.create('serviceaccounts', { metadata: { name: 'robot', namespace: 'default' } });
    cluster.sim.advance(60_000_000);
    expect(cluster.api.list('pods')).toHaveLength(1);
    expect(cluster.get('replicasets', 'default', 'web').status!['conditions']).toBeUndefined();
  });
});
