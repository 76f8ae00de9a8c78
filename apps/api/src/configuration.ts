import { z } from 'zod';
import { StartupError } from './startup-error.js';

const integer = (fallback: number, min: number, max: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(min).max(max)).default(fallback);

/** Everything that can be set from outside, by environment variable. */
const environment = z.object({
  PORT: integer(3000, 0, 65_535),
  HOST: z.string().min(1).default('127.0.0.1'),
  SVCLAB_TLS: z.enum(['off', 'self-signed']).default('off'),
  SVCLAB_DATA_DIR: z.string().min(1).default('.data'),
  SVCLAB_WORKERS: integer(0, 0, 256),
  SVCLAB_MAX_SANDBOXES: integer(1000, 1, 1_000_000),
  SVCLAB_MAX_ENTRIES: integer(100_000, 10, 10_000_000),
  SVCLAB_MAX_RESIDENT: integer(200, 1, 100_000),
  SVCLAB_BODY_LIMIT_BYTES: integer(1_048_576, 1024, 1_073_741_824),
  SVCLAB_COMMAND_TIMEOUT_MS: integer(30_000, 100, 3_600_000),
  SVCLAB_WORKER_MEMORY_MB: integer(1024, 64, 1_048_576),
  SVCLAB_SNAPSHOT_EVERY: integer(64, 1, 100_000),
});

export interface Configuration {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** `self-signed`: https with a certificate of its own making, so that clients send their tokens. */
  readonly tls: 'off' | 'self-signed';
  readonly dataFolder: string;
  /** Threads that run sandboxes; undefined: one per core. */
  readonly workers: number | undefined;
  readonly maxSandboxes: number;
  readonly maxEntries: number;
  readonly maxResidentPerWorker: number;
  readonly bodyLimitBytes: number;
  readonly commandTimeoutMs: number;
  readonly workerMemoryMb: number;
  readonly snapshotEvery: number;
}

/** Throws {@link StartupError} that names each bad variable. An empty variable counts as not set. */
export function readConfiguration(variables: Readonly<Record<string, string | undefined>>): Configuration {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}=${set[String(path[0])]}: ${message}`);
    throw new StartupError(faults.join('\n'));
  }
  const env = parsed.data;
  return {
    port: env.PORT,
    host: env.HOST,
    tls: env.SVCLAB_TLS,
    dataFolder: env.SVCLAB_DATA_DIR,
    workers: env.SVCLAB_WORKERS || undefined,
    maxSandboxes: env.SVCLAB_MAX_SANDBOXES,
    maxEntries: env.SVCLAB_MAX_ENTRIES,
    maxResidentPerWorker: env.SVCLAB_MAX_RESIDENT,
    bodyLimitBytes: env.SVCLAB_BODY_LIMIT_BYTES,
    commandTimeoutMs: env.SVCLAB_COMMAND_TIMEOUT_MS,
    workerMemoryMb: env.SVCLAB_WORKER_MEMORY_MB,
    snapshotEvery: env.SVCLAB_SNAPSHOT_EVERY,
  };
}
