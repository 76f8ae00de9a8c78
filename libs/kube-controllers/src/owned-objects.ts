import { matchesSelector, SortedObjects, type ApiServer, type KubeObject, type LabelSelector, type OwnerReference } from '@svclab/kube-api';
import { LabelCensus, type Labels } from './label-census.js';
import { keyOf } from './object-key.js';

export const controllerOf = (object: Readonly<KubeObject>): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find(({ controller }) => controller === true);

/** The reference by which a controller marks what is its own (meta/v1 `NewControllerRef`). */
export const controllerReference = ({ apiVersion, kind, metadata: { name, uid } }: Readonly<KubeObject>): OwnerReference => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});

/** Whether a write has left an object's owners alone: most change its status and take the rest over as it is. */
export const hasSameOwners = ({ metadata: a }: Readonly<KubeObject>, { metadata: b }: Readonly<KubeObject>): boolean =>
  a.uid === b.uid && a.ownerReferences === b.ownerReferences;

interface Group {
  readonly objects: SortedObjects;
  readonly labels: LabelCensus;
}

/** Objects of one resource by the controller that owns them, and those that nobody owns: an index over the API server. */
export class OwnedObjects {
  readonly #byOwner = new Map<string, Group>();
  readonly #orphansByNamespace = new Map<string, Group>();

  constructor(
    private readonly api: ApiServer,
    private readonly plural: string,
  ) {
    for (const object of api.list(plural)) this.#add(object);
    api.subscribe(({ type, resource, object, previous }) => {
      if (resource.plural !== plural) return;
      if (type === 'MODIFIED' && isSameMember(object, previous!)) return this.#replace(object);
      if (previous) this.#remove(previous);
      if (type !== 'DELETED') this.#add(object);
    });
  }

  /** What the owner controls, in key order. */
  of(ownerUid: string): readonly Readonly<KubeObject>[] {
    return this.#byOwner.get(ownerUid)?.objects.withPrefix() ?? [];
  }

  /**
   * What the owner controls after it has taken what its selector matches and nobody owns, and let go what its selector no
   * longer matches (pkg/controller/controller_ref_manager.go).
   */
  claim(owner: Readonly<KubeObject>): readonly Readonly<KubeObject>[] {
    const { uid, namespace = '', deletionTimestamp } = owner.metadata;
    if (deletionTimestamp) return this.of(uid);
    const selector = owner.spec?.['selector'] as LabelSelector | undefined;
    const matches = (labels: Labels): boolean => matchesSelector(selector, labels);
    const orphans = this.#orphansByNamespace.get(namespace);
    if (orphans && orphans.labels.count(matches) > 0) {
      for (const orphan of orphans.objects.withPrefix()) {
        if (!matches(orphan.metadata.labels) || orphan.metadata.deletionTimestamp) continue;
        this.#setOwners(orphan, [...(orphan.metadata.ownerReferences ?? []), controllerReference(owner)]);
      }
    }
    const owned = this.of(uid);
    if (this.#byOwner.get(uid)?.labels.count(matches) === owned.length) return owned;
    for (const object of owned) {
      if (matches(object.metadata.labels)) continue;
      this.#setOwners(
        object,
        object.metadata.ownerReferences!.filter((reference) => reference.uid !== uid),
      );
    }
    return this.of(uid);
  }

  #setOwners(object: Readonly<KubeObject>, ownerReferences: OwnerReference[]): void {
    const { ownerReferences: _before, ...metadata } = object.metadata;
    this.api.update(this.plural, { ...object, metadata: { ...metadata, ...(ownerReferences.length > 0 && { ownerReferences }) } });
  }

  #groupOf(object: Readonly<KubeObject>): [groups: Map<string, Group>, key: string] {
    const uid = controllerOf(object)?.uid;
    return uid === undefined ? [this.#orphansByNamespace, object.metadata.namespace ?? ''] : [this.#byOwner, uid];
  }

  #add(object: Readonly<KubeObject>): void {
    const [groups, key] = this.#groupOf(object);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { objects: new SortedObjects(), labels: new LabelCensus() }));
    group.objects.set(keyOf(object), object);
    group.labels.add(object.metadata.labels);
  }

  #remove(object: Readonly<KubeObject>): void {
    const [groups, key] = this.#groupOf(object);
    const group = groups.get(key)!;
    group.objects.set(keyOf(object), undefined);
    group.labels.remove(object.metadata.labels);
    if (group.labels.isEmpty) groups.delete(key);
  }

  #replace(object: Readonly<KubeObject>): void {
    const [groups, key] = this.#groupOf(object);
    groups.get(key)!.objects.set(keyOf(object), object);
  }
}

const isSameMember = (object: Readonly<KubeObject>, previous: Readonly<KubeObject>): boolean =>
  hasSameOwners(object, previous) && object.metadata.labels === previous.metadata.labels;
