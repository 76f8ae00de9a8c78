import { matchesSelector, type ApiServer, type KubeObject, type LabelSelector, type OwnerReference } from '@svclab/kube-api';
import { keyOf, splitKey } from './object-key.js';

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

/** Objects of one resource by the controller that owns them, and those that nobody owns: an index over the API server. */
export class OwnedObjects {
  readonly #keysByOwner = new Map<string, Set<string>>();
  readonly #orphansByNamespace = new Map<string, Set<string>>();

  constructor(
    private readonly api: ApiServer,
    private readonly plural: string,
  ) {
    for (const object of api.list(plural)) this.#add(object);
    api.subscribe(({ type, resource, object, previous }) => {
      if (resource.plural !== plural) return;
      if (previous) this.#remove(previous);
      if (type !== 'DELETED') this.#add(object);
    });
  }

  /** What the owner controls, in key order. */
  of(ownerUid: string): Readonly<KubeObject>[] {
    return this.#get(this.#keysByOwner.get(ownerUid));
  }

  /**
   * What the owner controls after it has taken what its selector matches and nobody owns, and let go what its selector no
   * longer matches (pkg/controller/controller_ref_manager.go).
   */
  claim(owner: Readonly<KubeObject>): Readonly<KubeObject>[] {
    const { uid, namespace = '', deletionTimestamp } = owner.metadata;
    if (deletionTimestamp) return this.of(uid);
    const selector = owner.spec?.['selector'] as LabelSelector | undefined;
    const matches = ({ metadata }: Readonly<KubeObject>): boolean => selector !== undefined && matchesSelector(selector, metadata.labels);
    for (const orphan of this.#get(this.#orphansByNamespace.get(namespace))) {
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

  #get(keys: ReadonlySet<string> | undefined): Readonly<KubeObject>[] {
    if (!keys) return [];
    return [...keys].toSorted().map((key) => {
      const { namespace, name } = splitKey(key);
      return this.api.get(this.plural, namespace, name)!;
    });
  }

  #groupOf(object: Readonly<KubeObject>): [groups: Map<string, Set<string>>, group: string] {
    const uid = controllerOf(object)?.uid;
    return uid === undefined ? [this.#orphansByNamespace, object.metadata.namespace ?? ''] : [this.#keysByOwner, uid];
  }

  #add(object: Readonly<KubeObject>): void {
    const [groups, group] = this.#groupOf(object);
    const keys = groups.get(group);
    if (keys) keys.add(keyOf(object));
    else groups.set(group, new Set([keyOf(object)]));
  }

  #remove(object: Readonly<KubeObject>): void {
    const [groups, group] = this.#groupOf(object);
    const keys = groups.get(group);
    keys?.delete(keyOf(object));
    if (keys?.size === 0) groups.delete(group);
  }
}
