import { type ApiClient, type ClientOptions, createClient } from './client.js';
import { ConnectionError } from './errors.js';
import { readEvents } from './event-stream.js';
import type { paths } from './schema.js';

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;
type Operation<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method];
type Answer<O, Status extends number> = O extends { responses: infer R } ? (Status extends keyof R ? Json<R[Status]> : never) : never;
type Body<O> = O extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;

const SANDBOX = '/api/v1/sandboxes/{id}';
type Sandbox = typeof SANDBOX;

export type CreateSandbox = Body<Operation<'/api/v1/sandboxes', 'post'>>;
/** Its `kubernetesUrl` is always null so far: openapi-fetch leaves such a field out. */
export type CreatedSandbox = Omit<Answer<Operation<'/api/v1/sandboxes', 'post'>, 201>, 'kubernetesUrl'>;
export type SandboxSummary = Omit<Answer<Operation<Sandbox, 'get'>, 200>, 'kubernetesUrl'>;
export type Exec = Body<Operation<`${Sandbox}/exec`, 'post'>>;
export type ExecAnswer = Answer<Operation<`${Sandbox}/exec`, 'post'>, 200>;
export type Requests = Body<Operation<`${Sandbox}/requests`, 'post'>>;
export type RequestsAnswer = Answer<Operation<`${Sandbox}/requests`, 'post'>, 200>;
export type Flow = Body<Operation<`${Sandbox}/traces`, 'post'>>;
export type TracesAnswer = Answer<Operation<`${Sandbox}/traces`, 'post'>, 200>;
export type TracedRequest = Answer<Operation<`${Sandbox}/traces/{traceId}`, 'get'>, 200>;
export type LogEntry = Answer<Operation<`${Sandbox}/log/{seq}`, 'get'>, 200>;
export type LogPage = Answer<Operation<`${Sandbox}/log`, 'get'>, 200>;
export type RulesDiff = Answer<Operation<`${Sandbox}/log/{seq}/rules-diff`, 'get'>, 200>;
export type ChecksAnswer = Answer<Operation<`${Sandbox}/checks/{chapter}`, 'get'>, 200>;
/** What each write answers. */
export type Written = Answer<Operation<`${Sandbox}/reset`, 'post'>, 200>;
export type RevertAnswer = Answer<Operation<`${Sandbox}/revert`, 'post'>, 200>;
export type KubernetesObject = Answer<Operation<`${Sandbox}/pods/{namespace}/{name}`, 'get'>, 200>;
export type SignalName = Body<Operation<`${Sandbox}/exec/{execId}/signal`, 'post'>>['signal'];

/** What a streamed command tells, in order: `start` first, `end` last. */
export type ExecEvent =
  | { readonly event: 'start'; readonly data: { readonly execId: string; readonly seq: number; readonly virtualTime: string } }
  | { readonly event: 'stdout' | 'stderr'; readonly data: { readonly text: string } }
  | { readonly event: 'trace'; readonly data: { readonly seq: number; readonly traceId: string } }
  | { readonly event: 'tick'; readonly data: { readonly seq: number; readonly virtualTime: string } }
  | {
      readonly event: 'end';
      /** `exitCode` is null when the command was cut off: `reason` says by what. */
      readonly data: { readonly seq: number; readonly exitCode: number | null; readonly virtualMs?: number; readonly reason?: string };
    };

/** What following a sandbox tells: `hello`, then each write. */
export type SandboxEvent =
  | {
      readonly event: 'hello';
      readonly data: { readonly log: number; readonly seq: number; readonly virtualTime: string; readonly clockMode: string };
    }
  | {
      /** `reset`: a new log has begun, and this is its first entry. */
      readonly event: 'entry' | 'reset';
      readonly data: {
        /** A reset raises it: seqs of different logs are not to be compared. */
        readonly log: number;
        readonly seq: number;
        readonly kind: string;
        readonly virtualTime: string;
        readonly stateHash: string;
        readonly rules: readonly { readonly node: string; readonly added: number; readonly removed: number }[];
      };
    }
  | { readonly event: 'deleted'; readonly data: Record<string, never> };

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends CallOptions {
  /** The same for all tries of one write. */
  readonly idempotencyKey?: string | undefined;
}

/** Makes a sandbox. With an idempotency key of 16 characters or more a retry finds the one it made, and is told its token again. */
export async function createSandbox(options: ClientOptions, body: CreateSandbox, write: WriteOptions = {}): Promise<CreatedSandbox> {
  return data(createClient(options).POST('/api/v1/sandboxes', { body, ...sent(write) }));
}

/** One sandbox, by its token. Everything throws {@link ProblemError} or {@link ConnectionError}. */
export class SandboxClient {
  /** For routes that have no method here. */
  readonly api: ApiClient;
  readonly #path: { readonly id: string };

  constructor({ id, ...options }: ClientOptions & { readonly id: string; readonly token: string }) {
    this.api = createClient(options);
    this.#path = { id };
  }

  summary(options: CallOptions = {}): Promise<SandboxSummary> {
    return data(this.api.GET(SANDBOX, { params: { path: this.#path }, ...sent(options) }));
  }

  remove(options: CallOptions = {}): Promise<void> {
    return done(this.api.DELETE(SANDBOX, { params: { path: this.#path }, ...sent(options) }));
  }

  /** Runs a command to its end; virtual time jumps over every wait. */
  exec(body: Exec, options: WriteOptions = {}): Promise<ExecAnswer> {
    return data(this.api.POST(`${SANDBOX}/exec`, { params: { path: this.#path }, body, ...sent(options) }));
  }

  /** Runs a command and tells what it does as it does it. Sent again with the same key, it is told again, not run again. */
  async *follow(body: Exec, options: WriteOptions = {}): AsyncGenerator<ExecEvent, void, undefined> {
    const { headers, signal } = sent(options);
    const answer = this.api.POST(`${SANDBOX}/exec`, {
      params: { path: this.#path },
      body,
      headers: { ...headers, Accept: 'text/event-stream' },
      parseAs: 'stream',
      signal,
    });
    for await (const event of events<ExecEvent>(answer)) {
      yield event;
      if (event.event === 'end') return;
    }
    throw new ConnectionError('the stream ended before the command did');
  }

  /** To a command that is being followed. SIGINT is Ctrl-C. */
  async signal(execId: string, signal: SignalName): Promise<void> {
    await this.api.POST(`${SANDBOX}/exec/{execId}/signal`, { params: { path: { ...this.#path, execId } }, body: { signal } });
  }

  /** Each write, whoever makes it, from `after` on. Ends when the sandbox is deleted or the server stops. */
  entries(after: number | undefined, options: CallOptions = {}): AsyncGenerator<SandboxEvent, void, undefined> {
    const query = after === undefined ? {} : { after };
    return events(this.api.GET(`${SANDBOX}/stream`, { params: { path: this.#path, query }, parseAs: 'stream', ...sent(options) }));
  }

  /** Objects of one kind, in all namespaces. */
  async list(
    resource: 'nodes' | 'pods' | 'services' | 'endpointslices' | 'events',
    options: CallOptions = {},
  ): Promise<KubernetesObject[]> {
    const { items } = await data(this.api.GET(`${SANDBOX}/${resource}`, { params: { path: this.#path, query: {} }, ...sent(options) }));
    return items;
  }

  requests(body: Requests, options: WriteOptions = {}): Promise<RequestsAnswer> {
    return data(this.api.POST(`${SANDBOX}/requests`, { params: { path: this.#path }, body, ...sent(options) }));
  }

  /** Every way that a flow could go. Changes nothing. */
  traces(body: Flow, options: CallOptions = {}): Promise<TracesAnswer> {
    return data(this.api.POST(`${SANDBOX}/traces`, { params: { path: this.#path }, body, ...sent(options) }));
  }

  /** The way of a request that was sent. */
  trace(traceId: string, options: CallOptions = {}): Promise<TracedRequest> {
    return data(this.api.GET(`${SANDBOX}/traces/{traceId}`, { params: { path: { ...this.#path, traceId } }, ...sent(options) }));
  }

  log(
    query: { readonly limit?: number; readonly order?: 'oldest' | 'newest'; readonly continue?: string } = {},
    options: CallOptions = {},
  ): Promise<LogPage> {
    return data(this.api.GET(`${SANDBOX}/log`, { params: { path: this.#path, query }, ...sent(options) }));
  }

  entry(seq: number, options: CallOptions = {}): Promise<LogEntry> {
    return data(this.api.GET(`${SANDBOX}/log/{seq}`, { params: { path: { ...this.#path, seq: String(seq) } }, ...sent(options) }));
  }

  rulesDiff(seq: number, options: CallOptions = {}): Promise<RulesDiff> {
    const path = { ...this.#path, seq: String(seq) };
    return data(this.api.GET(`${SANDBOX}/log/{seq}/rules-diff`, { params: { path }, ...sent(options) }));
  }

  /** Which tasks of a chapter are done, and why one is not. */
  checks(chapter: string, lang: 'en' | 'ko', options: CallOptions = {}): Promise<ChecksAnswer> {
    const params = { path: { ...this.#path, chapter }, query: { lang } };
    return data(this.api.GET(`${SANDBOX}/checks/{chapter}`, { params, ...sent(options) }));
  }

  /** Undo: everything becomes as it was after `toSeq`. Resolves to the entry that undoes. */
  revert(toSeq: number, options: WriteOptions = {}): Promise<RevertAnswer> {
    return data(this.api.POST(`${SANDBOX}/revert`, { params: { path: this.#path }, body: { toSeq }, ...sent(options) }));
  }

  /** Starts over, in a new log. */
  reset(options: WriteOptions = {}): Promise<Written> {
    return data(this.api.POST(`${SANDBOX}/reset`, { params: { path: this.#path }, body: {}, ...sent(options) }));
  }
}

const sent = ({ idempotencyKey, signal }: WriteOptions): { headers: Record<string, string>; signal: AbortSignal | null } => ({
  headers: idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
  signal: signal ?? null,
});

/** Refusals have been thrown before this is reached. */
async function data<T>(answer: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  return (await answer).data!;
}

async function done(answer: Promise<unknown>): Promise<void> {
  await answer;
}

async function* events<E>(answer: Promise<{ data?: unknown }>): AsyncGenerator<E, void, undefined> {
  const { data: body } = await answer;
  for await (const { event, data: said } of readEvents(body as ReadableStream<Uint8Array>)) yield { event, data: said } as E;
}
