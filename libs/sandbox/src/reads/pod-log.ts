import { rfc3339Nano } from '@svclab/cluster';
import { badRequest } from '@svclab/kube-api';
import { bytesOf, textOf } from '@svclab/sim';
import type { Answer } from '../entry.js';
import { problemOf } from '../entries/objects.js';
import type { Sandbox } from '../sandbox.js';
import { answer } from './answer.js';

/** What a container has written, as v1 PodLogOptions choose of it. */
export interface PodLogQuery {
  readonly kind: 'kubernetes.log';
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  /** Virtual microseconds since the epoch. */
  readonly sinceUs?: number;
  readonly sinceSeconds?: number;
  readonly limitBytes?: number;
  /** What a reader has seen already: he is told what came after. */
  readonly after?: LogPosition;
}

/** The last line seen: its time, and how many of that same time were seen. */
export interface LogPosition {
  readonly atUs: number;
  readonly count: number;
}

interface Line {
  readonly atUs: number;
  readonly text: string;
}

/** `ended`: the container writes nothing more. */
export interface PodLogAnswer {
  readonly text: string;
  readonly next: LogPosition;
  readonly ended: boolean;
}

export function readPodLog(sandbox: Sandbox, query: PodLogQuery): Answer {
  const { world } = sandbox;
  const { namespace, pod, container, previous = false, after } = query;
  const lines = world.pods.logs.read(`${namespace}/${pod}/${container}`, { previous });
  const statuses = statusesOf(world.api.get('pods', namespace, pod)?.status);
  const status = statuses.find(({ name }) => name === container);
  if (!lines) {
    const { reason = 'ContainerCreating' } = status?.state?.waiting ?? {};
    const message = previous
      ? `previous terminated container "${container}" in pod "${pod}" not found`
      : `container "${container}" in pod "${pod}" is waiting to start: ${reason}`;
    return { ok: false, problem: problemOf(badRequest(message)) };
  }
  const last = lines.at(-1);
  const next = last ? { atUs: last.atUs, count: lines.filter(({ atUs }) => atUs === last.atUs).length } : (after ?? { atUs: 0, count: 0 });
  return answer({
    text: textOfLines(chosen(lines, query, sandbox.virtualTimeUs), query),
    next,
    ended: previous || !status?.state?.running,
  });
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly running?: object; readonly waiting?: { readonly reason?: string } };
}

const statusesOf = (status: { readonly [member: string]: any } | undefined): readonly ContainerStatus[] =>
  ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'].flatMap(
    (member) => (status?.[member] ?? []) as ContainerStatus[],
  );

function chosen(all: readonly Line[], { after, sinceUs, sinceSeconds, tailLines }: PodLogQuery, nowUs: number): readonly Line[] {
  if (after) {
    let same = 0;
    return all.filter(({ atUs }) => (atUs === after.atUs ? ++same > after.count : atUs > after.atUs));
  }
  const fromUs = sinceUs ?? (sinceSeconds === undefined ? undefined : nowUs - sinceSeconds * 1e6);
  const since = fromUs === undefined ? all : all.filter(({ atUs }) => atUs >= fromUs);
  return tailLines === undefined ? since : since.slice(Math.max(0, since.length - tailLines));
}

function textOfLines(lines: readonly Line[], { timestamps, limitBytes }: PodLogQuery): string {
  const text = lines.map((line) => `${timestamps ? `${rfc3339Nano(line.atUs)} ` : ''}${line.text}\n`).join('');
  return limitBytes === undefined ? text : textOf(bytesOf(text).subarray(0, limitBytes));
}
