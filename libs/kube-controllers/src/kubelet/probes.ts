import type { Probe } from './pod-runtime.js';
import type { ContainerPlan, ContainerRecord, ProbeKind } from './pod-record.js';

export const PROBE_KINDS: readonly ProbeKind[] = ['startup', 'readiness', 'liveness'];

export const probeOf = ({ spec }: ContainerPlan, kind: ProbeKind): Probe | undefined =>
  kind === 'startup' ? spec.startupProbe : kind === 'readiness' ? spec.readinessProbe : spec.livenessProbe;

/** Until the startup probe has succeeded the others wait, and after that it is over. */
export const isDue = (container: ContainerRecord, kind: ProbeKind): boolean => (kind === 'startup') !== container.started;

/** A container after one probe of it. */
export interface Probed {
  readonly container: ContainerRecord;
  /** It is to be killed: a liveness or startup probe has failed too often. */
  readonly kill: boolean;
}

/** Counts the outcome in, and draws the consequence that its threshold asks for (pkg/kubelet/prober/worker.go). */
export function probed(container: ContainerRecord, plan: ContainerPlan, kind: ProbeKind, succeeded: boolean): Probed {
  const { successThreshold = 1, failureThreshold = 3 } = probeOf(plan, kind)!;
  const before = container.probes?.[kind] ?? { successes: 0, failures: 0 };
  const counts = succeeded
    ? { successes: Math.min(before.successes + 1, successThreshold), failures: 0 }
    : { successes: 0, failures: Math.min(before.failures + 1, failureThreshold) };
  const counted = { ...container, probes: { ...container.probes, [kind]: counts } };
  if (counts.successes >= successThreshold) return { container: withSuccess(counted, plan, kind), kill: false };
  if (counts.failures < failureThreshold) return { container: counted, kill: false };
  return kind === 'readiness' ? { container: { ...counted, ready: false }, kill: false } : { container: counted, kill: true };
}

function withSuccess(container: ContainerRecord, plan: ContainerPlan, kind: ProbeKind): ContainerRecord {
  if (kind === 'liveness') return container;
  if (kind === 'readiness') return { ...container, ready: true };
  return { ...container, started: true, ready: plan.spec.readinessProbe === undefined };
}

/** Somebody waits for the outcome: the container has not come up yet, and may still. */
export function isAwaited(container: ContainerRecord, plan: ContainerPlan, kind: ProbeKind): boolean {
  const { failureThreshold = 3 } = probeOf(plan, kind)!;
  return kind !== 'liveness' && !container.ready && (container.probes?.[kind]?.failures ?? 0) < failureThreshold;
}
