import type { Table } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';
import { podCondition } from '../pod-state.js';

export const TRIGGER_TIME_ANNOTATION = 'endpoints.kubernetes.io/last-change-trigger-time';

/** What the last sync of one Service saw. Times are RFC 3339 in UTC, so that they compare as text. */
export interface TriggerTimeRecord {
  readonly service: string;
  readonly pods: Readonly<Record<string, string>>;
}

/**
 * Tells when the change happened that a sync reacts to: the earliest time, of the Service or of a pod's
 * readiness, that is newer than at the sync before; `undefined` if nothing is newer
 * (k8s.io/endpointslice/util/trigger_time_tracker.go).
 */
export class TriggerTimeTracker {
  constructor(private readonly table: Table<TriggerTimeRecord>) {}

  next(key: string, service: Readonly<KubeObject>, pods: readonly Readonly<KubeObject>[]): string | undefined {
    const before = this.table.get(key);
    const now: Record<string, string> = {};
    const newer: string[] = [];
    for (const pod of pods) {
      const time = podCondition(pod, 'Ready')?.lastTransitionTime;
      if (!time) continue;
      now[pod.metadata.name] = time;
      if (time > (before?.pods[pod.metadata.name] ?? '')) newer.push(time);
    }
    const created = service.metadata.creationTimestamp;
    if (created > (before?.service ?? '')) newer.push(created);
    this.table.put(key, { service: created, pods: now });
    return before ? newer.toSorted()[0] : created;
  }

  /** Whether this controller has ever synced the Service. */
  knows(key: string): boolean {
    return this.table.has(key);
  }

  forget(key: string): void {
    this.table.delete(key);
  }
}

/** Annotations with the trigger time set, or taken away when there is none. */
export function withTriggerTime(annotations: Readonly<Record<string, string>> = {}, time: string | undefined): Record<string, string> {
  const { [TRIGGER_TIME_ANNOTATION]: _, ...others } = annotations;
  return time === undefined ? others : { ...others, [TRIGGER_TIME_ANNOTATION]: time };
}
