import { type DynamicModule, Module } from '@nestjs/common';
import { SandboxGuard } from './auth/sandbox.guard.js';
import { Tokens } from './auth/tokens.js';
import { SandboxHost } from './engine/sandbox-host.js';
import { ChecksController } from './checks/checks.controller.js';
import { ExecController } from './exec/exec.controller.js';
import { LiveExecutions } from './exec/live-executions.js';
import { FlowsController } from './flows/flows.controller.js';
import { HealthController } from './health/health.controller.js';
import { Metrics } from './health/metrics.js';
import { ServerState } from './health/server-state.js';
import { HistoryController } from './history/history.controller.js';
import { ListsController } from './kubernetes/lists.controller.js';
import { ManifestsController } from './kubernetes/manifests.controller.js';
import { Kubeconfigs } from './kubernetes-api/kubeconfig.js';
import { KubeconfigController } from './kubernetes-api/kubeconfig.controller.js';
import { KubernetesKeyController } from './kubernetes-api/kubernetes-key.controller.js';
import { PodsController } from './kubernetes/pods.controller.js';
import { ServicesController } from './kubernetes/services.controller.js';
import { NodesController } from './nodes/nodes.controller.js';
import { ProxyController } from './proxy/proxy.controller.js';
import { LogStore } from './persistence/log-store.js';
import { SandboxCreator } from './sandboxes/sandbox-creator.js';
import { SandboxesController } from './sandboxes/sandboxes.controller.js';
import { OpenStreams } from './streams/open-streams.js';
import { RealtimeClocks } from './streams/realtime-clocks.js';
import { StreamController } from './streams/stream.controller.js';
import type { Certificate } from './tls/self-signed.js';
import { LiveTerminals } from './terminals/live-terminals.js';
import { TerminalsController } from './terminals/terminals.controller.js';
import { Tickets } from './terminals/tickets.js';

/** What is opened before the web part starts, and closed after it has ended. */
export interface Engine {
  readonly store: LogStore;
  readonly host: SandboxHost;
  readonly tokens: Tokens;
  readonly metrics: Metrics;
  readonly state: ServerState;
  readonly streams: OpenStreams;
  /** Present where the server speaks https. */
  readonly certificate: Certificate | undefined;
}

/** Under /api/v1, in the order in which the documentation shows them. */
const RESOURCES = [
  SandboxesController,
  ExecController,
  TerminalsController,
  PodsController,
  ServicesController,
  ManifestsController,
  ListsController,
  KubeconfigController,
  KubernetesKeyController,
  NodesController,
  ProxyController,
  FlowsController,
  HistoryController,
  ChecksController,
  StreamController,
];

/** Paths that stand at the root. */
export const ROOT_PATHS = ['healthz', 'readyz', 'metrics'];

@Module({})
export class AppModule {
  static over({ store, host, tokens, metrics, state, streams, certificate }: Engine): DynamicModule {
    return {
      module: AppModule,
      controllers: [HealthController, ...RESOURCES],
      providers: [
        { provide: LogStore, useValue: store },
        { provide: SandboxHost, useValue: host },
        { provide: Tokens, useValue: tokens },
        { provide: Kubeconfigs, useValue: new Kubeconfigs(tokens, certificate?.certificate) },
        { provide: Metrics, useValue: metrics },
        { provide: ServerState, useValue: state },
        { provide: OpenStreams, useValue: streams },
        SandboxGuard,
        SandboxCreator,
        LiveExecutions,
        LiveTerminals,
        Tickets,
        RealtimeClocks,
      ],
    };
  }
}
