import type { Result } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';

/** v1 Container, as far as the kubelet and the runtime look at it. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly tty?: boolean;
  readonly stdin?: boolean;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
  /** Of an init container: `Always` makes it a sidecar. */
  readonly restartPolicy?: 'Always';
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

/** v1 Probe with the API server's defaults filled in. */
export interface Probe {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: { readonly path?: string; readonly port: number | string; readonly host?: string; readonly scheme?: string };
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string };
  readonly grpc?: { readonly port: number; readonly service?: string };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
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
  /** When and how its process ends by itself; one that stays until it is told to go has none. */
  readonly ends?: { readonly afterMs: number; readonly exitCode: number };
}

/** The container runtimes of all nodes (CRI), with CNI behind them. Called inside entries only. */
export interface PodRuntime {
  /** Makes the pod's network namespace and gives it an address; host-network pods have the node's. */
  startSandbox(pod: Readonly<KubeObject>): Result<PodAddresses, ContainerFailure>;
  /** Starts a container of a pod whose sandbox runs; fails with `ErrImagePull` when no registry has the image. */
  startContainer(pod: Readonly<KubeObject>, container: ContainerSpec): Result<StartedContainer, ContainerFailure>;
  /** Takes one container away, whose process has ended or is to end now. Returns the exit code of one that is told to end. */
  endContainer?(pod: Readonly<KubeObject>, container: ContainerSpec): number;
  /** Ends the containers of a pod and takes its sandbox away; nothing happens when it has none. */
  stop(namespace: string, name: string): void;
  /** The pod's object is gone: what its containers have written goes too. */
  forgetPod?(namespace: string, name: string): void;
  /** Asks a container how it is. The error is what the kubelet says after `probe failed: `. */
  probe?(pod: Readonly<KubeObject>, container: ContainerSpec, probe: Probe): Result<void, string>;
  /** Compressed size of an image as its registry tells; `undefined` when it has none. */
  imageSizeBytes?(image: string): number | undefined;
  /** How long the pod's processes take to end after SIGTERM; Infinity when they ignore it. */
  terminationMs?(pod: Readonly<KubeObject>): number;
}
