import { matchesSelector, SortedObjects, type ApiServer, type KubeObject, type LabelSelector, type OwnerReference } from '@svclab/kube-api';
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

/** Objects of one resource by the controller that owns them, and those that nobody owns: an index over the API server. */
export class OwnedObjects {
  readonly #byOwner = new Map<string, SortedObjects>();
  readonly #orphansByNamespace = new Map<string, SortedObjects>();

  constructor(
    private readonly api: ApiServer,
    private readonly plural: string,
  ) {
    for (const object of api.list(plural)) this.#add(object);
    api.subscribe(({ type, resource, object, previous }) => {
      if (resource.plural !== plural) return;
      if (previous && (type === 'DELETED' || !hasSameOwners(object, previous))) this.#remove(previous);
      if (type !== 'DELETED') this.#add(object);
    });
  }

  /** What the owner controls, in key order. */
  of(ownerUid: string): readonly Readonly<KubeObject>[] {
    return this.#byOwner.get(ownerUid)?.withPrefix() ?? [];
  }

  /**
   * What the owner controls after it has taken what its selector matches and nobody owns, and let go what its selector no
   * longer matches (pkg/controller/controller_ref_manager.go).
   */
  claim(owner: Readonly<KubeObject>): readonly Readonly<KubeObject>[] {
    const { uid, namespace = '', deletionTimestamp } = owner.metadata;
    if (deletionTimestamp) return this.of(uid);
    const selector = owner.spec?.['selector'] as LabelSelector | undefined;
    const matches = ({ metadata }: Readonly<KubeObject>): boolean => selector !== undefined && matchesSelector(selector, metadata.labels);
    for (const orphan of this.#orphansByNamespace.get(namespace)?.withPrefix() ?? []) {
      if (!matches(orphan) || orphan.metadata.deletionTimestamp) continue;
      this.#setOwners(orphan, [...(orphan.metadata.ownerReferences ?? []), controllerReference(owner)]);
    }
    const owned = this.of(uid);
    const released = owned.filter((object) => !matches(object));
    for (const object of released)
      this.#setOwners(
        object,
        object.metadata.ownerReferences!.filter((reference) => reference.uid !== uid),
      );
    return released.length > 0 ? this.of(uid) : owned;
  }

  #setOwners(object: Readonly<KubeObject>, ownerReferences: OwnerReference[]): void {
    const { ownerReferences: _before, ...metadata } = object.metadata;
    this.api.update(this.plural, { ...object, metadata: { ...metadata, ...(ownerReferences.length > 0 && { ownerReferences }) } });
  }

  #groupOf(object: Readonly<KubeObject>): [groups: Map<string, SortedObjects>, group: string] {
    const uid = controllerOf(object)?.uid;
    return uid === undefined ? [this.#orphansByNamespace, object.metadata.namespace ?? ''] : [this.#byOwner, uid];
  }

  #add(object: Readonly<KubeObject>): void {
    const [groups, key] = this.#groupOf(object);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = new SortedObjects()));
    group.set(keyOf(object), object);
  }

  #remove(object: Readonly<KubeObject>): void {
    const [groups, key] = this.#groupOf(object);
    const group = groups.get(key);
    group?.set(keyOf(object), undefined);
    if (group?.isEmpty) groups.delete(key);
  }
}
