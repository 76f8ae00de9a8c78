import type { Sim, Table } from '@svclab/sim';
import type { KubeObject, ResourceInfo, WatchEvent } from './types.js';
import type { ResourceRegistry } from './registry.js';
import { SortedObjects } from './sorted-objects.js';

/** etcd's part of the API server: objects by key, one counter of all writes. Everything else here is an index over `kube.objects`. */
export class ObjectStore {
  readonly #objects: Table<KubeObject>;
  readonly #counters: Table<{ value: number }>;
  readonly #byResource = new Map<string, SortedObjects>();
  readonly #listeners: ((event: WatchEvent) => void)[] = [];

  constructor(sim: Sim, resources: ResourceRegistry) {
    this.#objects = sim.store.table('kube.objects');
    this.#counters = sim.store.table('kube.counters');
    const resourceByPrefix = new Map<string, ResourceInfo>();
    for (const resource of resources.all) {
      this.#byResource.set(prefixOf(resource), new SortedObjects());
      resourceByPrefix.set(prefixOf(resource), resource);
    }
    this.#objects.subscribe((key, before, after) => {
      const prefix = key.slice(0, key.indexOf('/', key.indexOf('/') + 1) + 1);
      const resource = resourceByPrefix.get(prefix);
      // A record of a resource that a later release no longer serves stays in the table, unseen.
      if (!resource) return;
      this.#byResource.get(prefix)!.set(key, after);
      if (this.#listeners.length > 0) this.#tell(resource, before, after);
    });
  }

  get(resource: ResourceInfo, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(keyOf(resource, namespace, name)) as KubeObject | undefined;
  }

  /** All, or those of one namespace; in etcd's order, which is that of the keys. */
  list(resource: ResourceInfo, namespace?: string): KubeObject[] {
    const prefix = prefixOf(resource);
    return this.#byResource.get(prefix)!.withPrefix(namespace === undefined ? '' : `${prefix}${namespace}/`);
  }

  put(resource: ResourceInfo, object: KubeObject): void {
    this.#objects.put(keyOf(resource, object.metadata.namespace ?? '', object.metadata.name), object);
  }

  delete(resource: ResourceInfo, namespace: string, name: string): void {
    this.#objects.delete(keyOf(resource, namespace, name));
  }

  /** Number of the last write: the `resourceVersion` of lists. */
  get resourceVersion(): number {
    return this.#counters.get('resourceVersion')?.value ?? 0;
  }

  /** Counts one write. */
  nextResourceVersion(): string {
    if (!this.#counters.has('resourceVersion')) this.#counters.put('resourceVersion', { value: 0 });
    return String(++this.#counters.edit('resourceVersion').value);
  }

  subscribe(listener: (event: WatchEvent) => void): void {
    this.#listeners.push(listener);
  }

  #tell(resource: ResourceInfo, before: KubeObject | undefined, after: KubeObject | undefined): void {
    let event: WatchEvent;
    if (!before) {
      if (!after) return;
      event = { type: 'ADDED', resource, object: after };
    } else if (!after) event = { type: 'DELETED', resource, object: before, previous: before };
    else event = { type: 'MODIFIED', resource, object: after, previous: before };
    for (const listener of this.#listeners) listener(event);
  }
}

const prefixOf = (resource: ResourceInfo): string => `${resource.group}/${resource.plural}/`;
const keyOf = (resource: ResourceInfo, namespace: string, name: string): string =>
  `${resource.group}/${resource.plural}/${namespace}/${name}`;
