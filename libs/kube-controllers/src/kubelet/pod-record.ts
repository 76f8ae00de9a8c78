import type { KubeObject } from '@svclab/kube-api';
import type { ContainerSpec, PodAddresses } from './pod-runtime.js';

export type ProbeKind = 'startup' | 'readiness' | 'liveness';

/** v1 ContainerStateTerminated. */
export interface Terminated {
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly containerID: string;
}

/** What the kubelet knows of one container: it waits, runs or has ended; `waiting` and `terminated` are both absent while it runs. */
export interface ContainerRecord {
  readonly name: string;
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly terminated?: Terminated;
  /** How it ended the time before. */
  readonly last?: Terminated;
  /** RFC 3339. */
  readonly startedAt?: string;
  readonly containerID?: string;
  readonly imageID?: string;
  readonly image?: string;
  readonly ready: boolean;
  /** It runs, and its startup probe, if it has one, has succeeded. */
  readonly started: boolean;
  readonly restartCount: number;
  /** Attempts to get its image that failed since the last that did not. */
  readonly pullFailures: number;
  /** Ends in a row, each soon after its start: the back-off grows with them. */
  readonly crashes: number;
  readonly probes?: { readonly [kind in ProbeKind]?: { readonly successes: number; readonly failures: number } };
}

/** Table `kubelet.pods`, key `namespace/name`: a pod that a kubelet looks after. */
export interface PodRecord {
  readonly uid: string;
  readonly node: string;
  readonly addresses?: PodAddresses;
  /** Init containers, then the others, in the order of the specification. */
  readonly containers: readonly ContainerRecord[];
  /** True once its containers have been told to stop. */
  readonly terminating: boolean;
}

/** A container of a pod with its part in the pod's life. */
export interface ContainerPlan {
  readonly spec: ContainerSpec;
  /** `init` runs to its end before the next begins, `sidecar` begins in their midst and stays. */
  readonly role: 'init' | 'sidecar' | 'main';
}

/** Container by container as in {@link PodRecord.containers}. */
export function plansOf(pod: Readonly<KubeObject>): readonly ContainerPlan[] {
  const init = (pod.spec?.['initContainers'] ?? []) as readonly ContainerSpec[];
  const main = (pod.spec?.['containers'] ?? []) as readonly ContainerSpec[];
  return [
    ...init.map((spec): ContainerPlan => ({ spec, role: spec.restartPolicy === 'Always' ? 'sidecar' : 'init' })),
    ...main.map((spec): ContainerPlan => ({ spec, role: 'main' })),
  ];
}

export const isRunning = ({ waiting, terminated }: ContainerRecord): boolean => waiting === undefined && terminated === undefined;

/** Has never run: neither now nor before. */
export const isNew = (container: ContainerRecord): boolean => !isRunning(container) && !container.terminated && !container.last;

/** What a container must have done before the next one begins. */
export function isPassed(container: ContainerRecord, { role }: ContainerPlan): boolean {
  if (role === 'init') return container.terminated?.exitCode === 0;
  return role === 'main' || (isRunning(container) && container.started);
}

/** Whether all init containers are done and all sidecars run. */
export const isInitialized = (record: PodRecord, plans: readonly ContainerPlan[]): boolean =>
  record.containers.every((container, i) => isPassed(container, plans[i]!));

export const withContainer = (record: PodRecord, index: number, container: ContainerRecord): PodRecord => ({
  ...record,
  containers: record.containers.map((other, i) => (i === index ? container : other)),
});

/** A pod that nobody has touched yet. */
export function newRecord(pod: Readonly<KubeObject>, node: string): PodRecord {
  const plans = plansOf(pod);
  const hasInit = plans.some(({ role }) => role !== 'main');
  const reason = hasInit ? 'PodInitializing' : 'ContainerCreating';
  const container = ({ spec }: ContainerPlan): ContainerRecord => ({
    name: spec.name,
    waiting: { reason },
    ready: false,
    started: false,
    restartCount: 0,
    pullFailures: 0,
    crashes: 0,
  });
  return { uid: pod.metadata.uid, node, containers: plans.map(container), terminating: false };
}

/** What is to be known of a pod that runs already. */
export function adoptedRecord(pod: Readonly<KubeObject>, node: string): PodRecord {
  const statuses = [...(pod.status?.['initContainerStatuses'] ?? []), ...(pod.status?.['containerStatuses'] ?? [])] as readonly Record<
    string,
    any
  >[];
  const containers = statuses.map(
    ({ name, ready, started, containerID, imageID, image, state, lastState, restartCount }): ContainerRecord => ({
      name,
      ready: ready === true,
      started: started !== false,
      containerID,
      imageID,
      image,
      restartCount: restartCount ?? 0,
      pullFailures: 0,
      crashes: 0,
      ...(state?.running && { startedAt: state.running.startedAt }),
      ...(state?.waiting && { waiting: state.waiting }),
      ...(state?.terminated && { terminated: state.terminated }),
      ...(lastState?.terminated && { last: lastState.terminated }),
    }),
  );
  const addresses = { podIP: pod.status?.['podIP'] ?? '', hostIP: pod.status?.['hostIP'] ?? '' };
  return { uid: pod.metadata.uid, node, addresses, containers, terminating: false };
}
