import type { ApiServer, KubeObject } from '@svclab/kube-api';
import { keyOf } from '../object-key.js';
import { isPodFinished } from '../pod-state.js';
import { milliValue, quantityValue } from '../quantity.js';
import { hostPorts, podRequests, type Resources } from './pod-requests.js';

const DEFAULT_MAX_PODS = 110;
const NOTHING: Resources = { milliCpu: 0, memoryBytes: 0 };

/** Pods that count together, by a selector for instance. `key` tells one group from another. */
export interface PodGroup {
  readonly key: string;
  has(pod: Readonly<KubeObject>): boolean;
}

interface NodeImage {
  readonly names?: readonly string[];
  readonly sizeBytes?: number | string;
}

/** A node with what its pods take of it (pkg/scheduler/framework/types.go `NodeInfo`). */
export class NodeInfo {
  readonly pods = new Map<string, Readonly<KubeObject>>();
  /** What its pods ask for; `scored`: with a default for those that ask for nothing. */
  requested: Resources = NOTHING;
  scored: Resources = NOTHING;
  /** How many pods hold each host port. */
  readonly ports = new Map<string, number>();
  /** Nothing is said about a resource whose size the node does not tell. */
  readonly allocatable: { readonly milliCpu: number; readonly memoryBytes: number; readonly pods: number };
  /** Sizes in bytes of the images that the node has, by each of their names. */
  readonly images = new Map<string, number>();
  /** The last answer of {@link countOf}: pods of one ReplicaSet are scheduled one after another, and all ask the same. */
  #counted: { readonly key: string; readonly count: number } | undefined;

  constructor(readonly node: Readonly<KubeObject>) {
    const allocatable = (node.status?.['allocatable'] ?? {}) as Readonly<Record<string, string>>;
    this.allocatable = {
      milliCpu: allocatable['cpu'] === undefined ? Infinity : milliValue(allocatable['cpu']),
      memoryBytes: allocatable['memory'] === undefined ? Infinity : quantityValue(allocatable['memory']),
      pods: Number(allocatable['pods'] ?? DEFAULT_MAX_PODS),
    };
    for (const { names = [], sizeBytes } of (node.status?.['images'] ?? []) as readonly NodeImage[])
      for (const name of names) if (!this.images.has(name)) this.images.set(name, quantityValue(sizeBytes));
  }

  /** How many of its pods belong to `group`. */
  countOf(group: PodGroup): number {
    if (this.pods.size === 0) return 0;
    if (this.#counted?.key === group.key) return this.#counted.count;
    let count = 0;
    for (const pod of this.pods.values()) if (group.has(pod)) count++;
    this.#counted = { key: group.key, count };
    return count;
  }

  count(key: string, pod: Readonly<KubeObject>, sign: 1 | -1): void {
    if (sign > 0) this.pods.set(key, pod);
    else this.pods.delete(key);
    this.#counted = undefined;
    this.requested = sum(this.requested, podRequests(pod), sign);
    this.scored = sum(this.scored, podRequests(pod, true), sign);
    for (const port of hostPorts(pod)) this.ports.set(port, (this.ports.get(port) ?? 0) + sign);
  }

  /** For a pod that takes the same as before. */
  replace(key: string, pod: Readonly<KubeObject>): void {
    this.pods.set(key, pod);
    this.#counted = undefined;
  }
}

const sum = (a: Resources, b: Resources, sign: 1 | -1): Resources => ({
  milliCpu: a.milliCpu + sign * b.milliCpu,
  memoryBytes: a.memoryBytes + sign * b.memoryBytes,
});

/** The scheduler's cache: an index over nodes and over the pods that are on them and have not finished. */
export class NodeInfos {
  readonly #infos = new Map<string, NodeInfo>();
  /** Pods by node, also of nodes that are not there. */
  readonly #podsByNode = new Map<string, Map<string, Readonly<KubeObject>>>();
  #sorted: readonly NodeInfo[] | undefined;
  /** Pods on nodes that keep others away by required anti-affinity, by key. */
  readonly guarded = new Map<string, Readonly<KubeObject>>();
  /** How many nodes have each image. */
  readonly #nodesWithImage = new Map<string, number>();

  constructor(api: ApiServer) {
    for (const node of api.list('nodes')) this.#setNode(node);
    for (const pod of api.list('pods')) this.#addPod(pod);
    api.subscribe(({ type, resource, object, previous }) => {
      if (resource.plural === 'nodes') {
        if (type === 'DELETED') this.#removeNode(object.metadata.name);
        else this.#setNode(object);
      } else if (resource.plural === 'pods') {
        if (type === 'MODIFIED' && isSamePlace(object, previous!)) return this.#replacePod(object);
        if (previous) this.#removePod(previous);
        if (type !== 'DELETED') this.#addPod(object);
      }
    });
  }

  /** By name. */
  get sorted(): readonly NodeInfo[] {
    return (this.#sorted ??= [...this.#infos.keys()].toSorted().map((name) => this.#infos.get(name)!));
  }

  get(name: string): NodeInfo | undefined {
    return this.#infos.get(name);
  }

  /** The part of all nodes that have the image. */
  shareWithImage(image: string): number {
    return (this.#nodesWithImage.get(image) ?? 0) / this.#infos.size;
  }

  #setNode(node: Readonly<KubeObject>): void {
    const { name } = node.metadata;
    this.#removeNode(name);
    const info = new NodeInfo(node);
    for (const [key, pod] of this.#podsByNode.get(name) ?? []) info.count(key, pod, 1);
    this.#infos.set(name, info);
    this.#countImages(info, 1);
  }

  #removeNode(name: string): void {
    const info = this.#infos.get(name);
    if (info) this.#countImages(info, -1);
    this.#infos.delete(name);
    this.#sorted = undefined;
  }

  #countImages({ images }: NodeInfo, sign: 1 | -1): void {
    for (const [image, size] of images) if (size > 0) this.#nodesWithImage.set(image, (this.#nodesWithImage.get(image) ?? 0) + sign);
  }

  #addPod(pod: Readonly<KubeObject>): void {
    const node = placeOf(pod);
    if (node === undefined) return;
    const key = keyOf(pod);
    const pods = this.#podsByNode.get(node);
    if (pods) pods.set(key, pod);
    else this.#podsByNode.set(node, new Map([[key, pod]]));
    this.#infos.get(node)?.count(key, pod, 1);
    if (pod.spec?.['affinity']?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution) this.guarded.set(key, pod);
  }

  #removePod(pod: Readonly<KubeObject>): void {
    const node = placeOf(pod);
    if (node === undefined) return;
    const key = keyOf(pod);
    this.#podsByNode.get(node)?.delete(key);
    this.#infos.get(node)?.count(key, pod, -1);
    this.guarded.delete(key);
  }

  /** Takes the same of its node as before: only its labels and its state may be others. */
  #replacePod(pod: Readonly<KubeObject>): void {
    const node = placeOf(pod);
    if (node === undefined) return;
    const key = keyOf(pod);
    this.#podsByNode.get(node)?.set(key, pod);
    this.#infos.get(node)?.replace(key, pod);
    if (this.guarded.has(key)) this.guarded.set(key, pod);
  }
}

/** The node whose resources a pod takes. */
const placeOf = (pod: Readonly<KubeObject>): string | undefined =>
  isPodFinished(pod) ? undefined : (pod.spec?.['nodeName'] as string | undefined) || undefined;

const isSamePlace = (pod: Readonly<KubeObject>, previous: Readonly<KubeObject>): boolean =>
  pod.metadata.uid === previous.metadata.uid &&
  placeOf(pod) === placeOf(previous) &&
  (pod.spec === previous.spec || pod.metadata.generation === previous.metadata.generation);
