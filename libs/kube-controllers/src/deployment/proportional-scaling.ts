import type { KubeObject } from '@svclab/kube-api';
import { annotationNumber, counted, MAX_REPLICAS, sizeOf, specOf, totalSize } from './fields.js';
import { limitsOf } from './rolling-limits.js';

/**
 * Sizes for ReplicaSets of a Deployment that is scaled in the middle of a rollout: each grows or shrinks in proportion,
 * the largest takes what rounding leaves (pkg/controller/deployment/sync.go `scale`). By name.
 */
export function proportionalSizes(deployment: Readonly<KubeObject>, active: readonly Readonly<KubeObject>[]): Map<string, number> {
  const spec = specOf(deployment);
  const allowed = spec.replicas > 0 ? spec.replicas + limitsOf(spec).surge : 0;
  const toAdd = allowed - totalSize(active);
  // Equal ones: the newer gains first, the older loses first.
  const sorted = active.toSorted((a, b) => sizeOf(b) - sizeOf(a) || (toAdd > 0 ? 1 : -1) * (ageKey(a) < ageKey(b) ? 1 : -1));
  const sizes = new Map<string, number>();
  let added = 0;
  for (const replicaSet of sorted) {
    const part = proportion(deployment, replicaSet, toAdd, added);
    sizes.set(replicaSet.metadata.name, sizeOf(replicaSet) + part);
    added += part;
  }
  const [largest] = sorted;
  if (largest && toAdd !== 0) {
    const { name } = largest.metadata;
    sizes.set(name, Math.max(0, sizes.get(name)! + toAdd - added));
  }
  return sizes;
}

const ageKey = ({ metadata }: Readonly<KubeObject>): string => `${metadata.creationTimestamp} ${metadata.name}`;

/** `GetReplicaSetProportion`. */
function proportion(deployment: Readonly<KubeObject>, replicaSet: Readonly<KubeObject>, toAdd: number, added: number): number {
  if (sizeOf(replicaSet) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = growth(deployment, replicaSet);
  const left = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

/** How much the ReplicaSet would change if it kept its share of the whole. */
function growth(deployment: Readonly<KubeObject>, replicaSet: Readonly<KubeObject>): number {
  const spec = specOf(deployment);
  const size = sizeOf(replicaSet);
  if (spec.replicas === 0) return -size;
  const whole = annotationNumber(replicaSet, MAX_REPLICAS) ?? counted(deployment, 'replicas');
  return whole === 0 ? 0 : Math.round((size * (spec.replicas + limitsOf(spec).surge)) / whole) - size;
}
