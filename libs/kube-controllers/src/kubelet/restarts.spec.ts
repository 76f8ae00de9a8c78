import { err, ok, type Result } from '@svclab/sim';
import { must, ScriptedRuntime, SmallCluster } from '../testdata/small-cluster.js';
import type { ContainerSpec, Probe, StartedContainer } from './pod-runtime.js';

/** Containers that end as their image says, `exit-1-after-50`, and answer probes as a test wants it. */
class EndingRuntime extends ScriptedRuntime {
  failure: string | undefined;

  override startContainer(
    ...[pod, container]: Parameters<ScriptedRuntime['startContainer']>
  ): ReturnType<ScriptedRuntime['startContainer']> {
    const started = super.startContainer(pod, container);
    const [, code, afterMs] = /exit-(\d+)-after-(\d+)/.exec(container.image) ?? [];
    return started.ok && code
      ? ok({ ...started.value, ends: { exitCode: Number(code), afterMs: Number(afterMs) } } satisfies StartedContainer)
      : started;
  }

  endContainer(): number {
    return 137;
  }

  probe(_pod: unknown, _container: ContainerSpec, _probe: Probe): Result<void, string> {
    return this.failure === undefined ? ok(undefined) : err(this.failure);
  }
}

const newCluster = () => {
  const runtime = new EndingRuntime();
  return { cluster: new SmallCluster(runtime), runtime };
};

const container = (image: string, more: object = {}) => ({ name: 'websrv', image, ...more });
const run = (cluster: SmallCluster, spec: Record<string, unknown>) => cluster.pod('webpod1', { nodeName: 'node-1', spec });
const statusOf = (cluster: SmallCluster) => cluster.get('pods', 'default', 'webpod1').status!;
const row = (cluster: SmallCluster) =>
  cluster.api
    .table('pods', [cluster.get('pods', 'default', 'webpod1')])
    .rows[0]!.cells.slice(1, 4)
    .join(' ')
    .replace(/ \(.*/, '');

describe('containers that end', () => {
  it('are started again, at once, then after 10 s, 20 s …', () => {
    const { cluster } = newCluster();
    run(cluster, { containers: [container('exit-1-after-100')] });
    expect(cluster.sim.settle().settled).toBe(true);
    const [first] = statusOf(cluster)['containerStatuses'];
    const { uid } = cluster.get('pods', 'default', 'webpod1').metadata;
    expect(row(cluster)).toBe('0/1 CrashLoopBackOff 1');
    expect(first).toMatchObject({
      restartCount: 1,
      ready: false,
      state: {
        waiting: { reason: 'CrashLoopBackOff', message: `back-off 10s restarting failed container=websrv pod=webpod1_default(${uid})` },
      },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    expect(cluster.events('webpod1')).toContain(
      `Warning BackOff kubelet: Back-off restarting failed container websrv in pod webpod1_default(${uid}) x1`,
    );
    expect(statusOf(cluster)['phase']).toBe('Running');
    cluster.sim.advance(12_000_000);
    expect(statusOf(cluster)['containerStatuses'][0].state.waiting.message).toContain('back-off 20s');
    cluster.sim.advance(22_000_000);
    expect(row(cluster)).toBe('0/1 CrashLoopBackOff 3');
  });

  it('end the pod, if nothing starts them again', () => {
    const { cluster, runtime } = newCluster();
    run(cluster, { restartPolicy: 'Never', containers: [container('exit-0-after-100')] });
    cluster.sim.settle();
    expect(row(cluster)).toBe('0/1 Completed 0');
    expect(statusOf(cluster)['phase']).toBe('Succeeded');
    expect(statusOf(cluster)['conditions']).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'False', reason: 'PodCompleted' }),
    );
    expect(runtime.running.size).toBe(0);
  });

  it('fail the pod, or are tried until they succeed', () => {
    const { cluster } = newCluster();
    run(cluster, { restartPolicy: 'Never', containers: [container('exit-3-after-100')] });
    cluster.sim.settle();
    expect(row(cluster)).toBe('0/1 Error 0');
    expect(statusOf(cluster)['phase']).toBe('Failed');
    const other = newCluster().cluster;
    run(other, { restartPolicy: 'OnFailure', containers: [container('exit-3-after-100')] });
    other.sim.settle();
    expect(row(other)).toBe('0/1 CrashLoopBackOff 1');
  });
});

describe('init containers', () => {
  it('run one after the other before the pod does', () => {
    const { cluster } = newCluster();
    const init = [
      { name: 'one', image: 'exit-0-after-2000' },
      { name: 'two', image: 'exit-0-after-2000' },
    ];
    run(cluster, { initContainers: init, containers: [container('traefik/whoami')] });
    cluster.sim.advance(500_000);
    expect(row(cluster)).toBe('0/1 Init:0/2 0');
    while (row(cluster) === '0/1 Init:0/2 0') cluster.sim.advance(100_000);
    expect(row(cluster)).toBe('0/1 Init:1/2 0');
    expect(statusOf(cluster)['conditions']).toContainEqual(
      expect.objectContaining({ type: 'Initialized', status: 'False', message: 'containers with incomplete status: [two]' }),
    );
    cluster.sim.settle();
    expect(row(cluster)).toBe('1/1 Running 0');
    expect(statusOf(cluster)['initContainerStatuses'].map(({ state }: any) => state.terminated.reason)).toEqual(['Completed', 'Completed']);
  });

  it('are tried again when they fail, unless the pod never restarts', () => {
    const { cluster } = newCluster();
    run(cluster, { initContainers: [{ name: 'one', image: 'exit-1-after-100' }], containers: [container('traefik/whoami')] });
    cluster.sim.settle();
    expect(row(cluster)).toBe('0/1 Init:CrashLoopBackOff 1');
    const other = newCluster().cluster;
    run(other, {
      restartPolicy: 'Never',
      initContainers: [{ name: 'one', image: 'exit-1-after-100' }],
      containers: [container('traefik/whoami')],
    });
    other.sim.settle();
    expect(row(other)).toBe('0/1 Init:Error 0');
    expect(statusOf(other)['phase']).toBe('Failed');
  });

  it('that are sidecars stay beside the others', () => {
    const { cluster } = newCluster();
    run(cluster, {
      initContainers: [{ name: 'proxy', image: 'nginx', restartPolicy: 'Always' }],
      containers: [container('traefik/whoami')],
    });
    cluster.sim.settle();
    expect(statusOf(cluster)['phase']).toBe('Running');
    expect(statusOf(cluster)['initContainerStatuses'][0]).toMatchObject({ started: true, state: { running: {} } });
  });
});

describe('probes', () => {
  const httpGet = { path: '/', port: 80 };

  it('keep a pod from being ready, and take it away from the ready ones', () => {
    const { cluster, runtime } = newCluster();
    cluster.service('web');
    runtime.failure = 'HTTP probe failed with statuscode: 500';
    run(cluster, { containers: [container('traefik/whoami', { readinessProbe: { httpGet, periodSeconds: 5 } })] });
    cluster.sim.settle();
    expect(row(cluster)).toBe('0/1 Running 0');
    expect(cluster.events('webpod1').at(-1)).toBe(
      'Warning Unhealthy kubelet: Readiness probe failed: HTTP probe failed with statuscode: 500 x3',
    );
    runtime.failure = undefined;
    cluster.sim.advance(6_000_000);
    expect(row(cluster)).toBe('1/1 Running 0');
    expect(cluster.slices('web')[0]!['endpoints'][0].conditions.ready).toBe(true);
    runtime.failure = 'HTTP probe failed with statuscode: 503';
    cluster.sim.advance(16_000_000);
    expect(row(cluster)).toBe('0/1 Running 0');
    expect(cluster.slices('web')[0]!['endpoints'][0].conditions).toMatchObject({ ready: false, serving: false });
  });

  it('have a container killed that is not alive any more', () => {
    const { cluster, runtime } = newCluster();
    run(cluster, { containers: [container('traefik/whoami', { livenessProbe: { httpGet, periodSeconds: 5, failureThreshold: 2 } })] });
    cluster.sim.settle();
    expect(row(cluster)).toBe('1/1 Running 0');
    runtime.failure = 'HTTP probe failed with statuscode: 500';
    cluster.sim.advance(12_000_000);
    runtime.failure = undefined;
    expect(cluster.events('webpod1')).toEqual(
      expect.arrayContaining([
        expect.stringContaining('Warning Unhealthy kubelet: Liveness probe failed: HTTP probe failed with statuscode: 500 x'),
        'Normal Killing kubelet: Container websrv failed liveness probe, will be restarted x1',
      ]),
    );
    cluster.sim.settle();
    expect(row(cluster)).toBe('1/1 Running 1');
    expect(statusOf(cluster)['containerStatuses'][0].lastState.terminated.exitCode).toBe(137);
  });

  it('wait until the startup probe has succeeded', () => {
    const { cluster, runtime } = newCluster();
    runtime.failure = 'dial tcp 10.10.1.2:80: connect: connection refused';
    const startupProbe = { tcpSocket: { port: 80 }, periodSeconds: 2, failureThreshold: 30 };
    run(cluster, {
      containers: [container('traefik/whoami', { startupProbe, livenessProbe: { httpGet, periodSeconds: 1, failureThreshold: 1 } })],
    });
    cluster.sim.advance(20_000_000);
    expect(row(cluster)).toBe('0/1 Running 0');
    expect(statusOf(cluster)['containerStatuses'][0].started).toBe(false);
    runtime.failure = undefined;
    cluster.sim.settle();
    expect(row(cluster)).toBe('1/1 Running 0');
  });
});

it('refuses a pod that was bound to it against its own selector', () => {
  const { cluster } = newCluster();
  run(cluster, { nodeSelector: { disk: 'ssd' }, containers: [container('traefik/whoami')] });
  cluster.sim.settle();
  expect(statusOf(cluster)).toMatchObject({ phase: 'Failed', reason: 'NodeAffinity' });
  expect(row(cluster)).toBe('0/1 NodeAffinity 0');
  must(cluster.api.delete('pods', 'default', 'webpod1'));
});
