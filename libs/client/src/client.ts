import createFetchClient, { type Client, type Middleware } from 'openapi-fetch';
import { ConnectionError, problemOf } from './errors.js';
import type { paths } from './schema.js';

export interface ClientOptions {
  /** Where the server is, without a path: `http://127.0.0.1:3000`. In a browser `''` is the page's own server. */
  readonly baseUrl: string;
  /** Of the sandbox that the calls speak of. */
  readonly token?: string | undefined;
  readonly fetch?: typeof fetch;
}

/** Calls by method and path, typed by the API's OpenAPI document. What is no success is thrown. */
export type ApiClient = Client<paths>;

/**
 * A client of the API. Calls resolve to `{ data }` where all is well, and throw {@link ProblemError} where the server
 * refuses, {@link ConnectionError} where it cannot be reached.
 */
export function createClient({ baseUrl, token, fetch = globalThis.fetch.bind(globalThis) }: ClientOptions): ApiClient {
  const client = createFetchClient<paths>({ baseUrl, fetch, ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}) });
  client.use(refusalsAreThrown);
  return client;
}

const refusalsAreThrown: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
  },
  onError({ error }) {
    if (error instanceof Error && error.name === 'AbortError') return error;
    return new ConnectionError('the server cannot be reached', { cause: error });
  },
};

/** A key for one write and its retries. Not from `crypto.randomUUID`, which a page over plain http does not have. */
export function newIdempotencyKey(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
