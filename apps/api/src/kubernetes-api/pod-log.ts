import type { FastifyReply } from 'fastify';
import { badRequest, type KubeObject, noSuchResource } from '@svclab/kube-api';
import type { SandboxHost } from '../engine/sandbox-host.js';
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

/** Answers `pods/<name>/log`. */
// Simplification: the simulated programs write no log, so a container's log is empty.
export async function answerLog(
  host: SandboxHost,
  sandboxId: string,
  info: RequestInfo,
  query: Query,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (info.resource.kind !== 'Pod') throw new StatusError(noSuchResource());
  const pod = await readPod(host, sandboxId, info);
  const container = containerOf(pod, query['container']);
  if (isTrue(query['previous']))
    throw new StatusError(badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`));
  return reply.type('text/plain').send('');
}
