import type { ApiServer, KubeObject } from '@svclab/kube-api';
import type { ContainerFailure, ContainerSpec, PodAddresses, PodRuntime, StartedContainer } from '@svclab/kube-controllers';
import type { Netstack } from '@svclab/netstack';
import { err, ok, type Result, type Sim, type Table } from '@svclab/sim';
import { address, formatAddress, parsePrefix, type Address } from '@svclab/wire';
import { internalAddress } from '../kindnet/kindnet.js';
import type { Ptp, PtpAttachment } from '../kindnet/ptp.js';
import type { NodeKernel } from '../node/node-kernel.js';
import { canonicalReference, findImage, imageId, type Daemon, type ImageSpec } from './images.js';
import type { Listener } from './program.js';

/** One container that runs. */
export interface RunningContainer {
  readonly id: string;
  readonly image: string;
  readonly pid: number;
  readonly startedUs: number;
}

/** A pod as the container runtime of its node sees it. Table `cluster.sandboxes`, key = `namespace/name`. */
export interface PodSandbox {
  readonly node: string;
  readonly netns: string;
  readonly hostname: string;
  /** `null` for a pod in its node's network. */
  readonly attachment: PtpAttachment | null;
  readonly containers: { readonly [name: string]: RunningContainer };
}

/** Starts and stops the engines of ours that a container stands for. */
export interface Daemons {
  /** The error is the last line that the process writes before it exits with 1. */
  start(daemon: Daemon, where: Pick<PodSandbox, 'node' | 'netns'>): Result<void, string>;
  stop(daemon: Daemon, where: Pick<PodSandbox, 'node' | 'netns'>): void;
}

type Pod = Readonly<KubeObject>;

/** containerd of every node, with the CNI plugin ptp behind it. */
export class ContainerRuntime implements PodRuntime {
  readonly #sandboxes: Table<PodSandbox>;

  constructor(
    private readonly sim: Sim,
    private readonly api: ApiServer,
    private readonly net: Netstack,
    private readonly ptp: Ptp,
    private readonly kernel: NodeKernel,
    private readonly daemons: Daemons,
  ) {
    this.#sandboxes = sim.store.table('cluster.sandboxes');
  }

  sandbox(namespace: string, name: string): PodSandbox | undefined {
    return this.#sandboxes.get(`${namespace}/${name}`);
  }

  startSandbox(pod: Pod): Result<PodAddresses, ContainerFailure> {
    const key = podKey(pod);
    const node = pod.spec!['nodeName'] as string;
    const nodeObject = this.api.get('nodes', undefined, node);
    const hostIP = nodeObject && internalAddress(nodeObject);
    if (!nodeObject || hostIP === undefined) return noSandbox(`node "${node}" not found`);
    if (pod.spec!['hostNetwork']) {
      this.#sandboxes.put(key, { node, netns: `node/${node}`, hostname: node, attachment: null, containers: {} });
      return ok({ podIP: hostIP, hostIP });
    }
    const attached = this.#attach(key, node, nodeObject.spec?.['podCIDR'] ?? '');
    if (!attached.ok) return noSandbox(attached.error);
    const attachment = attached.value;
    const hostname = (pod.spec!['hostname'] as string | undefined) ?? pod.metadata.name;
    this.#sandboxes.put(key, { node, netns: `pod/${key}`, hostname, attachment, containers: {} });
    return ok({ podIP: formatAddress(attachment.ipv4), hostIP });
  }

  startContainer(pod: Pod, container: ContainerSpec): Result<StartedContainer, ContainerFailure> {
    const spec = findImage(container.image);
    const key = podKey(pod);
    const sandbox = this.#sandboxes.get(key);
    if (!spec) return err({ reason: 'ErrImagePull', message: pullFailure(container.image) });
    if (!sandbox) return err({ reason: 'CreateContainerError', message: `sandbox of pod "${key}" not found` });
    const running: RunningContainer = {
      id: this.sim.random('containerd').hex(64),
      image: container.image,
      pid: this.kernel.nextPid(sandbox.node),
      startedUs: this.sim.nowUs,
    };
    this.#sandboxes.put(key, { ...sandbox, containers: { ...sandbox.containers, [container.name]: running } });
    if (runsOwnProgram(spec, container)) {
      const started = spec.daemon ? this.daemons.start(spec.daemon, sandbox) : ok(undefined);
      if (!started.ok) return err({ reason: 'CrashLoopBackOff', message: restarting(pod, container) });
      for (const listener of spec.listeners) this.openListener(sandbox.netns, listener, running.pid);
    }
    return ok({
      containerID: `containerd://${running.id}`,
      imageID: imageId(container.image),
      image: canonicalReference(container.image),
    });
  }

  imageSizeBytes(image: string): number | undefined {
    return findImage(image)?.sizeBytes;
  }

  // Simplification: servers end at once on SIGTERM; a bare shell or `sleep` as process 1 ignores it, as in life.
  terminationMs(pod: Pod): number {
    const containers = pod.spec!['containers'] as readonly ContainerSpec[];
    const ignores = containers.some((container) => {
      const spec = findImage(container.image);
      return spec !== undefined && !runsOwnProgram(spec, container);
    });
    return ignores ? Infinity : 100;
  }

  stop(namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    const sandbox = this.#sandboxes.get(key);
    if (!sandbox) return;
    for (const container of Object.keys(sandbox.containers).toSorted()) {
      const spec = findImage(sandbox.containers[container]!.image);
      if (spec?.daemon) this.daemons.stop(spec.daemon, sandbox);
      if (!sandbox.attachment) for (const listener of spec?.listeners ?? []) this.#closeListener(sandbox.netns, listener);
    }
    if (sandbox.attachment) {
      this.ptp.detach(sandbox.node, `node/${sandbox.node}`, sandbox.attachment);
      this.net.removeNamespace(sandbox.netns);
    }
    this.#sandboxes.delete(key);
  }

  /** The node went down with everything on it. */
  forgetNode(node: string): void {
    for (const key of this.#sandboxes.keys()) {
      const sandbox = this.#sandboxes.get(key)!;
      if (sandbox.node !== node) continue;
      if (sandbox.attachment) this.net.removeNamespace(sandbox.netns);
      this.#sandboxes.delete(key);
    }
  }

  /** Opens a socket for a process, on the address it binds in that namespace. */
  openListener(netns: string, listener: Listener, pid: number): void {
    const { process, fd, protocol, order, app } = listener;
    this.net.listen({
      netns,
      protocol,
      address: this.#boundAddress(netns, listener),
      port: listener.port ?? 32_768 + this.sim.random('kernel').below(28_232),
      process: { name: process, pid, fd },
      order,
      ...(app === undefined ? {} : { app }),
    });
  }

  #attach(pod: string, node: string, podCidrText: string): Result<PtpAttachment, string> {
    const podCidr = parsePrefix(podCidrText);
    if (!podCidr.ok) return err('network is not ready: cni plugin not initialized');
    const podNetns = `pod/${pod}`;
    const nodeNetns = `node/${node}`;
    this.net.addNamespace({ name: podNetns, kind: 'pod' });
    const mtu = this.net.link(nodeNetns, 'eth0')?.mtu ?? 1500;
    const attachment = this.ptp.attach({ node, nodeNetns, podNetns, pod, podCidr: podCidr.value, mtu });
    if (attachment) return ok(attachment);
    this.net.removeNamespace(podNetns);
    return err(`plugin type="ptp" failed (add): no IP addresses available in range set: ${podCidrText}`);
  }

  #closeListener(netns: string, listener: Listener): void {
    if (listener.port !== null) this.net.unlisten(netns, listener.protocol, this.#boundAddress(netns, listener), listener.port);
  }

  #boundAddress(netns: string, { bind }: Listener): Address | null {
    if (bind === 'any') return null;
    if (bind === 'loopback') return address('127.0.0.1');
    return this.net.link(netns, 'eth0')!.addresses[0]!.prefix.address;
  }
}

/** A container whose command names another program runs that instead; only the image's own one is simulated as a server. */
const runsOwnProgram = (spec: ImageSpec, { command }: ContainerSpec): boolean =>
  !command?.length || (spec.entrypoint.length > 0 && baseName(command[0]!) === baseName(spec.entrypoint[0]!));

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

// Simplification: a daemon that exits at once waits as after its first restart; its back-off does not grow.
const restarting = ({ metadata: { name, namespace, uid } }: Pod, container: ContainerSpec): string =>
  `back-off 10s restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`;

const podKey = (pod: Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

const noSandbox = (message: string): Result<never, ContainerFailure> => err({ reason: 'FailedCreatePodSandBox', message });

/** containerd's words for a repository that nobody has. */
function pullFailure(image: string): string {
  const reference = canonicalReference(image);
  return (
    `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": pull access denied, ` +
    'repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'
  );
}
