import type { KubeObject } from '@svclab/kube-api';
import type { ObjectEvent } from '@svclab/sandbox';

/** What a watcher is told of a change. */
export interface WatchedChange {
  readonly type: ObjectEvent['type'];
  readonly object: Readonly<KubeObject>;
}

/**
 * A change as those see it who watch a selection: what begins to match is ADDED to them, what no longer matches is DELETED
 * (apiserver storage/cacher/cache_watcher.go). Undefined where it does not concern them.
 */
export function selectChange(
  { type, object, previous }: ObjectEvent,
  matches: (object: Readonly<KubeObject>) => boolean,
): WatchedChange | undefined {
  const isIn = matches(object);
  if (type !== 'MODIFIED' || !previous) return isIn ? { type, object } : undefined;
  const wasIn = matches(previous);
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', object };
  if (!wasIn) return undefined;
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}
