import { humanDuration } from '../../human-duration.js';
import { parseTime } from '../../identity.js';
import type { KubeObject } from '../../types.js';
import { ageColumn, nameColumn } from '../columns.js';
import type { Column } from '../kind.js';
import { podSpecOf } from './fields.js';

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string };
  readonly running?: object;
  readonly terminated?: { readonly reason?: string; readonly exitCode: number; readonly signal?: number; readonly finishedAt?: string };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

export const podColumns: readonly Column[] = [
  nameColumn,
  { name: 'Ready', cell: (pod) => `${summary(pod).ready}/${podSpecOf(pod).containers?.length ?? 0}` },
  { name: 'Status', cell: (pod) => summary(pod).reason },
  { name: 'Restarts', cell: restarts },
  ageColumn,
  { name: 'IP', wide: true, cell: (pod) => (pod.status?.['podIPs']?.[0]?.ip as string | undefined) ?? '<none>' },
  { name: 'Node', wide: true, cell: (pod) => podSpecOf(pod).nodeName ?? '<none>' },
  { name: 'Nominated Node', wide: true, cell: (pod) => (pod.status?.['nominatedNodeName'] as string | undefined) ?? '<none>' },
  { name: 'Readiness Gates', wide: true, cell: readinessGates },
];

/** READY and STATUS of a pod (pkg/printers/internalversion/printers.go `printPod`). */
export function summary(pod: Readonly<KubeObject>): { reason: string; ready: number; restarts: number; lastRestartUs: number | undefined } {
  const status = pod.status ?? {};
  const init = initSummary(pod);
  let { reason } = init;
  let { restarts, lastRestartUs } = init;
  let ready = 0;
  let running = false;
  if (!init.initializing) {
    restarts = init.sidecarRestarts;
    lastRestartUs = init.sidecarRestartUs;
    for (const container of statuses(status['containerStatuses']).toReversed()) {
      restarts += container.restartCount ?? 0;
      lastRestartUs = latest(lastRestartUs, container);
      const { waiting, terminated, running: runs } = container.state ?? {};
      if (waiting?.reason) reason = waiting.reason;
      else if (terminated) reason = terminatedReason(terminated);
      else if (container.ready && runs) {
        running = true;
        ready++;
      }
    }
    if (reason === 'Completed' && running) reason = conditionStatus(pod, 'Ready') === 'True' ? 'Running' : 'NotReady';
  }
  if (pod.metadata.deletionTimestamp) {
    if (status['reason'] === 'NodeLost') reason = 'Unknown';
    else if (status['phase'] !== 'Succeeded' && status['phase'] !== 'Failed') reason = 'Terminating';
  }
  return { reason, ready, restarts, lastRestartUs };
}

const statuses = (value: unknown): readonly ContainerStatus[] => (value ?? []) as readonly ContainerStatus[];

const terminatedReason = ({ reason, signal, exitCode }: NonNullable<ContainerState['terminated']>): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

const conditionStatus = (pod: Readonly<KubeObject>, type: string): string | undefined =>
  ((pod.status?.['conditions'] ?? []) as readonly Condition[]).find((condition) => condition.type === type)?.status;

function latest(us: number | undefined, container: ContainerStatus): number | undefined {
  const finishedAt = container.lastState?.terminated?.finishedAt;
  const finishedUs = finishedAt ? parseTime(finishedAt) : undefined;
  return finishedUs === undefined || (us !== undefined && us >= finishedUs) ? us : finishedUs;
}

interface InitSummary {
  reason: string;
  initializing: boolean;
  restarts: number;
  lastRestartUs: number | undefined;
  sidecarRestarts: number;
  sidecarRestartUs: number | undefined;
}

/** `Init:1/2`, `Init:CrashLoopBackOff` while init containers run; the phase, or why there is none, once they are done. */
function initSummary(pod: Readonly<KubeObject>): InitSummary {
  const spec = podSpecOf(pod);
  const status = pod.status ?? {};
  const gated = ((status['conditions'] ?? []) as readonly Condition[]).some(
    (condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated',
  );
  const result: InitSummary = {
    reason: gated ? 'SchedulingGated' : ((status['reason'] as string | undefined) ?? (status['phase'] as string | undefined) ?? ''),
    initializing: false,
    restarts: 0,
    lastRestartUs: undefined,
    sidecarRestarts: 0,
    sidecarRestartUs: undefined,
  };
  const sidecars = new Set((spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').map(({ name }) => name));
  for (const [i, container] of statuses(status['initContainerStatuses']).entries()) {
    const { waiting, terminated } = container.state ?? {};
    result.restarts += container.restartCount ?? 0;
    result.lastRestartUs = latest(result.lastRestartUs, container);
    const sidecar = sidecars.has(container.name);
    if (sidecar) {
      result.sidecarRestarts += container.restartCount ?? 0;
      result.sidecarRestartUs = latest(result.sidecarRestartUs, container);
    }
    if (terminated?.exitCode === 0 || (sidecar && container.started)) continue;
    result.initializing = true;
    if (terminated) result.reason = `Init:${terminatedReason(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') result.reason = `Init:${waiting.reason}`;
    else result.reason = `Init:${i}/${spec.initContainers?.length ?? 0}`;
    break;
  }
  // Init containers that ended may still be followed by a pod that waits to be initialized.
  if (result.initializing && conditionStatus(pod, 'Initialized') === 'True') result.initializing = false;
  return result;
}

function restarts(pod: Readonly<KubeObject>, nowUs: number): string {
  const { restarts: count, lastRestartUs } = summary(pod);
  return count > 0 && lastRestartUs !== undefined ? `${count} (${humanDuration((nowUs - lastRestartUs) / 1_000_000)} ago)` : String(count);
}

function readinessGates(pod: Readonly<KubeObject>): string {
  const gates = (pod.spec?.['readinessGates'] ?? []) as readonly { conditionType: string }[];
  if (gates.length === 0) return '<none>';
  const met = gates.filter(({ conditionType }) => conditionStatus(pod, conditionType) === 'True');
  return `${met.length}/${gates.length}`;
}
