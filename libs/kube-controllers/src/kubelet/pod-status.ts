import type { KubeObject } from '@svclab/kube-api';
import { podCondition, type PodCondition } from '../pod-state.js';
import type { ContainerSpec, PodAddresses } from './pod-runtime.js';

/** What the kubelet knows of one container. */
export interface ContainerRecord {
  readonly name: string;
  /** Why it does not run; `undefined` while it does. */
  readonly waiting?: { readonly reason: string; readonly message?: string };
  /** RFC 3339. */
  readonly startedAt?: string;
  readonly containerID?: string;
  readonly imageID?: string;
  readonly image?: string;
  readonly ready: boolean;
  readonly pullFailures: number;
}

/** Table `kubelet.pods`, key `namespace/name`: a pod that a kubelet looks after. */
export interface PodRecord {
  readonly uid: string;
  readonly node: string;
  readonly addresses?: PodAddresses;
  readonly containers: readonly ContainerRecord[];
  /** True once its containers have been told to stop. */
  readonly terminating: boolean;
}

export const containersOf = (pod: Readonly<KubeObject>): readonly ContainerSpec[] => (pod.spec?.['containers'] ?? []) as ContainerSpec[];

/** The pod's status as its kubelet writes it at time `now` (RFC 3339): pkg/kubelet/kubelet_pods.go generateAPIPodStatus. */
export function podStatus(pod: Readonly<KubeObject>, record: PodRecord, hostIP: string, now: string): Record<string, unknown> {
  const isUp = record.containers.every(({ waiting }) => waiting === undefined);
  return {
    ...pod.status,
    phase: isUp ? 'Running' : 'Pending',
    conditions: conditions(pod, record, now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(record.addresses && { podIP: record.addresses.podIP, podIPs: [{ ip: record.addresses.podIP }] }),
    startTime: pod.status?.['startTime'] ?? now,
    containerStatuses: record.containers.map((container) => containerStatus(pod, container)),
  };
}

function conditions(pod: Readonly<KubeObject>, record: PodRecord, now: string): PodCondition[] {
  const unready = record.containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const notReady = { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const readiness = unready.length > 0 ? { status: 'False' as const, ...notReady } : { status: 'True' as const };
  const yes = { status: 'True' as const };
  const wanted: Omit<PodCondition, 'lastProbeTime' | 'lastTransitionTime'>[] = [
    { type: 'PodReadyToStartContainers', status: record.addresses ? 'True' : 'False' },
    { type: 'Initialized', ...yes },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', ...yes },
  ];
  return wanted.map((condition) => {
    const before = podCondition(pod, condition.type);
    const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
    return { ...condition, lastProbeTime: null, lastTransitionTime: lastTransitionTime ?? now };
  });
}

function containerStatus(pod: Readonly<KubeObject>, container: ContainerRecord): Record<string, unknown> {
  const spec = containersOf(pod).find(({ name }) => name === container.name);
  const runs = container.waiting === undefined;
  return {
    ...(container.containerID !== undefined && { containerID: container.containerID }),
    image: container.image ?? spec?.image ?? '',
    imageID: container.imageID ?? '',
    lastState: {},
    name: container.name,
    ready: container.ready,
    restartCount: 0,
    started: runs,
    state: runs ? { running: { startedAt: container.startedAt } } : { waiting: container.waiting },
    ...(spec?.volumeMounts && {
      volumeMounts: spec.volumeMounts.map(({ name, mountPath, readOnly }) => ({
        name,
        mountPath,
        ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' }),
      })),
    }),
  };
}
