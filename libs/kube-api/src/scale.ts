import { err, ok, type Result } from '@svclab/sim';
import { formatSelector, type LabelSelector } from './selectors/labels.js';
import { badRequest, methodNotAllowed } from './status.js';
import type { KubeObject, Status } from './types.js';

/** Kinds that have a subresource `scale`. */
const SCALABLE = ['Deployment', 'ReplicaSet', 'StatefulSet'];

/** An object's subresource `scale` (autoscaling/v1 Scale); an error for kinds that have none. */
export function scaleOf(object: Readonly<KubeObject>): Result<KubeObject, Status> {
  if (!SCALABLE.includes(object.kind)) return err(methodNotAllowed());
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return ok({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas: replicasOf(object.spec) },
    status: {
      replicas: replicasOf(object.status),
      selector: formatSelector(object.spec?.['selector'] as LabelSelector | undefined),
    },
  });
}

/** The object after its subresource `scale` was replaced. A `resourceVersion` in the scale is a precondition on the object. */
export function withReplicas(object: Readonly<KubeObject>, scale: Readonly<KubeObject>): Result<KubeObject, Status> {
  const replicas: unknown = scale.spec?.['replicas'] ?? 0;
  if (!Number.isInteger(replicas) || (replicas as number) < 0)
    return err(badRequest(`spec.replicas: Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`));
  const { resourceVersion } = scale.metadata;
  return ok({
    ...object,
    metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }) },
    spec: { ...object.spec, replicas },
  });
}

const replicasOf = (part: KubeObject['spec']): number => (part?.['replicas'] as number | undefined) ?? 0;
