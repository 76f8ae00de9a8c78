import { rfc3339Nano, type LogLine } from '@svclab/cluster';
import type { KubeObject } from '@svclab/kube-api';
import { durationUs } from '../durations.js';
import { failure, KubectlError, usageError } from '../errors.js';
import { bool, int, pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { containerOf, podFor } from '../pods.js';
import { listObjects, resourceNamed } from '../resources.js';
import { SELECTOR_FLAGS } from '../standard-flags.js';

const POLL_US = 200_000;

/** With a selector, of each container the last lines only. */
const SELECTOR_TAIL = 10;

export const logs: Verb = {
  name: 'logs',
  summary: 'Print the logs for a container in a pod',
  usage: '[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]',
  flags: [
    string('container', 'Print the logs of this container', 'c'),
    bool('follow', 'Specify if the logs should be streamed.', 'f'),
    bool('previous', 'If true, print the logs for the previous instance of the container in a pod if it exists.', 'p'),
    bool('timestamps', 'Include timestamps on each line in the log output'),
    bool('all-containers', "Get all containers' logs in the pod(s)."),
    bool('prefix', 'Prefix each log line with the log source (pod name and container name)'),
    int('tail', 'Lines of recent log file to display. Defaults to -1 with no selector, showing all log lines otherwise 10.'),
    string('since', 'Only return logs newer than a relative duration like 5s, 2m, or 3h.'),
    ...pending('string', 'since-time', 'limit-bytes', 'pod-running-timeout', 'max-log-requests'),
    ...pending('bool', 'ignore-errors', 'insecure-skip-tls-verify-backend'),
    ...SELECTOR_FLAGS,
  ],
  async run(call) {
    const sources = sourcesOf(call);
    const shown = new Map<Source, number>();
    for (const source of sources) shown.set(source, print(call, source, linesOf(call, source)));
    if (!call.flags.bool('follow')) return 0;
    const { sim } = call.command.world;
    for (;;) {
      sim.drainWork();
      const alive = sources.filter((source) => isRunning(call, source));
      for (const source of sources) {
        const lines = readLines(call, source) ?? [];
        const seen = shown.get(source)!;
        if (lines.length > seen) shown.set(source, print(call, source, lines.slice(seen)) + seen);
      }
      if (alive.length === 0) return 0;
      call.command.count('turn');
      await call.command.sleep(POLL_US);
    }
  },
};

/** A container whose log is asked for. */
interface Source {
  readonly pod: Readonly<KubeObject>;
  readonly container: string;
}

function sourcesOf(call: Invocation): readonly Source[] {
  const selector = call.flags.string('selector');
  const [target] = call.args;
  if (target === undefined && !selector)
    throw usageError(
      call.path,
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
    );
  if (target !== undefined && selector) throw usageError(call.path, 'only a selector (-l) or a POD name is allowed');
  const pods = selector
    ? listObjects(call, resourceNamed(call, 'pods'), { namespace: call.namespace, labelSelector: selector })
    : [podFor(call, target!)];
  if (pods.length === 0) call.err(`No resources found in ${call.namespace} namespace.\n`);
  return pods.flatMap((pod) =>
    call.flags.bool('all-containers')
      ? containerNames(pod).map((container) => ({ pod, container }))
      : [{ pod, container: containerOf(call, pod) }],
  );
}

const containerNames = ({ spec }: Readonly<KubeObject>): string[] =>
  ['initContainers', 'containers'].flatMap((member) => ((spec?.[member] ?? []) as { name: string }[]).map(({ name }) => name));

function readLines(call: Invocation, { pod, container }: Source): readonly LogLine[] | undefined {
  const { namespace, name } = pod.metadata;
  return call.command.world.pods.logs.read(`${namespace}/${name}/${container}`, { previous: call.flags.bool('previous') });
}

/** All that there is now, or why there is none, in the server's words (kubelet `findContainer` and `validateContainerLogStatus`). */
function linesOf(call: Invocation, source: Source): readonly LogLine[] {
  const { container, pod } = source;
  const lines = readLines(call, source);
  if (lines) return lines;
  const { name } = pod.metadata;
  if (call.flags.bool('previous')) throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  const status = statusOf(source);
  const reason = status?.state?.waiting?.reason ?? 'ContainerCreating';
  const why = status?.state?.waiting?.message && /Pull/.test(reason) ? `trying and failing to pull image` : reason;
  throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${why}`);
}

const badRequest = (message: string): KubectlError => new KubectlError(`Error from server (BadRequest): ${message}`);

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string }; readonly running?: object };
}

const statusOf = ({ pod, container }: Source): ContainerStatus | undefined =>
  ['containerStatuses', 'initContainerStatuses']
    .flatMap((member) => (pod.status?.[member] ?? []) as readonly ContainerStatus[])
    .find(({ name }) => name === container);

function isRunning(call: Invocation, { pod, container }: Source): boolean {
  const current = call.api.get('pods', pod.metadata.namespace, pod.metadata.name);
  return current?.metadata.uid === pod.metadata.uid && statusOf({ pod: current, container })?.state?.running !== undefined;
}

/** Prints what the flags leave of the lines; returns how many lines there were. */
function print(call: Invocation, { pod, container }: Source, lines: readonly LogLine[]): number {
  const { flags } = call;
  const since = flags.string('since');
  const fromUs = since === undefined ? -Infinity : call.command.world.sim.nowUs - durationUs(since, 'since');
  const tail = flags.int('tail') ?? (flags.has('selector') ? SELECTOR_TAIL : -1);
  if (tail < -1) throw failure('--tail must be greater than or equal to -1');
  const wanted = lines.filter(({ atUs }) => atUs >= fromUs);
  const prefix = flags.bool('prefix') ? `[pod/${pod.metadata.name}/${container}] ` : '';
  for (const { atUs, text } of tail < 0 ? wanted : wanted.slice(Math.max(0, wanted.length - tail)))
    call.out(`${prefix}${flags.bool('timestamps') ? `${rfc3339Nano(atUs)} ` : ''}${text}\n`);
  return lines.length;
}
