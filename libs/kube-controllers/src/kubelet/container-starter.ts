import { hash64, type Result } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';
import type { ControllerContext } from '../context.js';
import type { EventRecorder } from '../event-recorder.js';
import { formatGoDurationMs, pullBackOffMs, pullDurationMs } from './lifecycle.js';
import type { ContainerRecord } from './pod-record.js';
import type { ContainerFailure, ContainerSpec, PodRuntime, StartedContainer } from './pod-runtime.js';

/** Time that the registry takes to say that the image is still the same. */
const UNCHANGED_PULL_MS = 650;

/** Pulls images and starts containers, and says so in events (pkg/kubelet/images, pkg/kubelet/kuberuntime). */
export class ContainerStarter {
  constructor(
    private readonly context: ControllerContext & { readonly runtime: PodRuntime },
    private readonly events: EventRecorder,
  ) {}

  /** Begins to fetch the container's image if it must be; returns how long that takes. */
  pull(pod: Readonly<KubeObject>, container: ContainerSpec, node: string): number | undefined {
    const { sim } = this.context;
    const isPresent = this.#hasImage(node, container.image);
    const policy = container.imagePullPolicy ?? 'IfNotPresent';
    if (policy === 'Never' || (policy === 'IfNotPresent' && isPresent)) {
      this.record(pod, container, node, 'Normal', 'Pulled', `Container image "${container.image}" already present on machine`);
      return undefined;
    }
    this.record(pod, container, node, 'Normal', 'Pulling', `Pulling image "${container.image}"`);
    const chance = sim.random('kubelet');
    return isPresent ? UNCHANGED_PULL_MS + chance.below(300) : pullDurationMs(this.#imageSizeBytes(container.image), chance);
  }

  /** Starts the container, `pulledMs` after its image was asked for. */
  start(
    pod: Readonly<KubeObject>,
    container: ContainerSpec,
    node: string,
    pulledMs: number | undefined,
  ): Result<StartedContainer, ContainerFailure> {
    const { sim, runtime } = this.context;
    const started = runtime.startContainer(pod, container);
    if (!started.ok) {
      this.#recordFailure(pod, container, node, started.error);
      return started;
    }
    if (pulledMs !== undefined) {
      const took = formatGoDurationMs(pulledMs);
      const size = this.#imageSizeBytes(container.image);
      const message = `Successfully pulled image "${container.image}" in ${took} (${took} including waiting). Image size: ${size} bytes.`;
      this.record(pod, container, node, 'Normal', 'Pulled', message);
      this.#images.put(imageKey(node, container.image), { pulledUs: sim.nowUs });
    }
    this.record(pod, container, node, 'Normal', 'Created', `Created container ${container.name}`);
    this.record(pod, container, node, 'Normal', 'Started', `Started container ${container.name}`);
    return started;
  }

  /** Between two attempts: says that it waits, and how long. */
  backOff(
    pod: Readonly<KubeObject>,
    container: ContainerSpec,
    before: ContainerRecord,
    node: string,
  ): { readonly container: ContainerRecord; readonly waitMs: number } {
    const waitMs = pullBackOffMs(before.pullFailures);
    if (before.waiting?.reason !== 'ErrImagePull') return { container: before, waitMs };
    const message = `Back-off pulling image "${container.image}"`;
    this.record(pod, container, node, 'Normal', 'BackOff', message);
    this.record(pod, container, node, 'Warning', 'Failed', 'Error: ImagePullBackOff');
    return { container: { ...before, waiting: { reason: 'ImagePullBackOff', message } }, waitMs };
  }

  #recordFailure(pod: Readonly<KubeObject>, container: ContainerSpec, node: string, failure: ContainerFailure): void {
    const isPull = failure.reason === 'ErrImagePull';
    const words = failureWords(failure);
    if (isPull) this.record(pod, container, node, 'Warning', 'Failed', `Failed to pull image "${container.image}": ${words}`);
    this.record(pod, container, node, 'Warning', 'Failed', `Error: ${isPull ? failure.reason : words}`);
  }

  record(
    pod: Readonly<KubeObject>,
    container: ContainerSpec,
    node: string,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    const member = (pod.spec?.['initContainers'] as readonly ContainerSpec[] | undefined)?.some(({ name }) => name === container.name)
      ? 'initContainers'
      : 'containers';
    this.events.record(pod, { type, reason, message, fieldPath: `spec.${member}{${container.name}}` }, node);
  }

  /** Table `kubelet.images`: what has been pulled, by node and image. What came with the node is in the node's status. */
  get #images() {
    return this.context.sim.store.table<{ pulledUs: number }>('kubelet.images');
  }

  #hasImage(node: string, image: string): boolean {
    if (this.#images.has(imageKey(node, image))) return true;
    const images = (this.context.api.get('nodes', undefined, node)?.status?.['images'] ?? []) as readonly { names?: readonly string[] }[];
    return images.some(({ names }) => names?.includes(image));
  }

  // Simplification: an image whose size nobody knows has one between 4 and 60 MB that its name decides.
  #imageSizeBytes(image: string): number {
    return this.context.runtime.imageSizeBytes?.(image) ?? 4_000_000 + (hash64(image).lo % 56_000_000);
  }
}

/** What a waiting state and an event say of a failure. */
export const failureWords = ({ reason, message }: ContainerFailure): string =>
  reason === 'ErrImagePull' ? `rpc error: code = Unknown desc = ${message}` : message;

const imageKey = (node: string, image: string): string => `${node}/${image}`;
