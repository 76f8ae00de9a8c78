import type { FastifyReply } from 'fastify';
import { apiVersionOf, type KubeObject, objectMatcher, type Representation } from '@svclab/kube-api';
import type { SandboxHost } from '../../engine/sandbox-host.js';
import type { OpenStreams } from '../../streams/open-streams.js';
import type { RealtimeClocks } from '../../streams/realtime-clocks.js';
import type { RequestInfo } from '../request-info.js';
import { qualified, selectionOf, type Query } from '../request-options.js';
import { StatusError, statusOf } from '../status-error.js';
import type { ObjectHistories } from './object-histories.js';
import { selectChange } from './watch-filter.js';
import { WatchStream } from './watch-stream.js';

/** Where the client does not say, as long as the API server would let it (`--min-request-timeout`). */
const DEFAULT_TIMEOUT_SECONDS = 1800;

export interface WatchServices {
  readonly host: SandboxHost;
  readonly histories: ObjectHistories;
  readonly streams: OpenStreams;
  readonly clocks: RealtimeClocks;
}

/** Answers `?watch=true`: what is there where no version is named, then every change as it happens. */
export async function watch(
  { host, histories, streams, clocks }: WatchServices,
  sandboxId: string,
  info: RequestInfo,
  query: Query,
  form: Representation,
  reply: FastifyReply,
): Promise<void> {
  const { resource } = info;
  const selection = selectionOf(info, query);
  const matches = objectMatcher(resource, selection);
  if (!matches.ok) throw new StatusError(matches.error);
  const history = await histories.of(sandboxId);
  const from = versionOf(query['resourceVersion']);
  const wantsAll = from === 0 || query['sendInitialEvents'] === 'true';
  const start = wantsAll ? await listAll(host, sandboxId, { resource: qualified(resource), ...selection }) : { version: from, items: [] };
  // From here to the first event nothing may be waited for: a change in between would be missed.
  let release: (() => void) | undefined;
  const stream = new WatchStream(
    reply,
    {
      resource,
      form,
      timeoutMs: 1000 * (Number(query['timeoutSeconds']) || DEFAULT_TIMEOUT_SECONDS),
      bookmarkVersion: query['allowWatchBookmarks'] === 'true' ? () => history.version : undefined,
    },
    streams,
    () => release?.(),
  );
  for (const object of start.items) stream.send('ADDED', withType(object, info), start.nowUs ?? 0);
  if (query['sendInitialEvents'] === 'true') stream.bookmark(start.version, true);
  const stop = history.listen(start.version, (happened) => {
    if (happened === 'ended') return stream.end();
    if (happened === 'expired')
      return stream.expire('The provided continue parameter is too old: the sandbox was set back to an earlier state');
    if (happened.resource !== qualified(resource)) return;
    const change = selectChange(happened, matches.value);
    if (change) stream.send(change.type, change.object, happened.nowUs);
  });
  if (!stop) return stream.expire(`too old resource version: ${start.version} (${history.version})`);
  const stopWaiting = clocks.wait(sandboxId);
  release = () => {
    stop();
    stopWaiting();
  };
}

/** The version to go on from; 0: from now, with all that is there. */
function versionOf(text = ''): number {
  if (!/^\d*$/.test(text)) {
    const message = `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw new StatusError({ ...statusOf(400, message), reason: 'Invalid' });
  }
  return Number(text);
}

interface Start {
  readonly version: number;
  readonly items: readonly Readonly<KubeObject>[];
  readonly nowUs?: number;
}

async function listAll(host: SandboxHost, sandboxId: string, selection: { readonly resource: string }): Promise<Start> {
  const { text, nowUs } = (await host.read(sandboxId, { kind: 'kubernetes.list', ...selection, representation: { as: 'Object' } })) as {
    text: string;
    nowUs: number;
  };
  const { metadata, items } = JSON.parse(text) as { metadata: { resourceVersion: string }; items: KubeObject[] };
  return { version: Number(metadata.resourceVersion), items, nowUs };
}

const withType = (object: Readonly<KubeObject>, { resource }: RequestInfo): KubeObject => ({
  ...object,
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
});
