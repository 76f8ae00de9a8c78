import path from 'node:path';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Engine } from './app.module.js';
import { Tokens } from './auth/tokens.js';
import { readConfiguration, type Configuration } from './configuration.js';
import { SandboxHost } from './engine/sandbox-host.js';
import { WorkerPool } from './engine/worker-pool.js';
import { Metrics } from './health/metrics.js';
import { ServerState } from './health/server-state.js';
import { DataFolder } from './persistence/data-folder.js';
import { openDatabase } from './persistence/database.js';
import { LogStore } from './persistence/log-store.js';
import { StartupError } from './startup-error.js';
import { OpenStreams } from './streams/open-streams.js';
import { certificateOf } from './tls/certificate-file.js';
import { createWebApplication } from './web-application.js';

const MIGRATIONS = path.resolve(import.meta.dirname, '../../../prisma/migrations');

/** Requests still running when the server is asked to stop get this long. */
const DRAIN_MS = 10_000;

/** Starts the server and keeps it until SIGTERM or SIGINT. */
export async function run(): Promise<void> {
  try {
    const configuration = readConfiguration(process.env);
    const folder = DataFolder.open(configuration.dataFolder);
    try {
      await serve(configuration, folder);
    } catch (error) {
      folder.close();
      throw error;
    }
  } catch (error) {
    console.error(error instanceof StartupError ? `svclab cannot start: ${error.message}` : error);
    process.exit(1);
  }
}

async function serve(configuration: Configuration, folder: DataFolder): Promise<void> {
  const engine = await openEngine(configuration, folder);
  const app = await createWebApplication(engine, configuration.bodyLimitBytes);
  await listen(app, configuration);
  stopOnSignal(async () => {
    engine.state.stopping = true;
    engine.streams.stopAll();
    await app.close();
    await engine.host.close();
    folder.close();
  });
  const { address, family, port } = app.getHttpServer().address() as AddressInfo;
  console.log(`svclab is ready: ${engine.certificate ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}/`);
}

async function openEngine(configuration: Configuration, folder: DataFolder): Promise<Engine> {
  const store = new LogStore(await openDatabase(folder.database, MIGRATIONS));
  const pool = new WorkerPool({
    script: new URL(`engine/worker${path.extname(import.meta.url)}`, import.meta.url),
    timeoutMs: configuration.commandTimeoutMs,
    memoryMb: configuration.workerMemoryMb,
    count: configuration.workers,
  });
  const metrics = new Metrics();
  const host = new SandboxHost(store, pool, configuration, metrics);
  await host.open();
  return {
    store,
    host,
    tokens: new Tokens(folder.secret),
    metrics,
    state: new ServerState(),
    streams: new OpenStreams(),
    certificate: configuration.tls === 'self-signed' ? await certificateOf(folder.folder, configuration.host) : undefined,
  };
}

async function listen(app: NestFastifyApplication, { port, host }: Configuration): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new StartupError(`port ${port} on ${host} is in use by another program. Stop that one, or set PORT to another number.`);
    if (code === 'EACCES')
      throw new StartupError(`port ${port} on ${host} is not allowed for this user. Set PORT to a number from 1024 on.`);
    throw new StartupError(`cannot listen on ${host} port ${port}: ${message}`);
  }
}

/** First signal: finish what is running and exit with 0. Second signal, or too long: exit at once. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      setTimeout(() => process.exit(0), DRAIN_MS).unref();
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}
