import type { Json, Table } from '@svclab/sim';
import { formatTime, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { splitKey } from '../object-key.js';
import { isPodFinished, isTerminating } from '../pod-state.js';
import { rejectionOf } from './admission.js';
import { ContainerStarter, failureWords } from './container-starter.js';
import { stageDelayUs, type Stage } from './lifecycle.js';
import {
  adoptedRecord,
  isNew,
  isPassed,
  isRunning,
  newRecord,
  plansOf,
  withContainer,
  type ContainerRecord,
  type PodRecord,
  type ProbeKind,
} from './pod-record.js';
import type { PodRuntime } from './pod-runtime.js';
import { podPhase, podStatus } from './pod-status.js';
import { isAwaited, isDue, PROBE_KINDS, probed, probeOf } from './probes.js';
import { backOffMessage, crashesAfter, podName, restartBackOffMs, restarts } from './restart-policy.js';

/** Payload of a `kubelet.stage` timer. */
export interface StagePayload {
  readonly key: string;
  readonly uid: string;
  readonly stage: Stage | 'probe';
  /** Index of the container that the stage is about. */
  readonly container: number;
  /** How long the pull took that this stage comes after; absent when the image was there. */
  readonly pulledMs?: number;
  readonly exitCode?: number;
  readonly probe?: ProbeKind;
}

/** Wait before a sandbox that could not be made is tried again. */
const SANDBOX_RETRY_US = 12_000_000;

/** A process that ends so soon is waited for: its pod has not come to rest before. */
const SHORT_RUN_US = 5_000_000;

type Pod = Readonly<KubeObject>;

/** Takes pods through the stages of their life on their nodes. Timers say what comes next: one of the pod, one of each container. */
export class PodWorkers {
  readonly #pods: Table<PodRecord>;
  readonly #events: EventRecorder;
  readonly #starter: ContainerStarter;

  constructor(private readonly context: ControllerContext & { readonly runtime: PodRuntime }) {
    this.#pods = context.sim.store.table('kubelet.pods');
    this.#events = new EventRecorder(context, 'kubelet');
    this.#starter = new ContainerStarter(context, this.#events);
  }

  /** Makes a pod known to its kubelet, or starts its end, as its object asks for. */
  syncPod(key: string): void {
    const { api } = this.context;
    const { namespace, name } = splitKey(key);
    const pod = api.get('pods', namespace, name);
    const record = this.#pods.get(key);
    if (record && record.uid !== pod?.metadata.uid) this.#kill(key, record);
    if (!pod) this.context.runtime.forgetPod?.(namespace, name);
    const node = pod?.spec?.['nodeName'] as string | undefined;
    // Nobody looks after a pod on a node that does not exist: it stays Pending.
    if (!pod || !node || !api.get('nodes', undefined, node)) return;
    if (!this.#pods.has(key)) this.#meet(key, pod, node);
    else if (isTerminating(pod) && !this.#pods.get(key)!.terminating) this.#beginTermination(key, pod);
  }

  runStage({ key, uid, stage, container, pulledMs, exitCode, probe }: StagePayload): void {
    const { namespace, name } = splitKey(key);
    const pod = this.context.api.get('pods', namespace, name);
    const record = this.#pods.get(key);
    if (!pod || !record || record.uid !== uid || pod.metadata.uid !== uid) return;
    switch (stage) {
      case 'accept':
        this.#writeStatus(pod, record);
        return this.#next(key, record, 'sandbox');
      case 'sandbox':
        return this.#startSandbox(key, pod, record);
      case 'pull':
        return this.#pullImage(key, pod, record, container);
      case 'start':
        return this.#startContainer(key, pod, record, container, pulledMs);
      case 'back-off':
        return this.#backOff(key, pod, record, container);
      case 'observe':
        return this.#observe(key, pod, record);
      case 'exit':
        return this.#exit(key, pod, record, container, exitCode ?? 0);
      case 'probe':
        return this.#probe(key, pod, record, container, probe!);
      case 'terminate':
        return this.#finishTermination(key);
    }
  }

  /** A pod that the kubelet has not seen: one to start, or one that was there before it. */
  #meet(key: string, pod: Pod, node: string): void {
    if (isPodFinished(pod)) return;
    if (pod.status?.['phase'] === 'Running') {
      this.#pods.put(key, adoptedRecord(pod, node));
      if (isTerminating(pod)) this.#beginTermination(key, pod);
      return;
    }
    const rejection = rejectionOf(pod, this.context.api.get('nodes', undefined, node)!);
    if (rejection) return this.#reject(pod, node, rejection);
    // Perhaps one of that name was here before.
    this.context.runtime.forgetPod?.(...nameOf(pod));
    const record = newRecord(pod, node);
    this.#pods.put(key, record);
    this.#next(key, record, 'accept');
  }

  /** The kubelet is asked last, and may refuse what nobody else has looked at. */
  #reject(pod: Pod, node: string, { reason, message }: { readonly reason: string; readonly message: string }): void {
    this.#events.record(pod, { type: 'Warning', reason, message: `Predicate ${message}` }, node);
    const status = { ...pod.status, phase: 'Failed', reason, message: `Pod was rejected: Predicate ${message}`, startTime: this.#now };
    this.context.api.updateStatus('pods', { ...pod, status });
  }

  #startSandbox(key: string, pod: Pod, record: PodRecord): void {
    const { sim, runtime } = this.context;
    const started = runtime.startSandbox(pod);
    if (started.ok) {
      const withAddresses = { ...record, addresses: started.value };
      this.#pods.put(key, withAddresses);
      return this.#startNext(key, pod, withAddresses);
    }
    const sandboxId = sim.random('kubelet').hex(64);
    const message = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${sandboxId}": ${started.error.message}`;
    this.#events.record(pod, { type: 'Warning', reason: 'FailedCreatePodSandBox', message }, record.node);
    this.#next(key, record, 'sandbox', { extraUs: SANDBOX_RETRY_US, periodic: true });
  }

  /** Begins with the first container whose turn has come; init containers are awaited one by one. */
  #startNext(key: string, pod: Pod, record: PodRecord): void {
    const plans = plansOf(pod);
    for (const [index, container] of record.containers.entries()) {
      if (isNew(container) && container.pullFailures === 0) return this.#next(key, record, 'pull', { container: index });
      if (!isPassed(container, plans[index]!)) return;
    }
  }

  #pullImage(key: string, pod: Pod, record: PodRecord, index: number): void {
    const pulledMs = this.#starter.pull(pod, plansOf(pod)[index]!.spec, record.node);
    this.#next(key, record, 'start', { container: index, ...(pulledMs !== undefined && { pulledMs, extraUs: pulledMs * 1_000 }) });
  }

  #startContainer(key: string, pod: Pod, record: PodRecord, index: number, pulledMs: number | undefined): void {
    const { spec } = plansOf(pod)[index]!;
    const before = record.containers[index]!;
    const started = this.#starter.start(pod, spec, record.node, pulledMs);
    if (!started.ok) {
      const waiting = { reason: started.error.reason, message: failureWords(started.error) };
      const failed = withContainer(record, index, { ...before, waiting, pullFailures: before.pullFailures + 1 });
      this.#pods.put(key, failed);
      this.#next(key, failed, 'back-off', { container: index, periodic: true });
      this.#next(key, failed, 'observe');
      return this.#startNext(key, pod, failed);
    }
    const { ends, ...identity } = started.value;
    const { waiting: _waiting, terminated, probes: _probes, ...kept } = before;
    const restarted = terminated ?? before.last;
    const updated = withContainer(record, index, {
      ...kept,
      ...identity,
      ...(restarted && { last: restarted }),
      startedAt: this.#now,
      ready: false,
      started: spec.startupProbe === undefined,
      pullFailures: 0,
      restartCount: restarted ? before.restartCount + 1 : 0,
    });
    this.#pods.put(key, updated);
    if (ends) {
      const afterUs = Math.round(ends.afterMs * 1_000);
      this.#next(key, updated, 'exit', { container: index, extraUs: afterUs, exitCode: ends.exitCode, periodic: afterUs > SHORT_RUN_US });
    }
    this.#scheduleProbes(key, pod, updated, index);
    this.#next(key, updated, 'observe');
    this.#startNext(key, pod, updated);
  }

  #backOff(key: string, pod: Pod, record: PodRecord, index: number): void {
    const { container, waitMs } = this.#starter.backOff(pod, plansOf(pod)[index]!.spec, record.containers[index]!, record.node);
    const updated = withContainer(record, index, container);
    this.#update(key, pod, updated);
    this.#next(key, updated, 'pull', { container: index, extraUs: waitMs * 1_000, periodic: true });
  }

  /** Looks at the runtime: only now is it known what runs. A container without readiness probe is ready as soon as it does. */
  #observe(key: string, pod: Pod, record: PodRecord): void {
    const plans = plansOf(pod);
    const containers = record.containers.map((container, i) =>
      isRunning(container) && container.started && !plans[i]!.spec.readinessProbe ? { ...container, ready: true } : container,
    );
    this.#update(key, pod, { ...record, containers });
  }

  // --- containers that end

  /** A process has ended by itself. */
  #exit(key: string, pod: Pod, record: PodRecord, index: number, exitCode: number): void {
    const { spec } = plansOf(pod)[index]!;
    this.context.runtime.endContainer?.(pod, spec);
    this.#ended(key, pod, record, index, exitCode);
  }

  #ended(key: string, pod: Pod, record: PodRecord, index: number, exitCode: number): void {
    const plan = plansOf(pod)[index]!;
    const before = record.containers[index]!;
    const { sim } = this.context;
    const terminated = {
      containerID: before.containerID ?? '',
      exitCode,
      finishedAt: this.#now,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: before.startedAt ?? this.#now,
    };
    this.#cancelContainerTimers(key, before.name);
    const again = restarts(pod, plan, exitCode);
    const { last: _last, probes: _probes, ...kept } = before;
    const crashes = again ? crashesAfter(before, sim.nowUs) : before.crashes;
    const ended: ContainerRecord = { ...kept, terminated, crashes, ready: plan.role === 'init' && exitCode === 0, started: false };
    if (again) return this.#restart(key, pod, record, index, ended);
    const updated = withContainer(record, index, ended);
    this.#update(key, pod, updated);
    const phase = podPhase(pod, updated, plansOf(pod));
    if (phase === 'Succeeded' || phase === 'Failed') this.#retire(key, updated);
    else this.#startNext(key, pod, updated);
  }

  #restart(key: string, pod: Pod, record: PodRecord, index: number, ended: ContainerRecord): void {
    const { spec } = plansOf(pod)[index]!;
    const backOffMs = restartBackOffMs(ended.crashes);
    if (backOffMs === 0) {
      const updated = withContainer(record, index, ended);
      this.#update(key, pod, updated);
      return this.#next(key, updated, 'pull', { container: index });
    }
    const { terminated, ...others } = ended;
    const waiting = { reason: 'CrashLoopBackOff', message: backOffMessage(pod, spec.name, backOffMs) };
    const message = `Back-off restarting failed container ${spec.name} in pod ${podName(pod)}`;
    this.#starter.record(pod, spec, record.node, 'Warning', 'BackOff', message);
    const updated = withContainer(record, index, { ...others, waiting, last: terminated! });
    this.#update(key, pod, updated);
    this.#next(key, updated, 'pull', { container: index, extraUs: backOffMs * 1_000, periodic: true });
  }

  /** A pod that has run to its end: its sandbox goes, its object stays. */
  #retire(key: string, record: PodRecord): void {
    const { namespace, name } = splitKey(key);
    this.#cancelTimers(key, record);
    this.#pods.delete(key);
    this.context.runtime.stop(namespace, name);
  }

  // --- probes

  #scheduleProbes(key: string, pod: Pod, record: PodRecord, index: number): void {
    const plan = plansOf(pod)[index]!;
    for (const kind of PROBE_KINDS) {
      const probe = probeOf(plan, kind);
      // The first comes somewhere in the first period that is left over, so that not all kubelets probe at once.
      if (probe) this.#setProbe(key, pod, record, index, kind, (probe.initialDelaySeconds ?? 0) * 1_000_000 + 1_000_000);
    }
  }

  #setProbe(key: string, pod: Pod, record: PodRecord, index: number, kind: ProbeKind, delayUs: number): void {
    const { sim } = this.context;
    const container = record.containers[index]!;
    const payload = { key, uid: record.uid, stage: 'probe', container: index, probe: kind } satisfies StagePayload;
    sim.timers.set(timerName(key, `${container.name}/${kind}`), {
      dueUs: sim.nowUs + delayUs,
      kind: 'kubelet.stage',
      payload: payload as Json,
      periodic: !isAwaited(container, plansOf(pod)[index]!, kind),
    });
  }

  #probe(key: string, pod: Pod, record: PodRecord, index: number, kind: ProbeKind): void {
    const { runtime } = this.context;
    const plan = plansOf(pod)[index]!;
    const container = record.containers[index]!;
    const probe = probeOf(plan, kind)!;
    if (!isRunning(container) || record.terminating || (kind === 'startup' && container.started)) return;
    const again = (after: PodRecord): void => this.#setProbe(key, pod, after, index, kind, (probe.periodSeconds ?? 10) * 1_000_000);
    if (!isDue(container, kind)) return again(record);
    const outcome = runtime.probe?.(pod, plan.spec, probe);
    const succeeded = outcome?.ok !== false;
    const title = kind[0]!.toUpperCase() + kind.slice(1);
    if (!succeeded) this.#starter.record(pod, plan.spec, record.node, 'Warning', 'Unhealthy', `${title} probe failed: ${outcome.error}`);
    const after = probed(container, plan, kind, succeeded);
    const updated = withContainer(record, index, after.container);
    if (after.kill) return this.#killUnhealthy(key, pod, updated, index, kind);
    if (after.container.ready !== container.ready || after.container.started !== container.started) {
      this.#update(key, pod, updated);
      if (!container.started) this.#startNext(key, pod, updated);
    } else if (!sameCounts(container, after.container, kind)) this.#pods.put(key, updated);
    again(updated);
  }

  #killUnhealthy(key: string, pod: Pod, record: PodRecord, index: number, kind: ProbeKind): void {
    const { spec } = plansOf(pod)[index]!;
    const message = `Container ${spec.name} failed ${kind} probe, will be restarted`;
    this.#starter.record(pod, spec, record.node, 'Normal', 'Killing', message);
    this.#ended(key, pod, record, index, this.context.runtime.endContainer?.(pod, spec) ?? 137);
  }

  // --- the end of the pod

  #beginTermination(key: string, pod: Pod): void {
    const { sim, runtime } = this.context;
    const record = { ...this.#pods.get(key)!, terminating: true };
    this.#cancelTimers(key, record);
    this.#pods.put(key, record);
    this.#recordKilling(pod, record);
    const graceUs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1_000_000;
    const neededUs = stageDelayUs('terminate', sim.random('kubelet'));
    const processesUs = record.containers.some(isRunning) ? (runtime.terminationMs?.(pod) ?? 0) * 1_000 : 0;
    this.#setTimer(key, record, 'terminate', Math.min(graceUs, processesUs) + neededUs, {});
  }

  #finishTermination(key: string): void {
    const { namespace, name } = splitKey(key);
    this.context.runtime.stop(namespace, name);
    this.#pods.delete(key);
    this.context.api.delete('pods', namespace, name, { gracePeriodSeconds: 0 });
  }

  /** The object is gone while its containers run: deletion without grace. */
  // Simplification: such containers end at once; a real kubelet gives them two seconds.
  #kill(key: string, record: PodRecord): void {
    const { namespace, name } = splitKey(key);
    const metadata = { namespace, name, uid: record.uid, resourceVersion: '', creationTimestamp: '' };
    this.#recordKilling({ apiVersion: 'v1', kind: 'Pod', metadata }, record);
    this.#retire(key, record);
  }

  #recordKilling(pod: Pod, { containers, node }: PodRecord): void {
    for (const { name } of containers.filter(isRunning)) {
      const fieldPath = `spec.containers{${name}}`;
      this.#events.record(pod, { type: 'Normal', reason: 'Killing', message: `Stopping container ${name}`, fieldPath }, node);
    }
  }

  // --- status and timers

  get #now(): string {
    return formatTime(this.context.sim.nowUs);
  }

  #update(key: string, pod: Pod, record: PodRecord): void {
    this.#pods.put(key, record);
    this.#writeStatus(pod, record);
  }

  #writeStatus(pod: Pod, record: PodRecord): void {
    const { api } = this.context;
    const node = api.get('nodes', undefined, record.node);
    const addresses: readonly { type: string; address: string }[] = node?.status?.['addresses'] ?? [];
    const hostIP = record.addresses?.hostIP ?? addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
    api.updateStatus('pods', { ...pod, status: podStatus(pod, record, hostIP, this.#now) });
  }

  #next(key: string, record: PodRecord, stage: Stage, options: StageOptions = {}): void {
    const delayUs = stageDelayUs(stage, this.context.sim.random('kubelet')) + (options.extraUs ?? 0);
    this.#setTimer(key, record, stage, delayUs, options);
  }

  #setTimer(key: string, record: PodRecord, stage: Stage, delayUs: number, options: StageOptions): void {
    const { sim } = this.context;
    const { container, pulledMs, exitCode, periodic = false } = options;
    const payload = {
      key,
      uid: record.uid,
      stage,
      container: container ?? 0,
      ...(pulledMs !== undefined && { pulledMs }),
      ...(exitCode !== undefined && { exitCode }),
    } satisfies StagePayload;
    const name = timerName(key, container === undefined ? undefined : record.containers[container]!.name);
    sim.timers.set(name, { dueUs: sim.nowUs + delayUs, kind: 'kubelet.stage', payload: payload as Json, periodic });
  }

  #cancelTimers(key: string, { containers }: PodRecord): void {
    this.context.sim.timers.cancel(timerName(key));
    for (const { name } of containers) this.#cancelContainerTimers(key, name);
  }

  #cancelContainerTimers(key: string, container: string): void {
    const { timers } = this.context.sim;
    timers.cancel(timerName(key, container));
    for (const kind of PROBE_KINDS) timers.cancel(timerName(key, `${container}/${kind}`));
  }
}

interface StageOptions {
  /** Index of the container whose own timer it is: it runs beside the pod's. */
  readonly container?: number;
  readonly pulledMs?: number;
  readonly exitCode?: number;
  /** Added to the stage's own delay. */
  readonly extraUs?: number;
  /** A retry that may go on for ever must not keep a sandbox from settling. */
  readonly periodic?: boolean;
}

const nameOf = ({ metadata }: Pod): [namespace: string, name: string] => [metadata.namespace ?? '', metadata.name];

const timerName = (key: string, container?: string): string => `kubelet/${key}${container === undefined ? '' : `/${container}`}`;

function sameCounts(before: ContainerRecord, after: ContainerRecord, kind: ProbeKind): boolean {
  const [a, b] = [before.probes?.[kind], after.probes?.[kind]];
  return a?.successes === b?.successes && a?.failures === b?.failures;
}
