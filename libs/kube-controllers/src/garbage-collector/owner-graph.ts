import type { KubeObject, ResourceInfo } from '@svclab/kube-api';
import { hasSameOwners } from '../owned-objects.js';

/** Where an object is. */
export interface Location {
  readonly resource: ResourceInfo;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Which objects live, and which name which as their owner: an index over the API server. */
export class OwnerGraph {
  readonly #alive = new Map<string, Location>();
  readonly #dependents = new Map<string, Map<string, Location>>();

  /** Follows a write: `before` is the object as it was, `after` as it is, each `undefined` if there is none. */
  replace(resource: ResourceInfo, before: Readonly<KubeObject> | undefined, after: Readonly<KubeObject> | undefined): void {
    if (before && after && hasSameOwners(before, after)) return;
    if (before) this.#remove(resource, before);
    if (after) this.#add(resource, after);
  }

  /** `undefined` when no object has this uid. */
  find(uid: string): Location | undefined {
    return this.#alive.get(uid);
  }

  /** In the order of resource, namespace and name. */
  dependentsOf(uid: string): Location[] {
    const dependents = this.#dependents.get(uid);
    return dependents ? [...dependents.keys()].toSorted().map((key) => dependents.get(key)!) : [];
  }

  #add(resource: ResourceInfo, object: Readonly<KubeObject>): void {
    const { uid, namespace, name, ownerReferences = [] } = object.metadata;
    const location = { resource, namespace, name };
    this.#alive.set(uid, location);
    for (const owner of ownerReferences) {
      let dependents = this.#dependents.get(owner.uid);
      if (!dependents) this.#dependents.set(owner.uid, (dependents = new Map()));
      dependents.set(textOf(location), location);
    }
  }

  #remove(resource: ResourceInfo, object: Readonly<KubeObject>): void {
    const { uid, namespace, name, ownerReferences = [] } = object.metadata;
    this.#alive.delete(uid);
    for (const owner of ownerReferences) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(textOf({ resource, namespace, name }));
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}

const textOf = ({ resource, namespace, name }: Location): string => `${resource.group}/${resource.plural}/${namespace ?? ''}/${name}`;
