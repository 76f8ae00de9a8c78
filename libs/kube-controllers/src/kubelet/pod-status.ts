import type { KubeObject } from '@svclab/kube-api';
import { podCondition, type PodCondition } from '../pod-state.js';
import { isInitialized, isPassed, isRunning, plansOf, type ContainerPlan, type ContainerRecord, type PodRecord } from './pod-record.js';

/** The pod's status as its kubelet writes it at time `now` (RFC 3339): pkg/kubelet/kubelet_pods.go generateAPIPodStatus. */
export function podStatus(pod: Readonly<KubeObject>, record: PodRecord, hostIP: string, now: string): Record<string, unknown> {
  const plans = plansOf(pod);
  const phase = podPhase(pod, record, plans);
  const statuses = record.containers.map((container, i) => containerStatus(container, plans[i]!));
  const initCount = plans.filter(({ role }) => role !== 'main').length;
  return {
    ...pod.status,
    phase,
    conditions: conditions(pod, record, plans, phase, now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(record.addresses && { podIP: record.addresses.podIP, podIPs: [{ ip: record.addresses.podIP }] }),
    startTime: pod.status?.['startTime'] ?? now,
    ...(initCount > 0 && { initContainerStatuses: statuses.slice(0, initCount) }),
    containerStatuses: statuses.slice(initCount),
  };
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** pkg/kubelet/kubelet_pods.go `getPhase`. */
export function podPhase(pod: Readonly<KubeObject>, record: PodRecord, plans: readonly ContainerPlan[]): PodPhase {
  const policy = pod.spec?.['restartPolicy'] as string | undefined;
  const failedInit = record.containers.some(
    ({ terminated }, i) => plans[i]!.role === 'init' && terminated !== undefined && terminated.exitCode !== 0,
  );
  if (failedInit && policy === 'Never') return 'Failed';
  if (!isInitialized(record, plans) && !record.containers.some((container, i) => plans[i]!.role === 'main' && isRunning(container)))
    return 'Pending';
  const main = record.containers.filter((_, i) => plans[i]!.role === 'main');
  if (main.some(({ waiting, last }) => waiting && !last)) return 'Pending';
  if (main.some(isRunning)) return 'Running';
  if (policy === 'Always' || main.some(({ waiting }) => waiting)) return 'Running';
  if (main.every(({ terminated }) => terminated?.exitCode === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;
const YES: Verdict = { status: 'True' };

function conditions(
  pod: Readonly<KubeObject>,
  record: PodRecord,
  plans: readonly ContainerPlan[],
  phase: PodPhase,
  now: string,
): PodCondition[] {
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  const over: Verdict = { status: 'False', reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' };
  const readiness = isOver ? over : readinessOf(record, plans);
  const wanted: (Verdict & { readonly type: string })[] = [
    { type: 'PodReadyToStartContainers', status: record.addresses && !isOver ? 'True' : 'False' },
    { type: 'Initialized', ...initialization(record, plans, phase) },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', ...YES },
  ];
  return wanted.map((condition) => {
    const before = podCondition(pod, condition.type);
    const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
    return { ...condition, lastProbeTime: null, lastTransitionTime: lastTransitionTime ?? now };
  });
}

function readinessOf(record: PodRecord, plans: readonly ContainerPlan[]): Verdict {
  const unready = namesOf(record, plans, ({ ready }, { role }) => role === 'main' && !ready);
  if (unready.length === 0) return YES;
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
}

function initialization(record: PodRecord, plans: readonly ContainerPlan[], phase: PodPhase): Verdict {
  if (phase === 'Succeeded') return { ...YES, reason: 'PodCompleted' };
  const incomplete = namesOf(record, plans, (container, plan) => plan.role !== 'main' && !isPassed(container, plan));
  if (incomplete.length === 0) return YES;
  return { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` };
}

const namesOf = (
  { containers }: PodRecord,
  plans: readonly ContainerPlan[],
  wanted: (container: ContainerRecord, plan: ContainerPlan) => boolean,
): string[] => containers.filter((container, i) => wanted(container, plans[i]!)).map(({ name }) => name);

function containerStatus(container: ContainerRecord, { spec }: ContainerPlan): Record<string, unknown> {
  const { waiting, terminated, startedAt, last } = container;
  return {
    ...(container.containerID !== undefined && { containerID: container.containerID }),
    image: container.image ?? spec.image,
    imageID: container.imageID ?? '',
    lastState: last ? { terminated: last } : {},
    name: container.name,
    ready: container.ready,
    restartCount: container.restartCount,
    started: container.started,
    state: waiting ? { waiting } : terminated ? { terminated } : { running: { startedAt } },
    ...(spec.volumeMounts && {
      volumeMounts: spec.volumeMounts.map(({ name, mountPath, readOnly }) => ({
        name,
        mountPath,
        ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' }),
      })),
    }),
  };
}
