import { sameJson, type ApiServer, type KubeObject } from '@svclab/kube-api';
import { controllerReference, type OwnedObjects } from '../owned-objects.js';
import { podTemplateHash } from '../pod-template/pod-template-hash.js';

export const REVISION_HASH = 'controller-revision-hash';

/** The templates that a DaemonSet has had: one ControllerRevision each, the newest with the highest number (pkg/controller/daemon/update.go). */
export class ControllerRevisions {
  constructor(
    private readonly api: ApiServer,
    private readonly revisions: OwnedObjects,
  ) {}

  /** Notes the present template; returns its hash, which the pods made of it carry. */
  note(daemonSet: Readonly<KubeObject>): string {
    const all = this.revisions.claim(daemonSet);
    const newest = all.toSorted((a, b) => numberOf(b) - numberOf(a))[0];
    // Nothing but the generation tells of a new template.
    if (newest && daemonSet.status?.['observedGeneration'] === daemonSet.metadata.generation)
      return newest.metadata.labels![REVISION_HASH]!;
    const data = { spec: { template: { ...daemonSet.spec!['template'], $patch: 'replace' } } };
    const current = all.find((each) => sameJson(each['data'], data));
    const highest = Math.max(0, ...all.filter((each) => each !== current).map(numberOf));
    if (current && numberOf(current) > highest) return current.metadata.labels![REVISION_HASH]!;
    if (current) {
      this.api.update('controllerrevisions', { ...current, revision: highest + 1 });
      return current.metadata.labels![REVISION_HASH]!;
    }
    const hash = podTemplateHash(
      daemonSet.spec!['template'],
      this.api.config.version,
      daemonSet.status?.['collisionCount'] as number | undefined,
    );
    const { name, namespace } = daemonSet.metadata;
    this.api.create('controllerrevisions', {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels: { ...daemonSet.spec!['template'].metadata?.labels, [REVISION_HASH]: hash },
        annotations: daemonSet.metadata.annotations,
        ownerReferences: [controllerReference(daemonSet)],
      },
      data,
      revision: highest + 1,
    });
    return hash;
  }

  /** Takes away the oldest beyond `revisionHistoryLimit` that no pod was made of. */
  cleanUp(daemonSet: Readonly<KubeObject>, hashesInUse: ReadonlySet<string | undefined>): void {
    const limit = (daemonSet.spec?.['revisionHistoryLimit'] as number | undefined) ?? 10;
    const unused = this.revisions
      .of(daemonSet.metadata.uid)
      .filter(({ metadata }) => !hashesInUse.has(metadata.labels?.[REVISION_HASH]))
      .toSorted((a, b) => numberOf(a) - numberOf(b));
    for (const { metadata } of unused.slice(0, Math.max(0, unused.length - limit)))
      this.api.delete('controllerrevisions', metadata.namespace, metadata.name);
  }
}

const numberOf = (revision: Readonly<KubeObject>): number => (revision['revision'] as number | undefined) ?? 0;
