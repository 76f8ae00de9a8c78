import type { DeploymentSpec, RollingUpdate } from './fields.js';

/** How far a rolling update may go above and below the number of replicas. */
export interface RollingLimits {
  readonly surge: number;
  readonly unavailable: number;
}

/** Percentages are of `replicas`: a surge rounds up, unavailability down (DaemonSets round up); both zero would stand still (`ResolveFenceposts`). */
export function rollingLimits(
  { maxSurge = 0, maxUnavailable = 0 }: RollingUpdate,
  replicas: number,
  roundUnavailable: (number: number) => number = Math.floor,
): RollingLimits {
  const surge = scaled(maxSurge, replicas, Math.ceil);
  const unavailable = scaled(maxUnavailable, replicas, roundUnavailable);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** Of a Deployment: nothing may be missing that is not there, and only rolling updates go above. */
export function limitsOf({ strategy, replicas }: DeploymentSpec): RollingLimits {
  if (strategy.type !== 'RollingUpdate') return { surge: 0, unavailable: 0 };
  const { surge, unavailable } = rollingLimits(strategy.rollingUpdate ?? {}, replicas);
  return { surge, unavailable: Math.min(unavailable, replicas) };
}

/** A number, or a percentage of `total`. */
function scaled(value: number | string, total: number, round: (number: number) => number): number {
  if (typeof value === 'number') return value;
  return round((Number.parseInt(value, 10) * total) / 100);
}
