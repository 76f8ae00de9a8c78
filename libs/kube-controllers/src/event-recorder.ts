import { formatTime, type KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from './context.js';
import { splitKey, keyOf } from './object-key.js';

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Part of the object that it is about, as `spec.containers{websrv}`. */
  readonly fieldPath?: string;
}

/** From so many different texts of one reason on, Events of an object are taken together (client-go tools/record `defaultAggregateMaxEvents`). */
const MOST_TEXTS = 10;
const TOGETHER = '(combined from similar events): ';

/**
 * Writes the Events that `kubectl describe` shows (client-go tools/record). The same text about the same
 * object counts up instead of making another Event; many different texts of one reason share one.
 */
// Simplification: Events stay for ever; a real cluster forgets them after an hour, and takes texts together that came within ten minutes.
export class EventRecorder {
  /** Keys of the component's Events by what they are about and their reason, then by text: an index over the API server. */
  readonly #groups = new Map<string, Map<string, string>>();

  constructor(
    private readonly context: ControllerContext,
    /** `kubelet`, `default-scheduler` … */
    private readonly component: string,
  ) {
    const { api } = context;
    for (const event of api.list('events')) this.#index(event);
    api.subscribe(({ type, resource, object }) => {
      if (resource.plural !== 'events') return;
      if (type === 'DELETED') this.#forget(object);
      else if (type === 'ADDED') this.#index(object);
    });
  }

  /** `host` is the node that a kubelet speaks for. */
  record(object: Readonly<KubeObject>, text: EventText, host?: string): void {
    const { api, sim } = this.context;
    const now = formatTime(sim.nowUs);
    const group = this.#groups.get(groupOf(object.metadata.uid, text.reason, host));
    const isMany = group !== undefined && group.size >= MOST_TEXTS - 1 && !group.has(textKey(text));
    const earlierKey = group?.get(isMany ? TOGETHER : textKey(text));
    const message = isMany ? TOGETHER + text.message : text.message;
    if (earlierKey === undefined) return this.#create(object, { ...text, message }, now, host);
    const { namespace, name } = splitKey(earlierKey);
    const earlier = api.get('events', namespace, name)!;
    api.update('events', { ...earlier, message, count: (earlier['count'] ?? 1) + 1, lastTimestamp: now });
  }

  #index(event: Readonly<KubeObject>): void {
    if (event['source']?.component !== this.component) return;
    const group = groupOf(event['involvedObject'].uid, event['reason'], event['source'].host);
    const texts = this.#groups.get(group) ?? new Map<string, string>();
    texts.set(indexedText(event), keyOf(event));
    this.#groups.set(group, texts);
  }

  #forget(event: Readonly<KubeObject>): void {
    if (event['source']?.component !== this.component) return;
    const group = groupOf(event['involvedObject'].uid, event['reason'], event['source'].host);
    const texts = this.#groups.get(group);
    texts?.delete(indexedText(event));
    if (texts?.size === 0) this.#groups.delete(group);
  }

  #create(object: Readonly<KubeObject>, { type, reason, message, fieldPath }: EventText, now: string, host: string | undefined): void {
    const { api } = this.context;
    const namespace = object.metadata.namespace ?? 'default';
    const source = { component: this.component, ...(host !== undefined && { host }) };
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
    const now = BigInt(this.context.sim.nowUs) * 1000n;
    const nameAt = (offset: number): string => `${objectName}.${(now + BigInt(offset)).toString(16)}`;
    const isFree = (offset: number): boolean => !this.context.api.get('events', namespace, nameAt(offset));
    if (isFree(0)) return nameAt(0);
    // Of thousands of one moment each would look at all that came before: so in growing steps, and back by halves.
    let [taken, free] = [0, 1];
    while (!isFree(free)) [taken, free] = [free, free * 2];
    while (free - taken > 1) {
      const middle = (taken + free) >> 1;
      if (isFree(middle)) free = middle;
      else taken = middle;
    }
    return nameAt(free);
  }
}

const groupOf = (uid: string, reason: string, host: string | undefined): string => `${uid}/${reason}/${host ?? ''}`;

const textKey = ({ type, message, fieldPath }: EventText): string => `${type}/${fieldPath ?? ''}/${message}`;

function indexedText(event: Readonly<KubeObject>): string {
  const message = event['message'] as string;
  if (message.startsWith(TOGETHER)) return TOGETHER;
  return textKey({ type: event['type'], reason: event['reason'], message, fieldPath: event['involvedObject'].fieldPath });
}
