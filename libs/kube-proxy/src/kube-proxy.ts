import { err, ok, type Result, type Sim, type Table } from '@svclab/sim';
import type { ApiServer, KubeObject } from '@svclab/kube-api';
import { addChanges, ChangeTracker, isEmpty, mergeChanges, noChanges, type Changes } from './change-tracker.js';
import type { KubeProxyConfiguration } from './configuration.js';
import { explainService, type ExplainedPort } from './explain-service.js';
import type { NodeTools } from './node-tools.js';
import { ProvenanceIndex, type RuleProvenance } from './provenance.js';
import type { Proxier, ProxierMemory } from './proxier.js';
import { ProxyLog } from './proxy-log.js';
import { ProxyMetrics } from './proxy-metrics.js';
import { cleanUpOtherModes, findProxyMode, proxyModeName, proxyModeNames } from './proxy-modes.js';
import { serviceHealth, type ServiceHealth } from './service-health.js';
import { logStart } from './start-log.js';
import { aggregate, configurationErrors } from './validate-configuration.js';

/** Syncs that may follow each other at once before minSyncPeriod spaces them. */
const BURST = 2;
const MAX_SYNC_INTERVAL_US = 3_600_000_000;

/** Table `proxy.nodes`, by node name: how far one kube-proxy is. What it was started with is in `proxy.configurations`. */
export interface ProxyNodeRecord {
  /** False until the first sync. */
  started: boolean;
  memory: ProxierMemory;
  needFullSync: boolean;
  /** What has changed since the last sync. */
  changes: Changes;
  lastSyncUs: number;
  lastCleanUpUs: number;
  /** Since when something has been waiting for a sync that succeeds; 0: nothing is. */
  pendingSinceUs: number;
  /** Token bucket of the bounded-frequency runner, in microseconds: one sync costs minSyncPeriod. */
  creditUs: number;
  creditedUs: number;
  /** By port: the health check node ports that it serves. */
  healthChecks: Readonly<Record<string, ServiceHealth>>;
  /** What the tool said when the last sync failed. */
  failure?: string;
}

/** How one kube-proxy stands. */
export interface ProxyStatus extends Readonly<ProxyNodeRecord> {
  readonly mode: string;
  readonly configuration: KubeProxyConfiguration;
  /** Syncs since its start. */
  readonly syncs: { readonly full: number; readonly partial: number };
}

/** Sockets of the kube-proxy processes, on health check node ports. */
export interface HealthCheckSockets {
  open(nodeName: string, port: number): void;
  close(nodeName: string, port: number): void;
}

type Api = Pick<ApiServer, 'config' | 'get' | 'list' | 'subscribe'>;

// Simplification: only the IPv4 half of kube-proxy runs; a real one on a kind node fills ip6tables too.
const FAMILY = 'IPv4';

/**
 * All kube-proxies of a sandbox. Decides when the proxier of a node syncs, as the bounded-frequency runner
 * does (pkg/util/async/bounded_frequency_runner.go): at once when it may, else as soon as minSyncPeriod allows.
 */
export class KubeProxy {
  readonly metrics: ProxyMetrics;
  readonly #nodes: Table<ProxyNodeRecord>;
  readonly #configurations: Table<KubeProxyConfiguration>;
  readonly #tracker: ChangeTracker;
  readonly #log: ProxyLog;
  readonly #proxiers = new Map<string, Proxier>();
  #provenance: ProvenanceIndex | undefined;
  #queuedChanges = noChanges();
  readonly #queuedNodes = new Set<string>();

  /** `toolsOf` reaches the kernel of a node; it is asked each time, so nodes may come and go. */
  constructor(
    private readonly sim: Sim,
    private readonly api: Api,
    private readonly toolsOf: (nodeName: string) => NodeTools,
    private readonly sockets?: HealthCheckSockets,
  ) {
    this.metrics = new ProxyMetrics(sim);
    this.#log = new ProxyLog(sim);
    this.#nodes = sim.store.table('proxy.nodes');
    this.#configurations = sim.store.table('proxy.configurations');
    this.#configurations.subscribe((nodeName) => this.#proxiers.delete(nodeName));
    this.#tracker = new ChangeTracker(api, FAMILY, (changes) => {
      this.#provenance = undefined;
      addChanges(this.#queuedChanges, changes);
    });
    api.subscribe(({ resource, object, previous }) => {
      if (resource.plural === 'nodes' && !sameLabels(object.metadata.labels, previous?.metadata.labels)) {
        this.#queuedNodes.add(object.metadata.name);
      }
    });
    sim.addWorkQueue({ drain: () => this.#drain(), clear: () => this.#clear() });
    sim.timers.on('kube-proxy.sync', (nodeName) => this.#tryRun(nodeName as string));
    sim.timers.on('kube-proxy.canary', (nodeName) => this.#checkCanary(nodeName as string));
  }

  /**
   * Starts kube-proxy on a node, or restarts it with another configuration. Its first sync runs with the queued
   * work. The error is what the process says before it exits with 1; nothing has started then.
   */
  start(nodeName: string, config: KubeProxyConfiguration): Result<void, string> {
    const errors = configurationErrors(config, this.api.config.version);
    const mode = proxyModeName(config.mode);
    if (errors.length > 0) return this.refuse(nodeName, `failed validate: ${aggregate(errors)}`);
    if (!findProxyMode(mode)) return this.refuse(nodeName, `proxy mode ${mode} is not simulated`);
    this.#configurations.put(nodeName, config);
    this.#nodes.put(nodeName, {
      started: false,
      memory: {},
      needFullSync: true,
      changes: noChanges(),
      lastSyncUs: this.sim.nowUs,
      lastCleanUpUs: 0,
      pendingSinceUs: this.sim.nowUs,
      creditUs: 0,
      creditedUs: 0,
      healthChecks: this.#nodes.get(nodeName)?.healthChecks ?? {},
    });
    this.metrics.begin(nodeName);
    this.#log.begin(nodeName, config);
    this.#queuedNodes.add(nodeName);
    return ok(undefined);
  }

  /** A kube-proxy that cannot start writes why, and exits with 1. */
  refuse(nodeName: string, reason: string): Result<never, string> {
    this.#log.begin(nodeName, {});
    this.#log.write(nodeName, 'E', 'run.go:72', 'command failed', { err: reason });
    return err(reason);
  }

  /** Ends kube-proxy on a node. Its rules stay, as in life. */
  stop(nodeName: string): void {
    for (const port of Object.keys(this.#nodes.get(nodeName)?.healthChecks ?? {})) this.sockets?.close(nodeName, Number(port));
    this.#nodes.delete(nodeName);
    this.#configurations.delete(nodeName);
    this.metrics.forget(nodeName);
    this.sim.timers.cancel(syncTimer(nodeName));
    this.sim.timers.cancel(canaryTimer(nodeName));
  }

  /** `kube-proxy --cleanup`: removes what kube-proxy has left on a node, whatever its mode was. */
  cleanUp(nodeName: string): void {
    for (const mode of proxyModeNames()) findProxyMode(mode)!.cleanUpLeftovers(this.toolsOf(nodeName), FAMILY);
  }

  status(nodeName: string): ProxyStatus | undefined {
    const record = this.#nodes.get(nodeName);
    const configuration = this.#configurations.get(nodeName);
    if (!record || !configuration) return undefined;
    return { ...record, configuration, mode: proxyModeName(configuration.mode), syncs: this.metrics.syncs(nodeName) };
  }

  /** How it works on a node; undefined where none runs. Cheaper than {@link status}. */
  mode(nodeName: string): ProxyStatus['mode'] | undefined {
    const configuration = this.#nodes.has(nodeName) ? this.#configurations.get(nodeName) : undefined;
    return configuration && proxyModeName(configuration.mode);
  }

  /** What the container's log holds. It outlives the process, until the next one starts. */
  log(nodeName: string): string {
    return this.#log.text(nodeName);
  }

  /** The Service, port and endpoint that the text of a rule (of any node) comes from. */
  provenance(ruleText: string): RuleProvenance | undefined {
    return (this.#provenance ??= new ProvenanceIndex(this.#tracker)).find(ruleText);
  }

  /** For each port of a Service: which endpoints a node uses in which list, and why not the others. */
  explainService(nodeName: string, namespace: string, name: string): ExplainedPort[] {
    const zone = this.node(nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
    return explainService(this.#tracker, `${namespace}/${name}`, { nodeName, zone, version: this.api.config.version });
  }

  /** The Node object; `undefined` when there is none. */
  node(nodeName: string): Readonly<KubeObject> | undefined {
    return this.api.get('nodes', undefined, nodeName);
  }

  syncPeriodMs(nodeName: string): number {
    return this.#proxierOf(nodeName).syncPeriodMs;
  }

  #drain(): boolean {
    if (this.#queuedNodes.size === 0 && isEmpty(this.#queuedChanges)) return false;
    const changes = this.#queuedChanges;
    const nodes = new Set(this.#queuedNodes);
    this.#clear();
    for (const nodeName of this.#nodes.keys()) {
      const record = this.#nodes.get(nodeName)!;
      if (!record.started) this.#startUp(nodeName);
      else if (!isEmpty(changes) || nodes.has(nodeName)) this.#requestSync(nodeName, changes, nodes.has(nodeName));
    }
    return true;
  }

  #clear(): void {
    this.#queuedChanges = noChanges();
    this.#queuedNodes.clear();
  }

  #startUp(nodeName: string): void {
    const proxier = this.#proxierOf(nodeName);
    const config = this.#configurations.get(nodeName)!;
    const record = this.#nodes.edit(nodeName);
    logStart(this.#log, nodeName, { config, version: this.api.config.version, node: this.node(nodeName) });
    cleanUpOtherModes(proxyModeName(config.mode), this.toolsOf(nodeName), FAMILY);
    record.memory = proxier.setUp();
    record.started = true;
    record.creditUs = BURST * proxier.minSyncPeriodMs * 1_000;
    record.creditedUs = this.sim.nowUs;
    this.#sync(nodeName);
    if (proxier.checkCanary) this.#scheduleCanary(nodeName);
  }

  #requestSync(nodeName: string, changes: Changes, full: boolean): void {
    const record = this.#nodes.edit(nodeName);
    record.changes = mergeChanges(record.changes, changes);
    record.needFullSync ||= full;
    record.pendingSinceUs ||= this.sim.nowUs;
    this.metrics.queued(nodeName, { services: Object.keys(changes.services).length, endpoints: Object.keys(changes.endpoints).length });
    this.#tryRun(nodeName);
  }

  #tryRun(nodeName: string): void {
    const record = this.#nodes.edit(nodeName);
    const minSyncPeriodUs = this.#proxierOf(nodeName).minSyncPeriodMs * 1_000;
    record.creditUs = Math.min(BURST * minSyncPeriodUs, record.creditUs + this.sim.nowUs - record.creditedUs);
    record.creditedUs = this.sim.nowUs;
    if (record.creditUs >= minSyncPeriodUs) {
      record.creditUs -= minSyncPeriodUs;
      this.#sync(nodeName);
    } else {
      const dueUs = Math.max(this.sim.nowUs, record.lastSyncUs + minSyncPeriodUs);
      this.sim.timers.set(syncTimer(nodeName), { dueUs, kind: 'kube-proxy.sync', payload: nodeName });
    }
  }

  #sync(nodeName: string): void {
    const record = this.#nodes.edit(nodeName);
    const proxier = this.#proxierOf(nodeName);
    const full = record.needFullSync;
    const mayCleanUp = this.sim.nowUs - record.lastCleanUpUs > proxier.syncPeriodMs * 1_000;
    const outcome = proxier.syncProxyRules({
      full,
      changes: record.changes,
      chance: this.sim.random(`kube-proxy/${nodeName}`),
      memory: record.memory,
      mayCleanUp,
      nowUs: this.sim.nowUs,
    });
    const { failure, memory } = outcome;
    if (memory) record.memory = memory;
    record.lastSyncUs = this.sim.nowUs;
    if (mayCleanUp) record.lastCleanUpUs = this.sim.nowUs;
    record.changes = noChanges();
    record.needFullSync = failure !== undefined;
    delete record.failure;
    if (failure === undefined) {
      record.pendingSinceUs = 0;
      this.#serveHealthChecks(nodeName, record);
    } else {
      record.failure = failure;
      record.pendingSinceUs ||= this.sim.nowUs;
    }
    this.metrics.synced(nodeName, full ? 'full' : 'partial', outcome);
    this.#logSync(nodeName, full, failure);
    // Neither the regular sync nor a retry that may fail for ever is something to wait for: both are periodic.
    const maxIntervalUs = proxier.maxSyncIntervalMs === undefined ? MAX_SYNC_INTERVAL_US : proxier.maxSyncIntervalMs * 1_000;
    const waitUs = failure === undefined ? maxIntervalUs : proxier.syncPeriodMs * 1_000;
    this.sim.timers.set(syncTimer(nodeName), {
      dueUs: this.sim.nowUs + waitUs,
      kind: 'kube-proxy.sync',
      payload: nodeName,
      periodic: true,
    });
  }

  /** Opens and closes health check node ports, and notes what they are to answer. */
  #serveHealthChecks(nodeName: string, record: ProxyNodeRecord): void {
    const wanted = serviceHealth(this.#tracker, nodeName);
    for (const port of Object.keys(record.healthChecks)) if (!wanted[port]) this.sockets?.close(nodeName, Number(port));
    for (const port of Object.keys(wanted)) if (!record.healthChecks[port]) this.sockets?.open(nodeName, Number(port));
    record.healthChecks = wanted;
  }

  #logSync(nodeName: string, full: boolean, failure: string | undefined): void {
    const ipFamily = { ipFamily: FAMILY };
    const { mode } = this.status(nodeName)!;
    this.#log.write(nodeName, 'I', 'proxier.go:807', `Syncing ${mode} rules`, { ...ipFamily, fullSync: full }, 2);
    if (failure === undefined) return;
    this.#log.write(nodeName, 'E', 'proxier.go:1545', mode === 'nftables' ? 'nftables sync failed' : 'Failed to execute iptables-restore', {
      err: failure.trim(),
      ...ipFamily,
    });
    const retryingTime = `${this.syncPeriodMs(nodeName) / 1_000}s`;
    this.#log.write(nodeName, 'I', 'proxier.go:822', 'Sync failed', { ...ipFamily, retryingTime });
  }

  #checkCanary(nodeName: string): void {
    if (!this.#proxierOf(nodeName).checkCanary!()) {
      this.#nodes.edit(nodeName).needFullSync = true;
      this.#sync(nodeName);
    }
    this.#scheduleCanary(nodeName);
  }

  #scheduleCanary(nodeName: string): void {
    const dueUs = this.sim.nowUs + this.#proxierOf(nodeName).syncPeriodMs * 1_000;
    this.sim.timers.set(canaryTimer(nodeName), { dueUs, kind: 'kube-proxy.canary', payload: nodeName, periodic: true });
  }

  #proxierOf(nodeName: string): Proxier {
    const known = this.#proxiers.get(nodeName);
    if (known) return known;
    const config = this.#configurations.get(nodeName)!;
    const proxier = findProxyMode(proxyModeName(config.mode))!.makeProxier({
      nodeName,
      family: FAMILY,
      tools: this.toolsOf(nodeName),
      config,
      tracker: this.#tracker,
      version: this.api.config.version,
      node: () => this.node(nodeName),
    });
    this.#proxiers.set(nodeName, proxier);
    return proxier;
  }
}

const syncTimer = (nodeName: string): string => `kube-proxy/${nodeName}/sync`;
const canaryTimer = (nodeName: string): string => `kube-proxy/${nodeName}/canary`;

function sameLabels(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
