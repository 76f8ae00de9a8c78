export { type ApiClient, type ClientOptions, createClient, newIdempotencyKey } from './client.js';
export { ConnectionError, type Problem, ProblemError } from './errors.js';
export { readEvents, type ServerEvent } from './event-stream.js';
export type * from './sandbox-client.js';
export { createSandbox, SandboxClient } from './sandbox-client.js';
export type { paths } from './schema.js';
