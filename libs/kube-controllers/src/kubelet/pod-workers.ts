import type { Json, Table } from '@svclab/sim';
import { formatTime, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { splitKey } from '../object-key.js';
import { isPodFinished, isTerminating } from '../pod-state.js';
import { ContainerStarter } from './container-starter.js';
import { stageDelayUs, type Stage } from './lifecycle.js';
import type { PodRuntime } from './pod-runtime.js';
import { containersOf, podStatus, type ContainerRecord, type PodRecord } from './pod-status.js';

/** Payload of a `kubelet.stage` timer. */
export interface StagePayload {
  readonly key: string;
  readonly uid: string;
  readonly stage: Stage;
  /** Index of the container that the stage is about. */
  readonly container: number;
  /** How long the pull took that this stage comes after; absent when the image was there. */
  readonly pulledMs?: number;
}

/** Wait before a sandbox that could not be made is tried again. */
const SANDBOX_RETRY_US = 12_000_000;

/** Takes pods through the stages of their life on their nodes. One timer per pod says what comes next. */
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
    const node = pod?.spec?.['nodeName'] as string | undefined;
    // Nobody looks after a pod on a node that does not exist: it stays Pending.
    if (!pod || !node || !api.get('nodes', undefined, node)) return;
    if (!this.#pods.has(key)) this.#meet(key, pod, node);
    else if (isTerminating(pod) && !this.#pods.get(key)!.terminating) this.#beginTermination(key, pod);
  }

  runStage({ key, uid, stage, container, pulledMs }: StagePayload): void {
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
      case 'ready':
        // Simplification: readiness probes succeed at the first attempt.
        return this.#update(key, pod, { ...record, containers: record.containers.map(asReady) });
      case 'terminate':
        return this.#finishTermination(key);
    }
  }

  /** A pod that the kubelet has not seen: one to start, or one that was there before it. */
  #meet(key: string, pod: Readonly<KubeObject>, node: string): void {
    if (isPodFinished(pod)) return;
    const base = { uid: pod.metadata.uid, node, terminating: false };
    if (pod.status?.['phase'] === 'Running') {
      this.#pods.put(key, { ...base, ...adopted(pod) });
      if (isTerminating(pod)) this.#beginTermination(key, pod);
      return;
    }
    const containers = containersOf(pod).map(({ name }) => ({
      name,
      waiting: { reason: 'ContainerCreating' },
      ready: false,
      pullFailures: 0,
    }));
    const record = { ...base, containers };
    this.#pods.put(key, record);
    this.#next(key, record, 'accept');
  }

  #startSandbox(key: string, pod: Readonly<KubeObject>, record: PodRecord): void {
    const { sim, runtime } = this.context;
    const started = runtime.startSandbox(pod);
    if (started.ok) {
      const withAddresses = { ...record, addresses: started.value };
      this.#pods.put(key, withAddresses);
      return this.#next(key, withAddresses, 'pull');
    }
    const sandboxId = sim.random('kubelet').hex(64);
    this.#events.record(
      pod,
      {
        type: 'Warning',
        reason: 'FailedCreatePodSandBox',
        message: `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${sandboxId}": ${started.error.message}`,
      },
      record.node,
    );
    this.#next(key, record, 'sandbox', { extraUs: SANDBOX_RETRY_US, periodic: true });
  }

  #pullImage(key: string, pod: Readonly<KubeObject>, record: PodRecord, index: number): void {
    const pulledMs = this.#starter.pull(pod, containersOf(pod)[index]!, record.node);
    const container = record.containers[index]!;
    this.#next(key, record, 'start', {
      container: index,
      ...(pulledMs !== undefined && { pulledMs, extraUs: pulledMs * 1_000 }),
      ...(!isFirstAttempt(container) && { timer: container.name }),
    });
  }

  #startContainer(key: string, pod: Readonly<KubeObject>, record: PodRecord, index: number, pulledMs: number | undefined): void {
    const before = record.containers[index]!;
    const after = this.#starter.start(pod, containersOf(pod)[index]!, before, record.node, pulledMs);
    const updated = withContainer(record, index, after);
    this.#pods.put(key, updated);
    if (after.waiting) this.#next(key, updated, 'back-off', { container: index, periodic: true, timer: after.name });
    const isLast = index === record.containers.length - 1;
    if (isFirstAttempt(before) && !isLast) this.#next(key, updated, 'pull', { container: index + 1 });
    else this.#next(key, updated, 'observe');
  }

  #backOff(key: string, pod: Readonly<KubeObject>, record: PodRecord, index: number): void {
    const { container, waitMs } = this.#starter.backOff(pod, containersOf(pod)[index]!, record.containers[index]!, record.node);
    this.#update(key, pod, withContainer(record, index, container));
    this.#next(key, record, 'pull', { container: index, extraUs: waitMs * 1_000, periodic: true, timer: container.name });
  }

  #observe(key: string, pod: Readonly<KubeObject>, record: PodRecord): void {
    const probes = containersOf(pod).map(({ readinessProbe }) => readinessProbe);
    const containers = record.containers.map((container, i) => (container.waiting || probes[i] ? container : asReady(container)));
    this.#update(key, pod, { ...record, containers });
    if (containers.every(({ ready, waiting }) => ready || waiting)) return;
    const initialDelaySeconds = Math.max(0, ...probes.map((probe) => probe?.initialDelaySeconds ?? 0));
    this.#next(key, record, 'ready', { extraUs: initialDelaySeconds * 1_000_000 });
  }

  #beginTermination(key: string, pod: Readonly<KubeObject>): void {
    const { sim, runtime } = this.context;
    const record = { ...this.#pods.get(key)!, terminating: true };
    this.#cancelTimers(key, record);
    this.#pods.put(key, record);
    this.#recordKilling(pod, record);
    const graceUs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1_000_000;
    const neededUs = stageDelayUs('terminate', sim.random('kubelet'));
    const processesUs = (runtime.terminationMs?.(pod) ?? 0) * 1_000;
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
    this.#cancelTimers(key, record);
    this.#pods.delete(key);
    this.context.runtime.stop(namespace, name);
  }

  #recordKilling(pod: Readonly<KubeObject>, { containers, node }: PodRecord): void {
    for (const { name } of containers.filter(({ waiting }) => waiting === undefined)) {
      const fieldPath = `spec.containers{${name}}`;
      this.#events.record(pod, { type: 'Normal', reason: 'Killing', message: `Stopping container ${name}`, fieldPath }, node);
    }
  }

  #update(key: string, pod: Readonly<KubeObject>, record: PodRecord): void {
    this.#pods.put(key, record);
    this.#writeStatus(pod, record);
  }

  #writeStatus(pod: Readonly<KubeObject>, record: PodRecord): void {
    const { sim, api } = this.context;
    const node = api.get('nodes', undefined, record.node);
    const addresses: readonly { type: string; address: string }[] = node?.status?.['addresses'] ?? [];
    const hostIP = record.addresses?.hostIP ?? addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
    api.updateStatus('pods', { ...pod, status: podStatus(pod, record, hostIP, formatTime(sim.nowUs)) });
  }

  #next(key: string, record: PodRecord, stage: Stage, options: StageOptions = {}): void {
    const delayUs = stageDelayUs(stage, this.context.sim.random('kubelet')) + (options.extraUs ?? 0);
    this.#setTimer(key, record, stage, delayUs, options);
  }

  #setTimer(key: string, record: PodRecord, stage: Stage, delayUs: number, options: StageOptions): void {
    const { sim } = this.context;
    const { container = 0, pulledMs, periodic = false, timer } = options;
    const payload = { key, uid: record.uid, stage, container, ...(pulledMs !== undefined && { pulledMs }) };
    sim.timers.set(timerName(key, timer), { dueUs: sim.nowUs + delayUs, kind: 'kubelet.stage', payload: payload as Json, periodic });
  }

  #cancelTimers(key: string, { containers }: PodRecord): void {
    this.context.sim.timers.cancel(timerName(key));
    for (const { name } of containers) this.context.sim.timers.cancel(timerName(key, name));
  }
}

interface StageOptions {
  readonly container?: number;
  readonly pulledMs?: number;
  /** Added to the stage's own delay. */
  readonly extraUs?: number;
  /** A retry that may go on for ever must not keep a sandbox from settling. */
  readonly periodic?: boolean;
  /** Name of the container whose own timer it is: it runs beside the pod's. */
  readonly timer?: string;
}

const timerName = (key: string, container?: string): string => `kubelet/${key}${container === undefined ? '' : `/${container}`}`;

const isFirstAttempt = ({ waiting }: ContainerRecord): boolean => waiting?.reason === 'ContainerCreating';

const asReady = (container: ContainerRecord): ContainerRecord => (container.waiting ? container : { ...container, ready: true });

const withContainer = (record: PodRecord, index: number, container: ContainerRecord): PodRecord => ({
  ...record,
  containers: record.containers.map((other, i) => (i === index ? container : other)),
});

/** What is to be known of a pod that already runs. */
function adopted(pod: Readonly<KubeObject>): Pick<PodRecord, 'addresses' | 'containers'> {
  const statuses = (pod.status?.['containerStatuses'] ?? []) as readonly Record<string, any>[];
  return {
    addresses: { podIP: pod.status?.['podIP'] ?? '', hostIP: pod.status?.['hostIP'] ?? '' },
    containers: statuses.map(({ name, ready, containerID, imageID, image, state }) => ({
      name,
      ready: ready === true,
      containerID,
      imageID,
      image,
      startedAt: state?.running?.startedAt,
      pullFailures: 0,
    })),
  };
}
