import { sameJson, type ApiServer, type KubeObject, type LabelSelector } from '@svclab/kube-api';
import { controllerReference } from '../owned-objects.js';
import { POD_TEMPLATE_HASH, podTemplateHash, withoutHashLabel } from '../pod-template/pod-template-hash.js';
import { byAge, DESIRED_REPLICAS, MAX_REPLICAS, REVISION, REVISION_HISTORY, revisionOf, sizeOf, specOf, totalSize } from './fields.js';
import { limitsOf } from './rolling-limits.js';

type ReplicaSet = Readonly<KubeObject>;

/** Annotations of a Deployment that are not copied to its ReplicaSets (`annotationsToSkip`). */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.daemonset.template.generation',
]);

/** The ReplicaSets of one Deployment, parted by whether they have its present template. Oldest first. */
export interface Revisions {
  readonly newest: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  readonly all: readonly ReplicaSet[];
}

/** Finds the ReplicaSet whose template is the Deployment's own, by comparing templates: not by its hash (`FindNewReplicaSet`). */
export function partRevisions(deployment: Readonly<KubeObject>, replicaSets: readonly ReplicaSet[]): Revisions {
  const sorted = byAge(replicaSets);
  const template = withoutHashLabel(specOf(deployment).template);
  const newest = sorted.find((replicaSet) => sameJson(withoutHashLabel(replicaSet.spec!['template']), template));
  return { newest, old: sorted.filter((replicaSet) => replicaSet !== newest), all: sorted };
}

export const highestRevision = (replicaSets: readonly ReplicaSet[]): number => Math.max(0, ...replicaSets.map(revisionOf));

/** Size that the newest ReplicaSet may have now (`NewRSNewReplicas`). `all` holds it too, once it exists. */
export function newestSize(deployment: Readonly<KubeObject>, all: readonly ReplicaSet[], newest: ReplicaSet | undefined): number {
  const spec = specOf(deployment);
  if (spec.strategy.type === 'Recreate') return spec.replicas;
  const size = newest ? sizeOf(newest) : 0;
  const room = spec.replicas + limitsOf(spec).surge - totalSize(all);
  return room <= 0 ? size : size + Math.min(room, spec.replicas - size);
}

/** Annotations that a ReplicaSet should carry: its Deployment's, its revision, and the sizes that scaling is measured against. */
export function replicaSetAnnotations(
  deployment: Readonly<KubeObject>,
  replicaSet: ReplicaSet | undefined,
  revision: number,
): Record<string, string> {
  const before = replicaSet?.metadata.annotations ?? {};
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !OWN_ANNOTATIONS.has(key));
  const annotations = { ...before, ...Object.fromEntries(copied) };
  if (!replicaSet) Object.assign(annotations, sizeAnnotations(deployment));
  const oldRevision = before[REVISION];
  if (Number(oldRevision ?? 0) >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (oldRevision !== undefined) annotations[REVISION_HISTORY] = [...(before[REVISION_HISTORY]?.split(',') ?? []), oldRevision].join(',');
  return annotations;
}

/** `SetReplicasAnnotations`. */
export function sizeAnnotations(deployment: Readonly<KubeObject>): Record<string, string> {
  const spec = specOf(deployment);
  return { [DESIRED_REPLICAS]: String(spec.replicas), [MAX_REPLICAS]: String(spec.replicas + limitsOf(spec).surge) };
}

/** The ReplicaSet for the Deployment's present template, not yet in the API. */
export function newReplicaSet(deployment: Readonly<KubeObject>, revision: number, replicas: number, version: string): KubeObject {
  const { template, selector, minReadySeconds } = specOf(deployment);
  const hash = podTemplateHash(template, version, deployment.status?.['collisionCount'] as number | undefined);
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: replicaSetAnnotations(deployment, undefined, revision),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds && { minReadySeconds }),
      selector: withHash(selector, hash),
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  } as unknown as KubeObject;
}

const withHash = (selector: LabelSelector, hash: string): LabelSelector => ({
  ...selector,
  matchLabels: { ...selector.matchLabels, [POD_TEMPLATE_HASH]: hash },
});

/** Takes away the oldest revisions beyond `revisionHistoryLimit` that have no pods (`cleanupDeployment`). */
export function deleteOldRevisions(api: ApiServer, deployment: Readonly<KubeObject>, old: readonly ReplicaSet[]): void {
  const limit = specOf(deployment).revisionHistoryLimit;
  if (limit === undefined || limit === 2_147_483_647) return;
  const alive = old.filter(({ metadata }) => !metadata.deletionTimestamp).toSorted((a, b) => revisionOf(a) - revisionOf(b));
  for (const replicaSet of alive.slice(0, Math.max(0, alive.length - limit))) {
    const { metadata, status } = replicaSet;
    if (sizeOf(replicaSet) > 0 || status?.['replicas'] || (metadata.generation ?? 0) > (status?.['observedGeneration'] ?? 0)) continue;
    api.delete('replicasets', metadata.namespace, metadata.name);
  }
}
