import { qualifiedResource, type WatchEvent } from '@svclab/kube-api';
import type { ObjectEvent } from '../entry.js';

/** A change as a watch tells it. A deletion is a write too: the object goes in the version that it has brought the cluster to. */
export function objectEventOf({ type, resource, object, previous }: WatchEvent, resourceVersion: string): ObjectEvent {
  const name = qualifiedResource(resource);
  if (type === 'DELETED') return { type, resource: name, object: { ...object, metadata: { ...object.metadata, resourceVersion } } };
  return { type, resource: name, object, ...(previous && { previous }) };
}
