import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type Engine, ROOT_PATHS } from './app.module.js';
import { Kubeconfigs } from './kubernetes-api/kubeconfig.js';
import { serveKubernetesApi } from './kubernetes-api/serve-kubernetes-api.js';
import { KubernetesStreams } from './kubernetes-api/streams/serve-streams.js';
import { RealtimeClocks } from './streams/realtime-clocks.js';
import { serveUpgrades } from './streams/upgrades.js';
import { LiveTerminals } from './terminals/live-terminals.js';
import { TerminalSockets } from './terminals/serve-terminals.js';
import { Tickets } from './terminals/tickets.js';
import { serveDocument } from './openapi/document.js';
import { servePortal } from './portal/serve-portal.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { validationPipe } from './problems/validation.pipe.js';

const MANIFEST_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'text/plain'];

/** The Nest application over an opened engine; not yet listening. */
export async function createWebApplication(engine: Engine, bodyLimitBytes: number): Promise<NestFastifyApplication> {
  const { certificate } = engine;
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    ...(certificate && { https: { cert: certificate.certificate, key: certificate.privateKey } }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.over(engine), adapter, {
    logger: new ConsoleLogger({ logLevels: ['error', 'warn', 'fatal'], prefix: 'svclab', colors: process.stdout.isTTY ?? false }),
    abortOnError: false,
  });
  app.setGlobalPrefix('api/v1', { exclude: ROOT_PATHS });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter());
  const fastify = adapter.getInstance();
  fastify.addContentTypeParser(MANIFEST_TYPES, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  fastify.addHook('onSend', async (_request, reply) => {
    // Answers hold tokens and learners' work: no cache keeps them, and no page's address leaks to others.
    if (!reply.hasHeader('cache-control')) reply.header('Cache-Control', 'no-store');
    reply.header('X-Content-Type-Options', 'nosniff').header('Referrer-Policy', 'no-referrer');
  });
  fastify.addHook('onResponse', async (request, reply) => {
    engine.metrics.request(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000);
  });
  serveDocument(app);
  const { host, tokens, streams } = engine;
  const clocks = app.get(RealtimeClocks);
  serveKubernetesApi(fastify, { host, tokens, streams, clocks, kubeconfigs: app.get(Kubeconfigs) });
  const terminals = app.get(LiveTerminals);
  serveUpgrades(fastify.server, [
    new KubernetesStreams({ host, tokens, streams, clocks, terminals }),
    new TerminalSockets(terminals, app.get(Tickets), streams),
  ]);
  servePortal(fastify);
  await app.init();
  return app;
}
