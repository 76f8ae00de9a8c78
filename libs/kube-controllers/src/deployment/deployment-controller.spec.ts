import { readFileSync } from 'node:fs';
import type { KubeObject } from '@svclab/kube-api';
import { PodsByHand } from '../testdata/pods-by-hand.js';
import { must, SmallCluster } from '../testdata/small-cluster.js';
import { limitsOf } from './rolling-limits.js';
import { specOf } from './fields.js';

interface RolloutCase {
  readonly replicas: number;
  readonly maxSurge: number | string;
  readonly maxUnavailable: number | string;
  readonly resolved: { readonly surge: number; readonly unavailable: number };
  readonly events: readonly string[];
}

const { cases }: { cases: RolloutCase[] } = JSON.parse(readFileSync(new URL('testdata/rollout.json', import.meta.url), 'utf8'));

const REVISION = 'deployment.kubernetes.io/revision';
const labels = { app: 'web' };

type Cluster = PodsByHand | SmallCluster;

const deploymentOf = (spec: Record<string, unknown>) => ({
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'websrv', image: 'traefik/whoami' }] },
    },
    ...spec,
  },
});

const deploy = (cluster: Cluster, spec: Record<string, unknown> = {}): KubeObject =>
  must(cluster.api.create('deployments', deploymentOf(spec)));
const patch = (cluster: Cluster, spec: Record<string, unknown>) =>
  must(cluster.api.patch('deployments', 'default', 'web', 'strategic', { spec }));
const setImage = (cluster: Cluster, image: string) => patch(cluster, { template: { spec: { containers: [{ name: 'websrv', image }] } } });
const current = (cluster: Cluster) => cluster.api.get('deployments', 'default', 'web')!;
const status = (cluster: Cluster) => current(cluster).status!;
const condition = (cluster: Cluster, type: string) =>
  (status(cluster)['conditions'] as { type: string; status: string; reason: string; message: string }[]).find((each) => each.type === type);
const revisions = (cluster: Cluster) =>
  cluster.api
    .list('replicasets')
    .map(({ metadata, spec }) => `${metadata.annotations![REVISION]}: ${spec!['template'].spec.containers[0].image} x${spec!['replicas']}`)
    .toSorted();
const podsOf = (cluster: Cluster, replicaSet: string) =>
  cluster.api.list('pods').filter(({ metadata }) => metadata.name.startsWith(replicaSet));

describe('deployment', () => {
  it('makes a ReplicaSet and its pods, and says that they are there', () => {
    const cluster = new SmallCluster();
    deploy(cluster);
    expect(cluster.sim.settle().settled).toBe(true);
    const replicaSet = cluster.api.list('replicasets')[0]!;
    expect(replicaSet.metadata.name).toBe(`web-${replicaSet.metadata.labels!['pod-template-hash']}`);
    expect(replicaSet.metadata.annotations).toEqual({
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
      [REVISION]: '1',
    });
    expect(cluster.api.list('pods').map(({ metadata }) => metadata.name)).toEqual(
      Array(3).fill(expect.stringMatching(new RegExp(`^${replicaSet.metadata.name}-[bcdfghjklmnpqrstvwxz2456789]{5}$`))),
    );
    expect(current(cluster).metadata).toMatchObject({ generation: 1, annotations: { [REVISION]: '1' } });
    expect(status(cluster)).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' },
        {
          type: 'Progressing',
          status: 'True',
          reason: 'NewReplicaSetAvailable',
          message: `ReplicaSet "${replicaSet.metadata.name}" has successfully progressed.`,
        },
      ],
    });
    expect(cluster.events('web')).toEqual([
      `Normal ScalingReplicaSet deployment-controller: Scaled up replica set ${replicaSet.metadata.name} to 3 x1`,
    ]);
  });

  it.each(cases)('rolls $replicas replicas with surge $maxSurge and unavailable $maxUnavailable', (rollout) => {
    const { replicas, maxSurge, maxUnavailable, resolved, events } = rollout;
    const cluster = new PodsByHand();
    deploy(cluster, { replicas, strategy: { rollingUpdate: { maxSurge, maxUnavailable } } });
    expect(limitsOf(specOf(current(cluster)))).toEqual({ surge: resolved.surge, unavailable: resolved.unavailable });
    cluster.sim.drainWork();
    cluster.makeReady(cluster.api.list('pods'));
    cluster.sim.drainWork();
    const before = cluster.api.list('replicasets')[0]!.metadata.name;
    setImage(cluster, 'nginx');
    let after = '';
    for (let wave = 0; wave < 20; wave++) {
      cluster.sim.drainWork();
      after = cluster.api.list('replicasets').find(({ metadata }) => metadata.name !== before)!.metadata.name;
      cluster.makeReady(podsOf(cluster, after));
    }
    cluster.sim.drainWork();
    const texts = cluster.eventTexts('web').map((text) => text.replace(before, 'OLD').replace(after, 'NEW'));
    expect(texts.slice(1)).toEqual(events);
    expect(status(cluster)).toMatchObject({ replicas, updatedReplicas: replicas, availableReplicas: replicas });
  });

  it('goes back to an earlier template under a new number', () => {
    const cluster = new SmallCluster();
    deploy(cluster);
    cluster.sim.settle();
    setImage(cluster, 'nginx');
    cluster.sim.settle();
    expect(revisions(cluster)).toEqual(['1: traefik/whoami x0', '2: nginx x3']);
    setImage(cluster, 'traefik/whoami');
    cluster.sim.settle();
    expect(revisions(cluster)).toEqual(['2: nginx x0', '3: traefik/whoami x3']);
    expect(cluster.api.list('replicasets').find(({ spec }) => spec!['replicas'] > 0)!.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision-history': '1',
    });
    expect(current(cluster).metadata.annotations![REVISION]).toBe('3');
  });

  it('waits while it is paused, and scales all the same', () => {
    const cluster = new SmallCluster();
    deploy(cluster);
    cluster.sim.settle();
    patch(cluster, { paused: true });
    setImage(cluster, 'nginx');
    cluster.sim.settle();
    expect(revisions(cluster)).toEqual(['1: traefik/whoami x3']);
    expect(condition(cluster, 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    });
    patch(cluster, { replicas: 5 });
    cluster.sim.settle();
    expect(status(cluster)).toMatchObject({ replicas: 5, availableReplicas: 5 });
    patch(cluster, { paused: null });
    cluster.sim.settle();
    expect(revisions(cluster)).toEqual(['1: traefik/whoami x0', '2: nginx x5']);
    expect(condition(cluster, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  it('keeps as many revisions as it is told', () => {
    const cluster = new SmallCluster();
    deploy(cluster, { revisionHistoryLimit: 1 });
    for (const image of ['nginx:1', 'nginx:2', 'nginx:3']) {
      setImage(cluster, image);
      cluster.sim.settle();
    }
    expect(revisions(cluster)).toEqual(['2: nginx:2 x0', '3: nginx:3 x3']);
  });

  it('says that a rollout does not go on when its deadline is over, and keeps the old pods', () => {
    const cluster = new SmallCluster();
    deploy(cluster, { progressDeadlineSeconds: 60 });
    cluster.sim.settle();
    setImage(cluster, 'nowhere');
    cluster.sim.settle();
    expect(condition(cluster, 'Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' });
    cluster.sim.advance(70_000_000);
    expect(condition(cluster, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(status(cluster)).toMatchObject({ replicas: 4, updatedReplicas: 1, availableReplicas: 3, unavailableReplicas: 1 });
  });

  it('with strategy Recreate ends the old pods before it makes new ones', () => {
    const cluster = new PodsByHand();
    deploy(cluster, { strategy: { type: 'Recreate' } });
    cluster.sim.drainWork();
    cluster.makeReady(cluster.api.list('pods'));
    setImage(cluster, 'nginx');
    cluster.sim.drainWork();
    const texts = cluster.eventTexts('web').map((text) => text.replace(/set web-\w+ /, ''));
    expect(texts).toEqual(['Scaled up replica to 3', 'Scaled down replica to 0 from 3', 'Scaled up replica to 3']);
  });

  it('shares a change of scale among its ReplicaSets while a rollout is under way', () => {
    const cluster = new PodsByHand();
    deploy(cluster, { replicas: 10, strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } });
    cluster.sim.drainWork();
    cluster.makeReady(cluster.api.list('pods'));
    setImage(cluster, 'nginx');
    cluster.sim.drainWork();
    expect(revisions(cluster)).toEqual(['1: traefik/whoami x8', '2: nginx x5']);
    patch(cluster, { replicas: 15 });
    cluster.sim.drainWork();
    // The documentation's own example: three of five go to the larger ReplicaSet (concepts/workloads/controllers/deployment).
    expect(revisions(cluster)).toEqual(['1: traefik/whoami x11', '2: nginx x7']);
  });
});
