import { failure } from '../errors.js';
import type { Invocation } from '../invocation.js';
import type { Manifest } from './manifests.js';

/** The manifest with a namespace: its own, which `-n` may not contradict, else the one in force. */
export function placed(call: Invocation, manifest: Manifest): Manifest {
  const { resource, object } = manifest;
  if (!resource.namespaced) return manifest;
  const { namespace } = object.metadata ?? {};
  if (namespace && call.namespaceGiven && namespace !== call.namespace) {
    throw failure(
      `the namespace from the provided object "${namespace}" does not match the namespace "${call.namespace}". ` +
        `You must pass '--namespace=${namespace}' to perform this operation.`,
    );
  }
  return namespace ? manifest : { ...manifest, object: { ...object, metadata: { ...object.metadata, namespace: call.namespace } } };
}
