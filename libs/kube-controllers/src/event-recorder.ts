import { formatTime, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from './context.js';

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Part of the object that it is about, as `spec.containers{websrv}`. */
  readonly fieldPath?: string;
}

/**
 * Writes the Events that `kubectl describe` shows (client-go tools/record). The same text about the same
 * object counts up instead of making another Event.
 */
// Simplification: Events stay for ever; a real cluster forgets them after an hour.
export class EventRecorder {
  constructor(
    private readonly context: ControllerContext,
    /** `kubelet`, `default-scheduler` … */
    private readonly component: string,
  ) {}

  /** `host` is the node that a kubelet speaks for. */
  record(object: Readonly<KubeObject>, { type, reason, message, fieldPath }: EventText, host?: string): void {
    const { sim, api } = this.context;
    const now = formatTime(sim.nowUs);
    const namespace = object.metadata.namespace ?? 'default';
    const source = { component: this.component, ...(host !== undefined && { host }) };
    const earlier = api
      .list('events', { namespace })
      .find(
        (event) =>
          event['involvedObject'].uid === object.metadata.uid &&
          event['involvedObject'].fieldPath === fieldPath &&
          event['reason'] === reason &&
          event['message'] === message &&
          event['source']?.component === this.component,
      );
    if (earlier) {
      api.update('events', { ...earlier, count: (earlier['count'] ?? 1) + 1, lastTimestamp: now });
      return;
    }
    const { apiVersion, kind, metadata } = object;
    api.create(
      'events',
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: this.#unusedName(namespace, metadata.name), namespace },
        involvedObject: {
          apiVersion,
          kind,
          name: metadata.name,
          ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
          uid: metadata.uid,
          resourceVersion: metadata.resourceVersion,
          ...(fieldPath !== undefined && { fieldPath }),
        },
        type,
        reason,
        message,
        source,
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        reportingComponent: this.component,
        reportingInstance: host ?? '',
      },
      namespace,
    );
  }

  /** `object.<nanoseconds in hexadecimal>`; several Events of one moment get the nanoseconds after it. */
  #unusedName(namespace: string, objectName: string): string {
    for (let nanoseconds = BigInt(this.context.sim.nowUs) * 1000n; ; nanoseconds++) {
      const name = `${objectName}.${nanoseconds.toString(16)}`;
      if (!this.context.api.get('events', namespace, name)) return name;
    }
  }
}
