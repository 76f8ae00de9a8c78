import type { Prng } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';
import { address, inPrefix, parsePrefix } from '@svclab/wire';
import { categorizeEndpoints } from '../categorize-endpoints.js';
import { serviceKey, type Changes, type ChangeTracker } from '../change-tracker.js';
import { familyOf, type IptablesOptions } from '../configuration.js';
import { cleanStaleConntrack } from '../conntrack-cleanup.js';
import type { NodeTools } from '../node-tools.js';
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

/** What one sync is about. */
export interface SyncRequest {
  /** Full: check the jumps and write the chains of every Service. Otherwise only of changed ones. */
  readonly full: boolean;
  readonly changes: Changes;
  /** Draws the order of services in shared chains: Go walks a map. */
  readonly chance: Prng;
  readonly nfacctCounters: readonly string[];
  /** Whether stale chains may go in large-cluster mode, where that is done once per syncPeriod. */
  readonly mayCleanUp: boolean;
}

/**
 * kube-proxy of one node in iptables mode and one family (pkg/proxy/iptables/proxier.go). It holds no
 * state: what it knows of the cluster is in the tracker, what it wrote is in the kernel.
 */
export class Proxier {
  readonly #iptables: Iptables;

  constructor(
    readonly nodeName: string,
    private readonly tools: NodeTools,
    private readonly options: IptablesOptions,
    private readonly tracker: ChangeTracker,
    private readonly node: () => Readonly<KubeObject> | undefined,
  ) {
    this.#iptables = new Iptables(tools, options.family);
  }

  /** Does what kube-proxy does before its first sync. Returns the nfacct counters that rules can use. */
  setUp(): string[] {
    const { tcpEstablishedTimeoutSeconds, tcpCloseWaitTimeoutSeconds, tcpBeLiberal, localhostNodePorts } = this.options;
    this.tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_established', String(tcpEstablishedTimeoutSeconds));
    this.tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_close_wait', String(tcpCloseWaitTimeoutSeconds));
    if (tcpBeLiberal) this.tools.setSysctl('net.netfilter.nf_conntrack_tcp_be_liberal', '1');
    if (localhostNodePorts) this.tools.setSysctl('net.ipv4.conf.all.route_localnet', '1');
    this.ensureCanary();
    return [INVALID_DROPPED_COUNTER, LOCALHOST_ACCEPTED_COUNTER].filter((counter) => {
      const { exitCode, stderr } = this.tools.run(['nfacct', 'add', counter]);
      return exitCode === 0 || /exist/i.test(stderr);
    });
  }

  ensureCanary(): void {
    for (const table of CANARY_TABLES) this.#iptables.ensureChain(table, CANARY_CHAIN);
  }

  canaryIsAlive(): boolean {
    return this.#iptables.chainExists(CANARY_TABLES[0], CANARY_CHAIN);
  }

  /** Makes the kernel's rules what the cluster asks for. Returns why not, if it failed. */
  syncProxyRules(request: SyncRequest): string | undefined {
    if (request.full) ensureJumps(this.#iptables);
    const failure = this.#iptables.restore(this.#restoreText(request));
    if (failure === undefined) cleanStaleConntrack(this.tools, this.options.family, this.tracker, request.changes);
    return failure;
  }

  #restoreText({ full, changes, chance, nfacctCounters, mayCleanUp }: SyncRequest): string {
    const ports = shuffled(this.tracker.servicePorts(), chance);
    const endpointCount = ports.reduce((count, port) => count + this.tracker.endpoints(port.name).length, 0);
    const largeCluster = endpointCount > LARGE_CLUSTER_ENDPOINTS;
    const context = this.#ruleContext(nfacctCounters, largeCluster);
    const zone = this.node()?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';

    const serviceFilterRules: string[] = [];
    const natRules = fixedNatRules(this.options);
    const writtenChains: string[] = [];
    const activeChains = new Set<string>();
    for (const port of ports) {
      const endpoints = categorizeEndpoints(this.tracker.endpoints(port.name), port, this.nodeName, zone);
      const rules = serviceRules(context, port, endpoints);
      serviceFilterRules.push(...rules.filter);
      natRules.push(...rules.nat);
      for (const chain of rules.chains) activeChains.add(chain);
      if (!full && !isChanged(changes, serviceKey(port.name))) continue;
      writtenChains.push(...rules.chains);
      natRules.push(...rules.chainRules);
    }
    const staleChains = largeCluster && !mayCleanUp ? [] : this.#staleChains(activeChains);
    natRules.push(...staleChains.map((chain) => `-X ${chain}`), ...nodePortJumps(this.options, this.#nodePortIPs()));

    const { firewall, forward } = fixedFilterRules(this.options, nfacctCounters);
    const filterChains = [...FILTER_CHAINS, ...(firewall.length > 0 ? ['KUBE-FIREWALL'] : [])];
    return (
      tableText('filter', filterChains, [...firewall, ...serviceFilterRules, ...forward]) +
      tableText('nat', [...NAT_CHAINS, ...writtenChains, ...staleChains], natRules)
    );
  }

  #ruleContext(nfacctCounters: readonly string[], largeCluster: boolean): RuleContext {
    return {
      options: this.options,
      nfacctCounters,
      nodeIP: this.#nodeIPs()[0] ?? '',
      localTraffic: this.#localTraffic(),
      largeCluster,
    };
  }

  /** pkg/proxy/util/localdetector.go. */
  #localTraffic(): string | undefined {
    const { detectLocalMode, clusterCidr, bridgeInterface, interfaceNamePrefix, family } = this.options;
    const podCidrs: readonly string[] = this.node()?.spec?.['podCIDRs'] ?? [];
    const nodeCidr = podCidrs.find((cidr) => familyOf(cidr) === family) ?? '';
    const [option, value] = {
      ClusterCIDR: ['-s', clusterCidr],
      NodeCIDR: ['-s', nodeCidr],
      BridgeInterface: ['-i', bridgeInterface],
      InterfaceNamePrefix: ['-i', interfaceNamePrefix && `${interfaceNamePrefix}+`],
    }[detectLocalMode] as [string, string];
    return value === '' ? undefined : `${option} ${value}`;
  }

  #nodeIPs(): string[] {
    const addresses: readonly { type: string; address: string }[] = this.node()?.status?.['addresses'] ?? [];
    return addresses
      .filter(({ type, address: text }) => type === 'InternalIP' && familyOf(text) === this.options.family)
      .map(({ address: text }) => text);
  }

  /** Addresses of the node's interfaces on which node ports are served. Asked for only when they are restricted. */
  #nodePortIPs(): string[] {
    const { nodePortAddresses, family } = this.options;
    if (nodePortAddresses.length === 0) return [];
    const primary = nodePortAddresses.includes('primary') ? this.#nodeIPs() : [];
    const prefixes = nodePortAddresses.flatMap((cidr) => {
      const prefix = parsePrefix(cidr);
      return prefix.ok ? [prefix.value] : [];
    });
    const { stdout } = this.tools.run(['ip', '-o', family === 'IPv6' ? '-6' : '-4', 'addr', 'show']);
    const own = [...stdout.matchAll(/ inet6? ([^/\s]+)/g)].map(([, text]) => text!);
    return [...primary, ...own.filter((text) => prefixes.some((prefix) => inPrefix(address(text), prefix)) && !primary.includes(text))];
  }

  #staleChains(active: ReadonlySet<string>): string[] {
    return this.#iptables
      .chains('nat')
      .filter((chain) => isServiceChain(chain) && !active.has(chain))
      .toSorted();
  }
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
