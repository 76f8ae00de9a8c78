import type { Result } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';

/** v1 Container, as far as the kubelet and the runtime look at it. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly command?: readonly string[];
  readonly readinessProbe?: { readonly initialDelaySeconds?: number };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

/** Why the runtime could not do it: a waiting reason such as `ErrImagePull` or `CreateContainerError`, and its own words. */
export interface ContainerFailure {
  readonly reason: string;
  readonly message: string;
}

export interface PodAddresses {
  readonly podIP: string;
  readonly hostIP: string;
}

export interface StartedContainer {
  /** `containerd://` and 64 hexadecimal digits. */
  readonly containerID: string;
  /** `docker.io/traefik/whoami@sha256:…` */
  readonly imageID: string;
  /** The image as the runtime names it: `docker.io/traefik/whoami:latest`. The pod's own word when absent. */
  readonly image?: string;
}

/** The container runtimes of all nodes (CRI), with CNI behind them. Called inside entries only. */
export interface PodRuntime {
  /** Makes the pod's network namespace and gives it an address; host-network pods have the node's. */
  startSandbox(pod: Readonly<KubeObject>): Result<PodAddresses, ContainerFailure>;
  /** Starts a container of a pod whose sandbox runs; fails with `ErrImagePull` when no registry has the image. */
  startContainer(pod: Readonly<KubeObject>, container: ContainerSpec): Result<StartedContainer, ContainerFailure>;
  /** Ends the containers of a pod and takes its sandbox away; nothing happens when it has none. */
  stop(namespace: string, name: string): void;
  /** Compressed size of an image as its registry tells; `undefined` when it has none. */
  imageSizeBytes?(image: string): number | undefined;
  /** How long the pod's processes take to end after SIGTERM; Infinity when they ignore it. */
  terminationMs?(pod: Readonly<KubeObject>): number;
}
