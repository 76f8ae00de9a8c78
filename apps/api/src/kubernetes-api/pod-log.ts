import type { FastifyReply } from 'fastify';
import { badRequest, type KubeObject, noSuchResource } from '@svclab/kube-api';
import type { PodLogAnswer, PodLogQuery } from '@svclab/sandbox';
import { bytesOf } from '@svclab/sim';
import type { SandboxHost } from '../engine/sandbox-host.js';
import { defined } from '../sandboxes/defined.js';
import type { OpenStreams } from '../streams/open-streams.js';
import type { RealtimeClocks } from '../streams/realtime-clocks.js';
import { LogFollower } from './log-follower.js';
import type { RequestInfo } from './request-info.js';
import { isTrue, type Query } from './request-options.js';
import { StatusError } from './status-error.js';

/** One pod; a Status where there is none. */
export async function readPod(host: SandboxHost, sandboxId: string, { namespace, name = '' }: RequestInfo): Promise<KubeObject> {
  const { text } = await host.read(sandboxId, {
    kind: 'kubernetes.get',
    resource: 'pods',
    namespace,
    name,
    representation: { as: 'Object' },
  });
  return JSON.parse(text) as KubeObject;
}

const containerNames = ({ spec }: KubeObject): string[] =>
  ['containers', 'initContainers', 'ephemeralContainers'].flatMap((member) =>
    ((spec?.[member] ?? []) as { name: string }[]).map(({ name }) => name),
  );

/** The container that a request means, as pkg/registry/core/pod/strategy.go `LogLocation` chooses and refuses it. */
export function containerOf(pod: KubeObject, wanted: string | undefined): string {
  const names = containerNames(pod);
  const { name } = pod.metadata;
  if (wanted && !names.includes(wanted)) throw new StatusError(badRequest(`container ${wanted} is not valid for pod ${name}`));
  const own = (pod.spec?.['containers'] ?? []) as { name: string }[];
  if (!wanted && own.length > 1)
    throw new StatusError(badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`));
  return wanted || own[0]!.name;
}

const whole = (query: Query, name: string): number | undefined => {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw new StatusError(badRequest(`unable to decode "${name}": strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`));
  return Number(text);
};

function logQueryOf({ namespace, name = '' }: RequestInfo, container: string, query: Query): PodLogQuery {
  const sinceMs = Date.parse(query['sinceTime'] ?? '');
  const members = {
    tailLines: whole(query, 'tailLines'),
    sinceSeconds: whole(query, 'sinceSeconds'),
    limitBytes: whole(query, 'limitBytes'),
    sinceUs: Number.isNaN(sinceMs) ? undefined : sinceMs * 1000,
    previous: isTrue(query['previous']) || undefined,
    timestamps: isTrue(query['timestamps']) || undefined,
  };
  return { kind: 'kubernetes.log', namespace, pod: name, container, ...defined(members) };
}

export interface LogServices {
  readonly host: SandboxHost;
  readonly clocks: RealtimeClocks;
  readonly streams: OpenStreams;
}

/** Answers `pods/<name>/log`; with `follow` until the container ends or the client hangs up. */
export async function answerLog(
  services: LogServices,
  sandboxId: string,
  info: RequestInfo,
  query: Query,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (info.resource.kind !== 'Pod') throw new StatusError(noSuchResource());
  const pod = await readPod(services.host, sandboxId, info);
  const asked = logQueryOf(info, containerOf(pod, query['container']), query);
  if (!isTrue(query['follow'])) {
    const { text } = (await services.host.read(sandboxId, asked)) as PodLogAnswer;
    return reply.type('text/plain').send(Buffer.from(bytesOf(text)));
  }
  // What is refused is refused before the answer begins.
  await services.host.read(sandboxId, asked);
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' });
  raw.flushHeaders();
  const follower = new LogFollower(services, sandboxId, asked, {
    write(text) {
      raw.write(bytesOf(text));
      if (raw.writableLength > MAX_UNSENT_BYTES) raw.destroy();
    },
    end: () => void raw.end(),
  });
  raw.once('close', () => follower.stop());
  follower.start();
  return undefined;
}

/** Sent and not yet taken: who does not read so much is let go. */
const MAX_UNSENT_BYTES = 8 * 2 ** 20;
