import { ByteReader, bytesOf } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';
import type { LiveTerminals } from '../../terminals/live-terminals.js';
import { LogFollower } from '../log-follower.js';
import type { LogServices } from '../pod-log.js';
import { statusOfError } from '../status-error.js';
import { exitStatus, failureStatus } from './exit-status.js';
import { USUAL_SIZE } from './remote-command.js';
import type { RemoteInput, RemoteStreams } from './remote-streams.js';

/** What `pods/<name>/attach` was asked for. */
export interface AttachRequest {
  readonly sandboxId: string;
  readonly pod: KubeObject;
  readonly container: string;
  /** The container, as the shell names places. */
  readonly at: string;
  readonly stdin: boolean;
  readonly tty: boolean;
}

export interface AttachServices extends LogServices {
  readonly terminals: LiveTerminals;
}

interface ContainerSpec {
  readonly name: string;
  readonly stdin?: boolean;
  readonly tty?: boolean;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
}

/** Joins the streams of a container's first process. Never rejects. */
export async function runAttach(services: AttachServices, request: AttachRequest, streams: RemoteStreams): Promise<void> {
  try {
    const spec = specOf(request);
    await (spec?.stdin && spec.tty ? joinTerminal(services, request, spec, streams) : followOutput(services, request, streams));
  } catch (error) {
    const status = statusOfError(error);
    if (status.reason === 'InternalError') console.error(error);
    streams.end(failureStatus(status.message));
  }
}

function specOf({ pod, container }: AttachRequest): ContainerSpec | undefined {
  const all = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((member) => (pod.spec?.[member] ?? []) as ContainerSpec[]);
  return all.find(({ name }) => name === container);
}

/** A shell that waits at its terminal. It goes on when the client leaves, and the container ends when somebody leaves the shell. */
async function joinTerminal(
  { terminals }: AttachServices,
  { sandboxId, pod, container, at, stdin }: AttachRequest,
  { command = [], args = [] }: ContainerSpec,
  streams: RemoteStreams,
): Promise<void> {
  const terminalId = terminalOf(pod, container);
  const words = [...command, ...args];
  const mainProcessOf = `${pod.metadata.namespace}/${pod.metadata.name}/${container}`;
  await terminals.ofContainer(sandboxId, terminalId, { at, ...USUAL_SIZE, mainProcessOf, ...(words.length > 0 && { command: words }) });
  const { live, leave } = await terminals.attach(sandboxId, terminalId, 0, {
    output: (text) => streams.write('stdout', bytesOf(text)),
    // How the process ended is the container's state, not the answer of who was attached.
    end: (exitCode, reason = '') => streams.end(exitCode === null ? failureStatus(reason) : exitStatus(0)),
  });
  const reader = new ByteReader();
  streams.take({
    stdin: (bytes) => (stdin ? live.type(reader.read(bytes)) : undefined),
    stdinEnded: () => undefined,
    resize: (columns, rows) => live.resize(columns, rows),
    closed: leave,
  });
}

/** Of one run of a container: the id that its runtime gave it. */
function terminalOf(pod: KubeObject, container: string): string {
  const statuses = ['containerStatuses', 'ephemeralContainerStatuses'].flatMap(
    (member) => (pod.status?.[member] ?? []) as { readonly name: string; readonly containerID?: string }[],
  );
  const id = statuses.find(({ name }) => name === container)?.containerID ?? '';
  return id.slice(id.lastIndexOf('/') + 1).slice(0, 16);
}

/** What a process without a terminal writes from now on; it reads nothing. */
async function followOutput(services: AttachServices, request: AttachRequest, streams: RemoteStreams): Promise<void> {
  const { sandboxId, pod, container } = request;
  const asked = {
    kind: 'kubernetes.log',
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name,
    container,
    tailLines: 0,
  } as const;
  const follower = new LogFollower(services, sandboxId, asked, {
    write: (text) => streams.write('stdout', bytesOf(text)),
    end: () => streams.end(exitStatus(0)),
  });
  const ignored: RemoteInput = {
    stdin: () => undefined,
    stdinEnded: () => undefined,
    resize: () => undefined,
    closed: () => follower.stop(),
  };
  streams.take(ignored);
  follower.start();
}
