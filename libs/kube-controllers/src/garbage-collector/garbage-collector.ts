import type { KubeObject, ResourceInfo } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { ReconcileQueue } from '../reconcile-queue.js';

interface Dependent {
  readonly resource: ResourceInfo;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Deletes objects whose owners are gone (pkg/controller/garbagecollector), as background propagation asks for. */
export function registerGarbageCollector({ sim, api }: ControllerContext): void {
  const graph = new OwnerGraph();
  for (const resource of api.resources.all) for (const object of api.list(resource.plural)) graph.set(resource, object);
  const queue = new ReconcileQueue(sim, (ownerUid) => {
    for (const { resource, namespace, name } of graph.dependentsOf(ownerUid)) {
      const object = api.get(resource.plural, namespace, name);
      const owners = object?.metadata.ownerReferences ?? [];
      if (object && owners.length > 0 && !owners.some(({ uid }) => graph.isAlive(uid))) api.delete(resource.plural, namespace, name);
    }
  });
  api.subscribe(({ type, resource, object, previous }) => {
    if (previous) graph.remove(resource, previous);
    if (type === 'DELETED') queue.add(object.metadata.uid);
    else {
      graph.set(resource, object);
      // Made too late: its owner may have gone meanwhile.
      for (const { uid } of object.metadata.ownerReferences ?? []) if (!graph.isAlive(uid)) queue.add(uid);
    }
  });
}

/** Which objects live, and which name which as their owner. */
class OwnerGraph {
  readonly #alive = new Set<string>();
  readonly #dependents = new Map<string, Map<string, Dependent>>();

  set(resource: ResourceInfo, object: Readonly<KubeObject>): void {
    const { uid, namespace, name, ownerReferences = [] } = object.metadata;
    this.#alive.add(uid);
    for (const owner of ownerReferences) {
      let dependents = this.#dependents.get(owner.uid);
      if (!dependents) this.#dependents.set(owner.uid, (dependents = new Map()));
      dependents.set(`${resource.plural}/${namespace ?? ''}/${name}`, { resource, namespace, name });
    }
  }

  remove(resource: ResourceInfo, object: Readonly<KubeObject>): void {
    const { uid, namespace, name, ownerReferences = [] } = object.metadata;
    this.#alive.delete(uid);
    for (const owner of ownerReferences) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(`${resource.plural}/${namespace ?? ''}/${name}`);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }

  isAlive(uid: string): boolean {
    return this.#alive.has(uid);
  }

  /** In the order of their keys. */
  dependentsOf(uid: string): Dependent[] {
    const dependents = this.#dependents.get(uid);
    return dependents ? [...dependents.keys()].sort().map((key) => dependents.get(key)!) : [];
  }
}
