import type { Prng } from '@svclab/sim';

/**
 * What happens to a pod on its node. `accept`, `sandbox` and `terminate` are the pod's, the others come once per container
 * and again at each restart.
 * The delay before a stage is drawn between the two figures.
 */
// Simplification: delays are typical ones of a small cluster, drawn at random; nothing is slow because something else is busy.
export const STAGE_DELAY_MS = {
  /** The kubelet has seen the pod: ContainerCreating. */
  accept: [50, 300],
  /** Pause container and CNI. */
  sandbox: [300, 800],
  /** Looks for the image; fetches it if need be. */
  pull: [5, 20],
  /** Creates and starts the container; the time of a pull is added. */
  start: [50, 150],
  /** A failed pull is noticed again: ImagePullBackOff. */
  'back-off': [1_000, 3_000],
  /** The kubelet looks at the runtime once a second: until then, nobody knows that the containers run. */
  observe: [100, 1_000],
  /** A container's process ends by itself; how long it runs is added. */
  exit: [1, 20],
  /** Processes that do nothing special on SIGTERM are gone. */
  terminate: [50, 200],
} as const satisfies Record<string, readonly [number, number]>;

export type Stage = keyof typeof STAGE_DELAY_MS;

export function stageDelayUs(stage: Stage, chance: Prng): number {
  const [least, most] = STAGE_DELAY_MS[stage];
  return (least * 1_000 + chance.below((most - least) * 1_000 + 1)) | 0;
}

/** Wait before an image pull is tried again: 10 s, doubling to 5 min (images.MaxContainerBackOff). */
export const pullBackOffMs = (failures: number): number => Math.min(10_000 * 2 ** (failures - 1), 300_000);

/** Time to fetch an image: the registry's answers, then 20 MB/s. */
export const pullDurationMs = (sizeBytes: number, chance: Prng): number => 800 + chance.below(600) + Math.round(sizeBytes / 20_000);

/** A duration as Go prints it once cut to milliseconds: `2.511s`, `823ms`, `1m2.5s`. */
export function formatGoDurationMs(durationMs: number): string {
  const whole = Math.round(durationMs);
  if (whole < 1_000) return whole === 0 ? '0s' : `${whole}ms`;
  const minutes = Math.floor(whole / 60_000);
  const seconds = `${(whole - minutes * 60_000) / 1_000}s`;
  return minutes === 0 ? seconds : `${minutes}m${seconds}`;
}
