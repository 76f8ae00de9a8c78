import type { ApiServer, KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import { isTerminating } from '../pod-state.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { OwnerGraph, type Location } from './owner-graph.js';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/**
 * Deletes objects whose owners are gone, and does what the finalizers of foreground and orphaning deletion
 * ask for (pkg/controller/garbagecollector).
 */
export function registerGarbageCollector({ sim, api }: ControllerContext): void {
  const collector = new GarbageCollector(api);
  const queue = new ReconcileQueue(sim, (uid) => collector.process(uid));
  api.subscribe(({ type, resource, object, previous }) => {
    const owners = object.metadata.ownerReferences ?? [];
    collector.graph.replace(resource, previous, type === 'DELETED' ? undefined : object);
    if (type === 'DELETED') {
      queue.add(object.metadata.uid);
      // An owner deleted in the foreground waits for this one.
      for (const { uid } of owners) queue.add(uid);
      return;
    }
    if (isTerminating(object) && object.metadata.finalizers) queue.add(object.metadata.uid);
    // Made too late: its owner may have gone meanwhile.
    for (const { uid } of owners) if (!collector.graph.find(uid)) queue.add(uid);
  });
}

class GarbageCollector {
  readonly graph = new OwnerGraph();

  constructor(private readonly api: ApiServer) {
    for (const resource of api.resources.all)
      for (const object of api.list(resource.plural)) this.graph.replace(resource, undefined, object);
  }

  /** Looks at what depends on the object with this uid, alive or not. */
  process(uid: string): void {
    const location = this.graph.find(uid);
    if (!location) return this.#collectOrphans(uid);
    const owner = this.#get(location);
    const finalizers = owner && isTerminating(owner) ? (owner.metadata.finalizers ?? []) : [];
    if (finalizers.includes(ORPHAN)) this.#orphanDependents(location, owner!);
    else if (finalizers.includes(FOREGROUND)) this.#deleteInForeground(location, owner!);
  }

  #collectOrphans(ownerUid: string): void {
    for (const location of this.graph.dependentsOf(ownerUid)) {
      const owners = this.#get(location)?.metadata.ownerReferences ?? [];
      if (owners.length > 0 && !owners.some(({ uid }) => this.graph.find(uid))) this.#delete(location);
    }
  }

  #deleteInForeground(location: Location, owner: Readonly<KubeObject>): void {
    const blocking = this.graph.dependentsOf(owner.metadata.uid).filter((dependent) => {
      const reference = this.#get(dependent)?.metadata.ownerReferences?.find(({ uid }) => uid === owner.metadata.uid);
      return reference?.blockOwnerDeletion === true;
    });
    if (blocking.length === 0) return this.#removeFinalizer(location, owner, FOREGROUND);
    for (const dependent of blocking) if (!isTerminating(this.#get(dependent)!)) this.#delete(dependent);
  }

  #orphanDependents(location: Location, owner: Readonly<KubeObject>): void {
    for (const dependent of this.graph.dependentsOf(owner.metadata.uid)) {
      const object = this.#get(dependent)!;
      const ownerReferences = object.metadata.ownerReferences!.filter(({ uid }) => uid !== owner.metadata.uid);
      this.api.update(dependent.resource, { ...object, metadata: { ...object.metadata, ownerReferences } });
    }
    this.#removeFinalizer(location, owner, ORPHAN);
  }

  #removeFinalizer({ resource }: Location, object: Readonly<KubeObject>, finalizer: string): void {
    const finalizers = object.metadata.finalizers!.filter((each) => each !== finalizer);
    this.api.update(resource, { ...object, metadata: { ...object.metadata, finalizers } });
  }

  #get({ resource, namespace, name }: Location): Readonly<KubeObject> | undefined {
    return this.api.get(resource, namespace, name);
  }

  #delete({ resource, namespace, name }: Location): void {
    this.api.delete(resource, namespace, name);
  }
}
