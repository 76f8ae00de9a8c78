import type { Prng } from '@svclab/sim';
import { categorizeEndpoints } from '../categorize-endpoints.js';
import { serviceKey, type Changes, type ChangeTracker } from '../change-tracker.js';
import { iptablesOptions, type IptablesOptions } from '../configuration.js';
import { cleanStaleConntrack } from '../conntrack-cleanup.js';
import { localTraffic, type LocalTraffic } from '../local-detector.js';
import { nodeIPs, nodePortIPs } from '../node-addresses.js';
import type { NodeTools } from '../node-tools.js';
import type { Proxier, ProxierContext, ProxierMemory, SyncOutcome, SyncRequest } from '../proxier.js';
import {
  CANARY_CHAIN,
  CANARY_TABLES,
  ensureJumps,
  FILTER_CHAINS,
  fixedFilterRules,
  fixedNatRules,
  INVALID_DROPPED_COUNTER,
  LOCALHOST_ACCEPTED_COUNTER,
  NAT_CHAINS,
  nodePortJumps,
} from './base-chains.js';
import { isServiceChain } from './chain-names.js';
import { Iptables } from './iptables.js';
import { serviceRules, type RuleContext } from './service-rules.js';

const LARGE_CLUSTER_ENDPOINTS = 1_000;

/** What the proxier remembers: the nfacct counters that rules can use. */
interface Memory extends ProxierMemory {
  readonly nfacctCounters: readonly string[];
}

/** kube-proxy of one node in iptables mode and one family (pkg/proxy/iptables/proxier.go). */
export class IptablesProxier implements Proxier {
  readonly #iptables: Iptables;
  readonly #nodeName: string;
  readonly #tools: NodeTools;
  readonly #options: IptablesOptions;
  readonly #tracker: ChangeTracker;
  readonly #node: ProxierContext['node'];

  constructor({ nodeName, family, tools, config, tracker, node }: ProxierContext) {
    this.#nodeName = nodeName;
    this.#tools = tools;
    this.#options = iptablesOptions(config, family);
    this.#tracker = tracker;
    this.#node = node;
    this.#iptables = new Iptables(tools, family);
  }

  get minSyncPeriodMs(): number {
    return this.#options.minSyncPeriodMs;
  }

  get syncPeriodMs(): number {
    return this.#options.syncPeriodMs;
  }

  setUp(): Memory {
    const { tcpEstablishedTimeoutSeconds, tcpCloseWaitTimeoutSeconds, tcpBeLiberal, localhostNodePorts } = this.#options;
    this.#tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_established', String(tcpEstablishedTimeoutSeconds));
    this.#tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_close_wait', String(tcpCloseWaitTimeoutSeconds));
    if (tcpBeLiberal) this.#tools.setSysctl('net.netfilter.nf_conntrack_tcp_be_liberal', '1');
    if (localhostNodePorts) this.#tools.setSysctl('net.ipv4.conf.all.route_localnet', '1');
    this.#ensureCanary();
    const nfacctCounters = [INVALID_DROPPED_COUNTER, LOCALHOST_ACCEPTED_COUNTER].filter((counter) => {
      const { exitCode, stderr } = this.#tools.run(['nfacct', 'add', counter]);
      return exitCode === 0 || /exist/i.test(stderr);
    });
    return { nfacctCounters };
  }

  // Simplification: rules that somebody flushed come back at the next look; a real kube-proxy waits up to 5 s for the rest of the flush first.
  checkCanary(): boolean {
    const alive = this.#iptables.chainExists(CANARY_TABLES[0], CANARY_CHAIN);
    if (!alive) this.#ensureCanary();
    return alive;
  }

  #ensureCanary(): void {
    for (const table of CANARY_TABLES) this.#iptables.ensureChain(table, CANARY_CHAIN);
  }

  syncProxyRules(request: SyncRequest): SyncOutcome {
    if (request.full) ensureJumps(this.#iptables);
    const failure = this.#iptables.restore(this.#restoreText(request));
    if (failure !== undefined) return { failure };
    cleanStaleConntrack(this.#tools, this.#options.family, this.#tracker, request.changes);
    return {};
  }

  #restoreText({ full, changes, chance, memory, mayCleanUp }: SyncRequest): string {
    const { nfacctCounters } = memory as Memory;
    const ports = shuffled(this.#tracker.servicePorts(), chance);
    const endpointCount = ports.reduce((count, port) => count + this.#tracker.endpoints(port.name).length, 0);
    const largeCluster = endpointCount > LARGE_CLUSTER_ENDPOINTS;
    const context = this.#ruleContext(nfacctCounters, largeCluster);
    const zone = this.#node()?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';

    const serviceFilterRules: string[] = [];
    const natRules = fixedNatRules(this.#options);
    const writtenChains: string[] = [];
    const activeChains = new Set<string>();
    for (const port of ports) {
      const endpoints = categorizeEndpoints(this.#tracker.endpoints(port.name), port, this.#nodeName, zone);
      const rules = serviceRules(context, port, endpoints);
      serviceFilterRules.push(...rules.filter);
      natRules.push(...rules.nat);
      for (const chain of rules.chains) activeChains.add(chain);
      if (!full && !isChanged(changes, serviceKey(port.name))) continue;
      writtenChains.push(...rules.chains);
      natRules.push(...rules.chainRules);
    }
    const staleChains = largeCluster && !mayCleanUp ? [] : this.#staleChains(activeChains);
    natRules.push(...staleChains.map((chain) => `-X ${chain}`), ...nodePortJumps(this.#options, this.#nodePortIPs()));

    const { firewall, forward } = fixedFilterRules(this.#options, nfacctCounters);
    const filterChains = [...FILTER_CHAINS, ...(firewall.length > 0 ? ['KUBE-FIREWALL'] : [])];
    return (
      tableText('filter', filterChains, [...firewall, ...serviceFilterRules, ...forward]) +
      tableText('nat', [...NAT_CHAINS, ...writtenChains, ...staleChains], natRules)
    );
  }

  #ruleContext(nfacctCounters: readonly string[], largeCluster: boolean): RuleContext {
    return {
      options: this.#options,
      nfacctCounters,
      nodeIP: nodeIPs(this.#node(), this.#options.family)[0] ?? '',
      localTraffic: localTrafficMatch(localTraffic(this.#options, this.#node())),
      largeCluster,
    };
  }

  /** Asked for only when they are restricted. */
  #nodePortIPs(): string[] {
    return this.#options.nodePortAddresses.length === 0 ? [] : nodePortIPs(this.#tools, this.#options, this.#node());
  }

  #staleChains(active: ReadonlySet<string>): string[] {
    return this.#iptables
      .chains('nat')
      .filter((chain) => isServiceChain(chain) && !active.has(chain))
      .toSorted();
  }
}

/** Matches packets of local pods: `-s 10.10.0.0/16`, `-i cni0`, `-i veth+`. */
function localTrafficMatch(local: LocalTraffic | undefined): string | undefined {
  if (local === undefined) return undefined;
  return { source: `-s ${local.value}`, interface: `-i ${local.value}`, interfaces: `-i ${local.value}+` }[local.by];
}

const isChanged = (changes: Changes, key: string): boolean => key in changes.services || key in changes.endpoints;

const tableText = (table: string, chains: readonly string[], rules: readonly string[]): string =>
  [`*${table}`, ...chains.map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');

function shuffled<T>(items: T[], chance: Prng): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = chance.below(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
