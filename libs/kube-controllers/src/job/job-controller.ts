import { formatTime, parseTime, sameJson, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { keyOf, splitKey } from '../object-key.js';
import { controllerOf, OwnedObjects } from '../owned-objects.js';
import { podFromTemplate } from '../pod-template/pod-from-template.js';
import { concernsOwner, isPodActive, isPodReady, isTerminating } from '../pod-state.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { conditionsOf, findCondition, withCondition, type WorkloadCondition } from '../workload-condition.js';

/** Wait before a pod that has failed is replaced: 10 s, doubling, at most 10 min (pkg/controller/job/backoff_utils.go). */
const FIRST_BACK_OFF_MS = 10_000;
const MAX_BACK_OFF_MS = 600_000;

interface JobSpec {
  readonly parallelism: number;
  readonly completions?: number;
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly suspend?: boolean;
  readonly completionMode?: 'NonIndexed' | 'Indexed';
  readonly template: Readonly<Record<string, any>>;
}

const specOf = (job: Readonly<KubeObject>): JobSpec => job.spec as JobSpec;

/** Runs pods until enough have succeeded (pkg/controller/job/job_controller.go). */
export function registerJobController(context: ControllerContext): void {
  const { sim, api } = context;
  const controller = new JobController(context);
  const queue = new ReconcileQueue(sim, (key) => controller.reconcile(key));
  sim.timers.on('job.sync', (payload) => queue.add(payload as string));
  api.subscribe(({ type, resource, object, previous }) => {
    if (resource.plural === 'jobs') {
      if (type === 'DELETED') sim.timers.cancel(`job/${keyOf(object)}`);
      else queue.add(keyOf(object));
    } else if (resource.plural === 'pods' && concernsOwner(object, previous)) {
      const owner = controllerOf(object) ?? (previous && controllerOf(previous));
      if (owner?.kind === 'Job') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }
  });
}

// Simplification: pods that a job has counted and that are then deleted are run again; upstream keeps the count by finalizers on its pods.
class JobController {
  readonly #events: EventRecorder;
  readonly #pods: OwnedObjects;

  constructor(private readonly context: ControllerContext) {
    this.#events = new EventRecorder(context, 'job-controller');
    this.#pods = new OwnedObjects(context.api, 'pods');
  }

  reconcile(key: string): void {
    const { sim, api } = this.context;
    const { namespace, name } = splitKey(key);
    const job = api.get('jobs', namespace, name);
    if (!job || isTerminating(job)) return;
    if (isFinished(job)) return this.#expire(key, job);
    const spec = specOf(job);
    const pods = this.#pods.claim(job);
    const startTime = (job.status?.['startTime'] as string | undefined) ?? (spec.suspend ? undefined : formatTime(sim.nowUs));
    const verdict = this.#verdict(job, pods, startTime);
    const active = pods.filter(isPodActive);
    if (verdict ?? spec.suspend) this.#delete(job, active);
    else this.#fill(key, job, pods, active);
    this.#writeStatus(job, this.#pods.of(job.metadata.uid), startTime, verdict);
    this.#lookAtDeadline(key, spec, startTime, verdict);
  }

  /** How the job ends, if it does now. */
  #verdict(job: Readonly<KubeObject>, pods: readonly Readonly<KubeObject>[], startTime: string | undefined): Verdict | undefined {
    const spec = specOf(job);
    const { succeeded, failed } = counted(pods);
    const restarts = spec.template['spec']?.restartPolicy === 'OnFailure' ? sum(pods.filter(isPodActive), restartsOf) : 0;
    if (failed > spec.backoffLimit || (restarts > 0 && restarts >= Math.max(1, spec.backoffLimit)))
      return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
    if (this.#deadlineUs(spec, startTime) <= this.context.sim.nowUs)
      return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
    const isComplete = spec.completions === undefined ? succeeded > 0 && !pods.some(isPodActive) : succeeded >= spec.completions;
    return isComplete
      ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
      : undefined;
  }

  /** As many pods at a time as `parallelism` says, but not more than are still to succeed. */
  #fill(key: string, job: Readonly<KubeObject>, pods: readonly Readonly<KubeObject>[], active: readonly Readonly<KubeObject>[]): void {
    const { sim, api } = this.context;
    const { parallelism, completions, template, completionMode } = specOf(job);
    const { succeeded, failed } = counted(pods);
    const open = completions === undefined ? (succeeded > 0 ? active.length : parallelism) : Math.min(parallelism, completions - succeeded);
    if (active.length > open) return this.#delete(job, active.slice(open));
    if (active.length === open) return;
    const waitUntilUs = lastFailureUs(pods) + backOffUs(failed);
    if (failed > 0 && waitUntilUs > sim.nowUs) {
      sim.timers.set(`job/${key}`, { dueUs: waitUntilUs, kind: 'job.sync', payload: key, periodic: true });
      return;
    }
    const indexes = completionMode === 'Indexed' ? openIndexes(pods, completions ?? 0) : [];
    for (let i = active.length; i < open; i++) {
      const pod = podFromTemplate(template, job, indexed(job, indexes[i - active.length]));
      const created = api.create('pods', pod, job.metadata.namespace);
      if (!created.ok) {
        this.#events.record(job, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${created.error.message}` });
        return;
      }
      this.#events.record(job, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${created.value.metadata.name}` });
    }
  }

  #delete(job: Readonly<KubeObject>, pods: readonly Readonly<KubeObject>[]): void {
    for (const { metadata } of pods) {
      this.context.api.delete('pods', metadata.namespace, metadata.name);
      this.#events.record(job, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${metadata.name}` });
    }
  }

  #writeStatus(
    job: Readonly<KubeObject>,
    pods: readonly Readonly<KubeObject>[],
    startTime: string | undefined,
    verdict: Verdict | undefined,
  ): void {
    const { sim, api } = this.context;
    const now = formatTime(sim.nowUs);
    const { succeeded, failed } = counted(pods);
    const active = pods.filter(isPodActive);
    const conditions = this.#conditions(job, verdict, now);
    const status = {
      ...(active.length > 0 && { active: active.length }),
      ...(verdict?.type === 'Complete' && { completionTime: now }),
      ...(conditions.length > 0 && { conditions }),
      ...(failed > 0 && { failed }),
      ready: active.filter(isPodReady).length,
      ...(startTime !== undefined && { startTime }),
      ...(succeeded > 0 && { succeeded }),
      terminating: pods.filter(isTerminating).length,
      uncountedTerminatedPods: {},
    };
    if (sameJson(status, job.status ?? {})) return;
    api.updateStatus('jobs', { ...job, status });
    if (!verdict) return;
    if (verdict.type === 'Complete') this.#events.record(job, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
    else this.#events.record(job, { type: 'Warning', reason: verdict.reason, message: verdict.message });
  }

  #conditions(job: Readonly<KubeObject>, verdict: Verdict | undefined, now: string): readonly WorkloadCondition[] {
    const before = conditionsOf(job.status);
    const times = { lastProbeTime: now, lastTransitionTime: now };
    if (verdict) {
      const early = verdict.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
      return withCondition(withCondition(before, { ...verdict, type: early, status: 'True', ...times }), {
        ...verdict,
        status: 'True',
        ...times,
      });
    }
    const isSuspended = specOf(job).suspend === true;
    if (!isSuspended && !findCondition(job.status, 'Suspended')) return before;
    const [status, reason, message] = isSuspended
      ? (['True', 'JobSuspended', 'Job suspended'] as const)
      : (['False', 'JobResumed', 'Job resumed'] as const);
    return withCondition(before, { type: 'Suspended', status, reason, message, ...times });
  }

  #deadlineUs({ activeDeadlineSeconds }: JobSpec, startTime: string | undefined): number {
    if (activeDeadlineSeconds === undefined || startTime === undefined) return Infinity;
    return parseTime(startTime)! + activeDeadlineSeconds * 1_000_000;
  }

  #lookAtDeadline(key: string, spec: JobSpec, startTime: string | undefined, verdict: Verdict | undefined): void {
    const dueUs = this.#deadlineUs(spec, startTime);
    const { timers, nowUs } = this.context.sim;
    if (!verdict && dueUs !== Infinity && dueUs > nowUs)
      timers.set(`job/${key}/deadline`, { dueUs, kind: 'job.sync', payload: key, periodic: true });
  }

  /** ttlSecondsAfterFinished (pkg/controller/ttlafterfinished). */
  #expire(key: string, job: Readonly<KubeObject>): void {
    const { sim, api } = this.context;
    const { ttlSecondsAfterFinished } = specOf(job);
    if (ttlSecondsAfterFinished === undefined) return;
    const end = conditionsOf(job.status).find(({ type }) => type === 'Complete' || type === 'Failed')!;
    const dueUs = parseTime(end.lastTransitionTime)! + ttlSecondsAfterFinished * 1_000_000;
    if (dueUs <= sim.nowUs) api.delete('jobs', job.metadata.namespace, job.metadata.name, { propagationPolicy: 'Background' });
    else sim.timers.set(`job/${key}`, { dueUs, kind: 'job.sync', payload: key, periodic: true });
  }
}

interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

const isFinished = ({ status }: Readonly<KubeObject>): boolean =>
  conditionsOf(status).some((condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True');

const phaseOf = ({ status }: Readonly<KubeObject>): unknown => status?.['phase'];

function counted(pods: readonly Readonly<KubeObject>[]): { readonly succeeded: number; readonly failed: number } {
  return {
    succeeded: pods.filter((pod) => phaseOf(pod) === 'Succeeded').length,
    failed: pods.filter((pod) => phaseOf(pod) === 'Failed').length,
  };
}

const sum = (pods: readonly Readonly<KubeObject>[], count: (pod: Readonly<KubeObject>) => number): number =>
  pods.reduce((total, pod) => total + count(pod), 0);

interface ContainerStatus {
  readonly restartCount?: number;
  readonly state?: { readonly terminated?: { readonly finishedAt?: string } };
}

const statusesOf = ({ status }: Readonly<KubeObject>): readonly ContainerStatus[] =>
  (status?.['containerStatuses'] as readonly ContainerStatus[] | undefined) ?? [];

const restartsOf = (pod: Readonly<KubeObject>): number => statusesOf(pod).reduce((total, { restartCount = 0 }) => total + restartCount, 0);

const lastFailureUs = (pods: readonly Readonly<KubeObject>[]): number =>
  Math.max(
    0,
    ...pods
      .filter((pod) => phaseOf(pod) === 'Failed')
      .flatMap(statusesOf)
      .map(({ state }) => parseTime(state?.terminated?.finishedAt ?? '') ?? 0),
  );

const backOffUs = (failures: number): number => Math.min(FIRST_BACK_OFF_MS * 2 ** Math.max(0, failures - 1), MAX_BACK_OFF_MS) * 1_000;

const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

/** Indexes for which no pod runs and none has succeeded, ascending. */
function openIndexes(pods: readonly Readonly<KubeObject>[], completions: number): readonly number[] {
  const taken = new Set(
    pods.filter((pod) => phaseOf(pod) !== 'Failed').map(({ metadata }) => Number(metadata.annotations?.[COMPLETION_INDEX])),
  );
  return Array.from({ length: completions }, (_, index) => index).filter((index) => !taken.has(index));
}

/** What tells an indexed pod which part of the work is its. */
function indexed(job: Readonly<KubeObject>, index: number | undefined): Parameters<typeof podFromTemplate>[2] {
  if (index === undefined) return {};
  const mark = { [COMPLETION_INDEX]: String(index) };
  return { annotations: mark, labels: mark, spec: { hostname: `${job.metadata.name}-${index}` } };
}
