import { parseTime, type KubeObject } from '@svclab/kube-api';
import type { ContainerPlan, ContainerRecord } from './pod-record.js';

const FIRST_BACK_OFF_MS = 10_000;
const MAX_BACK_OFF_MS = 300_000;
/** A container that has run for so long has not crashed in a row: twice the longest back-off. */
const FORGIVEN_AFTER_US = 2 * MAX_BACK_OFF_MS * 1_000;

/** Whether a container that has ended is started again (pkg/kubelet/kuberuntime `computePodActions`, `ShouldContainerBeRestarted`). */
export function restarts(pod: Readonly<KubeObject>, { role }: ContainerPlan, exitCode: number): boolean {
  const policy = pod.spec?.['restartPolicy'] as string | undefined;
  if (role === 'sidecar') return true;
  if (role === 'init') return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** Ends in a row, this one counted, unless it ran long enough to be forgiven the earlier ones. */
export function crashesAfter({ crashes, startedAt }: ContainerRecord, nowUs: number): number {
  const startedUs = parseTime(startedAt ?? '') ?? nowUs;
  return nowUs - startedUs > FORGIVEN_AFTER_US ? 1 : crashes + 1;
}

/** Wait before the next start: none after the first end, then 10 s, 20 s … 5 min. */
export const restartBackOffMs = (crashes: number): number =>
  crashes <= 1 ? 0 : Math.min(FIRST_BACK_OFF_MS * 2 ** (crashes - 2), MAX_BACK_OFF_MS);

/** Words of the waiting state CrashLoopBackOff. */
export const backOffMessage = (pod: Readonly<KubeObject>, container: string, backOffMs: number): string =>
  `back-off ${goSeconds(backOffMs)} restarting failed container=${container} pod=${podName(pod)}`;

/** `webpod1_default(uid)`: how the kubelet names a pod. */
export const podName = ({ metadata }: Readonly<KubeObject>): string => `${metadata.name}_${metadata.namespace}(${metadata.uid})`;

/** A whole number of seconds as Go prints a duration: `10s`, `2m40s`, `5m0s`. */
function goSeconds(ms: number): string {
  const seconds = ms / 1_000;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
