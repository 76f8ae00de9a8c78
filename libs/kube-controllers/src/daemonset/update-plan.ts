import type { KubeObject } from '@svclab/kube-api';
import { rollingLimits } from '../deployment/rolling-limits.js';

/** One node as a rolling update sees it: pods that are being deleted do not count. */
export interface DaemonNode {
  readonly node: string;
  /** Whether it is to have a pod. */
  readonly wants: boolean;
  readonly old: Readonly<KubeObject> | undefined;
  readonly new: Readonly<KubeObject> | undefined;
}

/** The next step of a rolling update. */
export interface UpdatePlan {
  /** Nodes that get a second pod, beside the old one. */
  readonly create: readonly string[];
  readonly delete: readonly Readonly<KubeObject>[];
}

type IsAvailable = (pod: Readonly<KubeObject>) => boolean;

/** pkg/controller/daemon/update.go `rollingUpdate`. */
export function planUpdate(daemonSet: Readonly<KubeObject>, nodes: readonly DaemonNode[], isAvailable: IsAvailable): UpdatePlan {
  const desired = nodes.filter(({ wants }) => wants).length;
  const limits = rollingLimits(daemonSet.spec?.['updateStrategy']?.rollingUpdate ?? {}, desired, Math.ceil);
  return limits.surge === 0 ? replaceOld(nodes, limits.unavailable, isAvailable) : surgeNew(nodes, limits.surge, isAvailable);
}

/** Deletes old pods; their successors come when they have gone. Broken ones go at once: nothing is lost with them. */
function replaceOld(nodes: readonly DaemonNode[], maxUnavailable: number, isAvailable: IsAvailable): UpdatePlan {
  let unavailable = 0;
  const broken: Readonly<KubeObject>[] = [];
  const candidates: Readonly<KubeObject>[] = [];
  for (const { wants, old, new: current } of nodes) {
    if (old && !current) (isAvailable(old) ? candidates : broken).push(old);
    else if ((wants || old) && !(current && !old && isAvailable(current))) unavailable++;
  }
  return { create: [], delete: [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable - broken.length))] };
}

/** Makes new pods beside the old ones, which go once their successors are available. */
function surgeNew(nodes: readonly DaemonNode[], maxSurge: number, isAvailable: IsAvailable): UpdatePlan {
  let surging = 0;
  const atOnce: string[] = [];
  const candidates: string[] = [];
  const replaced: Readonly<KubeObject>[] = [];
  for (const { node, old, new: current } of nodes) {
    if (!old) continue;
    if (!current) (isAvailable(old) ? candidates : atOnce).push(node);
    else if (isAvailable(current)) replaced.push(old);
    else surging++;
  }
  return { create: [...atOnce, ...candidates.slice(0, Math.max(0, maxSurge - surging))], delete: replaced };
}
