import { ok } from '@svclab/sim';
import { must, ScriptedRuntime, SmallCluster } from '../testdata/small-cluster.js';

/** Containers that end as their image says: `exit-1-after-50`. */
class EndingRuntime extends ScriptedRuntime {
  override startContainer(
    ...[pod, container]: Parameters<ScriptedRuntime['startContainer']>
  ): ReturnType<ScriptedRuntime['startContainer']> {
    const started = super.startContainer(pod, container);
    const [, code, afterMs] = /exit-(\d+)-after-(\d+)/.exec(container.image)!;
    return started.ok ? ok({ ...started.value, ends: { exitCode: Number(code), afterMs: Number(afterMs) } }) : started;
  }
}

function runJob(image: string, spec: Record<string, unknown> = {}, restartPolicy = 'Never'): SmallCluster {
  const cluster = new SmallCluster(new EndingRuntime());
  const template = { spec: { restartPolicy, containers: [{ name: 'work', image }] } };
  cluster.create('jobs', { metadata: { name: 'work' }, spec: { template, ...spec } });
  return cluster;
}

const status = (cluster: SmallCluster) => cluster.get('jobs', 'default', 'work').status!;
const row = (cluster: SmallCluster) =>
  cluster.api
    .table('jobs', [cluster.get('jobs', 'default', 'work')])
    .rows[0]!.cells.slice(1, 3)
    .join(' ');
const conditions = (cluster: SmallCluster) =>
  ((status(cluster)['conditions'] ?? []) as { type: string; reason: string }[]).map(({ type, reason }) => `${type} ${reason}`);

describe('job', () => {
  it('runs to its end', () => {
    const cluster = runJob('exit-0-after-500');
    cluster.sim.settle();
    expect(row(cluster)).toBe('Complete 1/1');
    expect(status(cluster)).toMatchObject({ succeeded: 1, ready: 0, uncountedTerminatedPods: {} });
    expect(conditions(cluster)).toEqual(['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached']);
    const [pod] = cluster.api.list('pods');
    expect(pod!.metadata.name).toMatch(/^work-\w{5}$/);
    expect(pod!.metadata.labels).toMatchObject({ 'job-name': 'work', 'batch.kubernetes.io/job-name': 'work' });
    expect(cluster.events('work')).toEqual([
      `Normal SuccessfulCreate job-controller: Created pod: ${pod!.metadata.name} x1`,
      'Normal Completed job-controller: Job completed x1',
    ]);
  });

  it('has as many pods at a time as it may, until enough have succeeded', () => {
    const cluster = runJob('exit-0-after-2000', { completions: 5, parallelism: 2 });
    let most = 0;
    for (let i = 0; i < 400 && row(cluster) !== 'Complete 5/5'; i++) {
      cluster.sim.advance(100_000);
      most = Math.max(most, (status(cluster)['active'] as number | undefined) ?? 0);
    }
    expect(row(cluster)).toBe('Complete 5/5');
    expect(most).toBe(2);
    expect(cluster.api.list('pods')).toHaveLength(5);
  });

  it('replaces pods that fail, ever later, and gives up', () => {
    const cluster = runJob('exit-1-after-100', { backoffLimit: 2 });
    cluster.sim.settle();
    expect(status(cluster)).toMatchObject({ failed: 1 });
    expect(row(cluster)).toBe('Running 0/1');
    cluster.sim.advance(15_000_000);
    expect(status(cluster)).toMatchObject({ failed: 2 });
    cluster.sim.advance(30_000_000);
    expect(row(cluster)).toBe('Failed 0/1');
    expect(conditions(cluster)).toEqual(['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded']);
    expect(cluster.events('work')).toContain('Warning BackoffLimitExceeded job-controller: Job has reached the specified backoff limit x1');
    expect(cluster.api.list('pods')).toHaveLength(3);
  });

  it('ends at its deadline', () => {
    const cluster = runJob('exit-0-after-100000', { activeDeadlineSeconds: 10 });
    cluster.sim.advance(12_000_000);
    expect(conditions(cluster)).toContain('Failed DeadlineExceeded');
    cluster.sim.advance(40_000_000);
    expect(cluster.api.list('pods')).toEqual([]);
  });

  it('waits while it is suspended', () => {
    const cluster = runJob('exit-0-after-100', { suspend: true });
    cluster.sim.settle();
    expect(row(cluster)).toBe('Suspended 0/1');
    expect(cluster.api.list('pods')).toEqual([]);
    must(cluster.api.patch('jobs', 'default', 'work', 'merge', { spec: { suspend: false } }));
    cluster.sim.settle();
    expect(row(cluster)).toBe('Complete 1/1');
  });

  it('numbers its pods when they are indexed', () => {
    const cluster = runJob('exit-0-after-100', { completions: 3, parallelism: 3, completionMode: 'Indexed' });
    cluster.sim.settle();
    expect(row(cluster)).toBe('Complete 3/3');
    const index = 'batch.kubernetes.io/job-completion-index';
    expect(
      cluster.api
        .list('pods')
        .map(({ metadata }) => metadata.annotations![index])
        .toSorted(),
    ).toEqual(['0', '1', '2']);
  });

  it('goes some time after it has ended, if it says so', () => {
    const cluster = runJob('exit-0-after-100', { ttlSecondsAfterFinished: 30 });
    cluster.sim.settle();
    expect(row(cluster)).toBe('Complete 1/1');
    cluster.sim.advance(31_000_000);
    expect(cluster.api.list('jobs')).toEqual([]);
    expect(cluster.api.list('pods')).toEqual([]);
  });
});
