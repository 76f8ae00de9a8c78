import type { ApiServer, KubeObject } from '@svclab/kube-api';
import type { ContainerFailure, ContainerSpec, PodAddresses, PodRuntime, Probe, StartedContainer } from '@svclab/kube-controllers';
import type { Netstack } from '@svclab/netstack';
import { err, ok, type Result, type Sim, type Table } from '@svclab/sim';
import { address, formatAddress, parseAddress, parsePrefix, type Address } from '@svclab/wire';
import { internalAddress } from '../kindnet/kindnet.js';
import type { Ptp, PtpAttachment } from '../kindnet/ptp.js';
import type { NodeKernel } from '../node/node-kernel.js';
import { argvOf, endOfCommand, type CommandLine } from './container-command.js';
import { ContainerLogs } from './container-logs.js';
import { canonicalReference, findImage, imageId, type Daemon, type ImageSpec } from './images.js';
import { probeContainer } from './probing.js';
import type { Listener } from './program.js';

/** One container that runs. */
export interface RunningContainer {
  readonly id: string;
  readonly image: string;
  readonly pid: number;
  readonly startedUs: number;
  /** Absent while it runs its image's own server. */
  readonly command?: CommandLine;
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

/** Files of a place in the shell's words, `pod/<namespace>/<name>`, as far as a probe looks at them. */
type FilesAt = (location: string) => { exists(path: string): boolean };

/** Exit code of a Go program on SIGTERM, and of a process that SIGKILL ends because it takes no notice. */
const TERMINATED_EXIT_CODE = 2;
const KILLED_EXIT_CODE = 137;

/** containerd of every node, with the CNI plugin ptp behind it. */
export class ContainerRuntime implements PodRuntime {
  readonly #sandboxes: Table<PodSandbox>;
  readonly logs: ContainerLogs;

  constructor(
    private readonly sim: Sim,
    private readonly api: ApiServer,
    private readonly net: Netstack,
    private readonly ptp: Ptp,
    private readonly kernel: NodeKernel,
    private readonly daemons: Daemons,
    private readonly filesAt: FilesAt,
  ) {
    this.logs = new ContainerLogs(sim);
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
    const isServer = runsServer(spec, container);
    if (!isServer && spec.userland === 'none') return err(notExecutable(container));
    const command = isServer ? undefined : commandLine(sandbox, spec, container);
    const running: RunningContainer = {
      id: this.sim.random('containerd').hex(64),
      image: container.image,
      pid: this.kernel.nextPid(sandbox.node),
      startedUs: this.sim.nowUs,
      ...(command && { command }),
    };
    const started = { ...sandbox, containers: { ...sandbox.containers, [container.name]: running } };
    this.#sandboxes.put(key, started);
    this.logs.begin(`${key}/${container.name}`, { startedUs: running.startedUs, image: container.image, ...(command && { command }) });
    const ends = command ? endOfCommand(command) : this.#startServer(spec, started, `${key}/${container.name}`, running.pid);
    return ok({
      containerID: `containerd://${running.id}`,
      imageID: imageId(container.image),
      image: canonicalReference(container.image),
      ...(ends && { ends }),
    });
  }

  endContainer(pod: Pod, { name }: ContainerSpec): number {
    const key = podKey(pod);
    const sandbox = this.#sandboxes.get(key);
    const running = sandbox?.containers[name];
    if (!sandbox || !running) return KILLED_EXIT_CODE;
    this.#endProcess(sandbox, running);
    this.logs.end(`${key}/${name}`);
    const { [name]: _ended, ...containers } = sandbox.containers;
    this.#sandboxes.put(key, { ...sandbox, containers });
    return running.command ? KILLED_EXIT_CODE : (findImage(running.image)?.termExitCode ?? TERMINATED_EXIT_CODE);
  }

  probe(pod: Pod, container: ContainerSpec, probe: Probe): Result<void, string> {
    const key = podKey(pod);
    const sandbox = this.#sandboxes.get(key);
    const address = sandbox?.attachment?.ipv4 ?? parseAddress((pod.status?.['hostIP'] as string | undefined) ?? '');
    if (!sandbox || address === undefined) return err('container not running');
    const { netns, hostname } = sandbox;
    return probeContainer(container, probe, {
      address,
      hostname,
      sockets: this.net.sockets(netns),
      exists: (path) => this.filesAt(`pod/${key}`).exists(path),
      answer: (app, request, { local }) =>
        this.net.application(app)?.(request, { netns, local, remote: { address: local.address, port: 0 } })?.response,
    });
  }

  /** Notes a line that a server writes about a request, in the log of the container that it runs in. */
  appendLog(netns: string, app: string, text: string): void {
    if (!netns.startsWith('pod/')) return;
    const key = netns.slice('pod/'.length);
    const containers = this.#sandboxes.get(key)?.containers ?? {};
    const name = Object.keys(containers)
      .toSorted()
      .find((each) => findImage(containers[each]!.image)?.listeners.some((listener) => listener.app === app));
    if (name !== undefined) this.logs.append(`${key}/${name}`, text);
  }

  imageSizeBytes(image: string): number | undefined {
    return findImage(image)?.sizeBytes;
  }

  // Simplification: servers end at once on SIGTERM; a bare shell or `sleep` as process 1 ignores it, as in life.
  terminationMs(pod: Pod): number {
    const containers = pod.spec!['containers'] as readonly ContainerSpec[];
    const ignores = containers.some((container) => {
      const spec = findImage(container.image);
      return spec !== undefined && !runsServer(spec, container);
    });
    return ignores ? Infinity : 100;
  }

  stop(namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    const sandbox = this.#sandboxes.get(key);
    if (!sandbox) return;
    for (const container of Object.keys(sandbox.containers).toSorted()) {
      this.#endProcess(sandbox, sandbox.containers[container]!);
      this.logs.end(`${key}/${container}`);
    }
    if (sandbox.attachment) {
      this.ptp.detach(sandbox.node, `node/${sandbox.node}`, sandbox.attachment);
      this.net.removeNamespace(sandbox.netns);
    }
    this.#sandboxes.delete(key);
  }

  /** The object of a pod is gone, and what its containers have written with it. */
  forgetPod(namespace: string, name: string): void {
    this.logs.forget(`${namespace}/${name}`);
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

  #startServer(spec: ImageSpec, sandbox: PodSandbox, container: string, pid: number): StartedContainer['ends'] {
    const started = spec.daemon ? this.daemons.start(spec.daemon, sandbox) : ok(undefined);
    if (!started.ok) {
      this.logs.append(container, started.error);
      return { afterMs: 0, exitCode: 1 };
    }
    for (const listener of spec.listeners) this.openListener(sandbox.netns, listener, pid);
    return undefined;
  }

  #endProcess(sandbox: PodSandbox, { image, command }: RunningContainer): void {
    const spec = findImage(image);
    if (!spec || command) return;
    if (spec.daemon) this.daemons.stop(spec.daemon, sandbox);
    for (const listener of spec.listeners) this.#closeListener(sandbox.netns, listener);
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

/** A container whose command names another program runs that instead; of the image's own one it depends on the image whether it stays. */
const runsServer = (spec: ImageSpec, { command }: ContainerSpec): boolean =>
  spec.stays && (!command?.length || (spec.entrypoint.length > 0 && baseName(command[0]!) === baseName(spec.entrypoint[0]!)));

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function commandLine({ hostname }: PodSandbox, image: ImageSpec, container: ContainerSpec): CommandLine {
  const env = Object.fromEntries((container.env ?? []).map(({ name, value = '' }) => [name, value]));
  return { argv: argvOf(image, container), hostname, env, interactive: container.tty === true || container.stdin === true };
}

/** runc's words for a program that the image does not have. */
function notExecutable({ command = [], args = [] }: ContainerSpec): ContainerFailure {
  const program = [...command, ...args][0] ?? '';
  const where = program.startsWith('/') ? `stat ${program}: no such file or directory` : 'executable file not found in $PATH';
  return {
    reason: 'RunContainerError',
    message:
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ' +
      `unable to start container process: exec: "${program}": ${where}: unknown`,
  };
}

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
