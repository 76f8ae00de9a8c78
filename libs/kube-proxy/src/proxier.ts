import type { KubeObject } from '@svclab/kube-api';
import type { Prng } from '@svclab/sim';
import type { Changes, ChangeTracker } from './change-tracker.js';
import type { IpFamily, KubeProxyConfiguration } from './configuration.js';
import type { NodeTools } from './node-tools.js';

/** What a proxier has to know again at its next sync. Plain JSON: it is kept in table `proxy.nodes`. */
export type ProxierMemory = Readonly<Record<string, readonly string[] | Readonly<Record<string, number>>>>;

/** What one sync is about. */
export interface SyncRequest {
  /** Full: look after the base chains too and write what every Service needs. Otherwise only of changed ones. */
  readonly full: boolean;
  readonly changes: Changes;
  /** Draws the order of services where they share a chain: Go walks a map. */
  readonly chance: Prng;
  readonly memory: ProxierMemory;
  /** Whether stale objects may go where that is done once per syncPeriod (iptables, large clusters). */
  readonly mayCleanUp: boolean;
  readonly nowUs: number;
}

export interface SyncOutcome {
  /** What the tool said, if it refused. The next sync is a full one then. */
  readonly failure?: string;
  /** Takes the place of the memory so far. */
  readonly memory?: ProxierMemory;
  /** Lines of text that tools were given. */
  readonly linesWritten?: number;
  /** Gauges of this mode after the sync, by metric with labels: `sync_proxy_rules_iptables_total{table="nat"}`. */
  readonly gauges?: Readonly<Record<string, number>>;
}

/**
 * kube-proxy of one node in one mode and one family (pkg/proxy/types.go Provider). It holds no state: what
 * it knows of the cluster is in the tracker, what it wrote is in the kernel, the rest in {@link ProxierMemory}.
 */
export interface Proxier {
  readonly minSyncPeriodMs: number;
  readonly syncPeriodMs: number;
  /** Longest time without a sync, where it is not the hour of modes with a canary. */
  readonly maxSyncIntervalMs?: number;
  /** Does what kube-proxy does before its first sync. */
  setUp(): ProxierMemory;
  /** Makes the kernel's state what the cluster asks for. */
  syncProxyRules(request: SyncRequest): SyncOutcome;
  /**
   * Asked once per syncPeriod: whether the rules are still there. When somebody has flushed them it prepares
   * for the full sync that follows. Modes without a canary leave it out.
   */
  checkCanary?(): boolean;
}

/** What a proxier is made of. */
export interface ProxierContext {
  readonly nodeName: string;
  readonly family: IpFamily;
  readonly tools: NodeTools;
  readonly config: KubeProxyConfiguration;
  readonly tracker: ChangeTracker;
  /** Of kube-proxy, as in `v1.30.4`; default: the newest that is simulated. */
  readonly version?: string;
  /** The Node object; `undefined` when there is none. */
  node(): Readonly<KubeObject> | undefined;
}

/** One value of `mode` in the configuration. */
export interface ProxyMode {
  makeProxier(context: ProxierContext): Proxier;
  /** Removes what this mode leaves on a node (CleanupLeftovers). */
  cleanUpLeftovers(tools: NodeTools, family: IpFamily): void;
}
