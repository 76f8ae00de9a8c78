import type { Changes, ChangeTracker } from '../change-tracker.js';
import { iptablesOptions, type IptablesOptions } from '../configuration.js';
import { cleanStaleConntrack } from '../conntrack-cleanup.js';
import { localTraffic, type LocalTraffic } from '../local-detector.js';
import { minorVersion } from '../minor-version.js';
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
import type { RuleContext } from './service-rules.js';
import { rulesOf, SharedRules, type NodeView, type PortRules } from './shared-rules.js';

const LARGE_CLUSTER_ENDPOINTS = 1_000;

/** What the proxier remembers. */
interface Memory extends ProxierMemory {
  /** The nfacct counters that rules can use. */
  readonly nfacctCounters: readonly string[];
  /** One drawn text that decides the order of services in shared chains. */
  readonly orderSalt: readonly string[];
}

interface RestoreText {
  readonly text: string;
  readonly linesWritten: number;
  readonly gauges: Readonly<Record<string, number>>;
}

/** kube-proxy of one node in iptables mode and one family (pkg/proxy/iptables/proxier.go). */
export class IptablesProxier implements Proxier {
  readonly #iptables: Iptables;
  readonly #shared: SharedRules;
  readonly #nodeName: string;
  readonly #tools: NodeTools;
  readonly #options: IptablesOptions;
  readonly #tracker: ChangeTracker;
  readonly #version: string | undefined;
  readonly #node: ProxierContext['node'];

  constructor({ nodeName, family, tools, config, tracker, node, version }: ProxierContext) {
    this.#nodeName = nodeName;
    this.#tools = tools;
    this.#options = iptablesOptions(config, family);
    this.#tracker = tracker;
    this.#version = version;
    this.#node = node;
    this.#iptables = new Iptables(tools, family);
    this.#shared = new SharedRules(tracker);
  }

  get minSyncPeriodMs(): number {
    return this.#options.minSyncPeriodMs;
  }

  get syncPeriodMs(): number {
    return this.#options.syncPeriodMs;
  }

  setUp(): Pick<Memory, 'nfacctCounters'> {
    const { tcpEstablishedTimeoutSeconds, tcpCloseWaitTimeoutSeconds, tcpBeLiberal, localhostNodePorts } = this.#options;
    this.#tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_established', String(tcpEstablishedTimeoutSeconds));
    this.#tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_close_wait', String(tcpCloseWaitTimeoutSeconds));
    if (tcpBeLiberal) this.#tools.setSysctl('net.netfilter.nf_conntrack_tcp_be_liberal', '1');
    if (localhostNodePorts) this.#tools.setSysctl('net.ipv4.conf.all.route_localnet', '1');
    this.#ensureCanary();
    const nfacctCounters = nfacctCountersOf(this.#version).filter((counter) => {
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
    const memory: Memory = { orderSalt: [String(request.chance.below(2 ** 31))], ...(request.memory as Partial<Memory>) } as Memory;
    const { text, linesWritten, gauges } = this.#restoreText(request, memory);
    const failure = this.#iptables.restore(text);
    if (failure !== undefined) return { failure, memory, linesWritten };
    cleanStaleConntrack(this.#tools, this.#options.family, this.#tracker, request.changes);
    return { memory, linesWritten, gauges };
  }

  #restoreText({ full, changes, mayCleanUp }: SyncRequest, { nfacctCounters, orderSalt }: Memory): RestoreText {
    const largeCluster = this.#tracker.endpointCount() > LARGE_CLUSTER_ENDPOINTS;
    const context = this.#ruleContext(nfacctCounters, largeCluster);
    const zone = this.#node()?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
    const view = { nodeName: this.#nodeName, zone, version: this.#version, salt: orderSalt[0]! };
    const services = this.#shared.update(context, view);

    const written = (full ? services : this.#shared.ofServices(changedServices(changes))).map(({ port }) =>
      rulesOf(this.#tracker, context, port, view),
    );
    const staleChains = largeCluster && !mayCleanUp ? [] : this.#staleChains(context, services, view);
    const fixedNat = fixedNatRules(this.#options);
    const lastNat = [...staleChains.map((chain) => `-X ${chain}`), ...nodePortJumps(this.#options, this.#nodePortIPs())];
    const { firewall, forward } = fixedFilterRules(this.#options, nfacctCounters);
    const filterChains = [...FILTER_CHAINS, ...(firewall.length > 0 ? ['KUBE-FIREWALL'] : [])];

    const ownRules = sum(written, ({ chainRules }) => chainRules.length);
    const filterCount = firewall.length + forward.length + sum(services, (service) => service.filterCount);
    const sharedNat = fixedNat.length + lastNat.length - staleChains.length + sum(services, ({ natCount }) => natCount);
    return {
      text: [
        tableHead('filter', filterChains),
        lines(firewall),
        this.#shared.text.filter,
        lines(forward),
        'COMMIT\n',
        tableHead('nat', [...NAT_CHAINS, ...written.flatMap(({ chains }) => chains), ...staleChains]),
        lines(fixedNat),
        this.#shared.text.nat,
        ...written.map(({ chainRules }) => lines(chainRules)),
        lines(lastNat),
        'COMMIT\n',
      ].join(''),
      linesWritten: filterCount + sharedNat + ownRules,
      gauges: {
        'sync_proxy_rules_iptables_total{table="filter"}': filterCount,
        'sync_proxy_rules_iptables_total{table="nat"}': sharedNat + sum(services, ({ ownCount }) => ownCount),
        'sync_proxy_rules_iptables_last{table="filter"}': filterCount,
        'sync_proxy_rules_iptables_last{table="nat"}': sharedNat + ownRules,
        'sync_proxy_rules_no_local_endpoints_total{traffic_policy="internal"}': sum(services, (service) => Number(service.noLocalInternal)),
        'sync_proxy_rules_no_local_endpoints_total{traffic_policy="external"}': sum(services, (service) => Number(service.noLocalExternal)),
      },
    };
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

  #staleChains(context: RuleContext, services: readonly PortRules[], view: NodeView): string[] {
    const active = new Set(services.flatMap(({ port }) => rulesOf(this.#tracker, context, port, view).chains));
    return this.#iptables
      .chains('nat')
      .filter((chain) => isServiceChain(chain) && !active.has(chain))
      .toSorted();
  }
}

/** v1.30 and older count nothing by nfacct. */
const nfacctCountersOf = (version: string | undefined): string[] =>
  minorVersion(version) >= 31 ? [INVALID_DROPPED_COUNTER, LOCALHOST_ACCEPTED_COUNTER] : [];

/** Matches packets of local pods: `-s 10.10.0.0/16`, `-i cni0`, `-i veth+`. */
function localTrafficMatch(local: LocalTraffic | undefined): string | undefined {
  if (local === undefined) return undefined;
  return { source: `-s ${local.value}`, interface: `-i ${local.value}`, interfaces: `-i ${local.value}+` }[local.by];
}

const changedServices = ({ services, endpoints }: Changes): string[] =>
  [...new Set([...Object.keys(services), ...Object.keys(endpoints)])].toSorted();

const tableHead = (table: string, chains: readonly string[]): string => lines([`*${table}`, ...chains.map((chain) => `:${chain} - [0:0]`)]);

const lines = (rules: readonly string[]): string => rules.map((rule) => `${rule}\n`).join('');

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
