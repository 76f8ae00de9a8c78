import type { KubeObject } from '@svclab/kube-api';

/** `namespace/name`; a leading `/` for objects without namespace. */
export const keyOf = (object: Readonly<KubeObject>): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
