import { address, inPrefix, parsePrefix } from '@svclab/wire';
import { isZeroCidr } from '../configuration.js';
import { cleanStaleConntrack } from '../conntrack-cleanup.js';
import { Iptables } from '../iptables/iptables.js';
import { localTraffic } from '../local-detector.js';
import { nodeIPs, nodePortIPs } from '../node-addresses.js';
import type { Proxier, ProxierContext, ProxierMemory, SyncOutcome, SyncRequest } from '../proxier.js';
import { ensureChains, restoreText } from './iptables-rules.js';
import { DUMMY_DEVICE, readAddresses, readSets, readVirtualServers, type NodeAddresses, type VirtualServer } from './kernel-state.js';
import { ipvsOptions, type IpvsOptions } from './options.js';
import { deletionLine, serverChanges, terminationChanges } from './server-changes.js';
import { wantedServices, type Wanted } from './wanted-services.js';

/** How often real servers that are on their way out are looked at (`rsCheckDeleteInterval`). */
const TERMINATION_INTERVAL_US = 60_000_000;

interface Memory extends ProxierMemory {
  /** Real servers of weight 0 that go when their connections have ended. */
  readonly terminating: readonly string[];
  readonly times: { readonly terminationUs: number };
}

/**
 * kube-proxy of one node in IPVS mode and one family (pkg/proxy/ipvs/proxier.go). Services become virtual
 * services of the kernel, their addresses those of a dummy interface; iptables and sets do only what IPVS cannot.
 */
export class IpvsProxier implements Proxier {
  readonly #context: ProxierContext;
  readonly #options: IpvsOptions;
  readonly #iptables: Iptables;

  constructor(context: ProxierContext) {
    this.#context = context;
    this.#options = ipvsOptions(context.config, context.family);
    this.#iptables = new Iptables(context.tools, context.family);
  }

  get minSyncPeriodMs(): number {
    return this.#options.minSyncPeriodMs;
  }

  get syncPeriodMs(): number {
    return this.#options.syncPeriodMs;
  }

  /** No canary watches here: what somebody took away comes back with the next regular sync. */
  get maxSyncIntervalMs(): number {
    return this.#options.syncPeriodMs;
  }

  setUp(): ProxierMemory {
    const { tools } = this.#context;
    const { strictArp, timeouts, tcpEstablishedTimeoutSeconds, tcpCloseWaitTimeoutSeconds, tcpBeLiberal } = this.#options;
    tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_established', String(tcpEstablishedTimeoutSeconds));
    tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_close_wait', String(tcpCloseWaitTimeoutSeconds));
    if (tcpBeLiberal) tools.setSysctl('net.netfilter.nf_conntrack_tcp_be_liberal', '1');
    for (const name of ['net.ipv4.vs.conntrack', 'net.ipv4.vs.expire_nodest_conn', 'net.ipv4.vs.expire_quiescent_template']) {
      tools.setSysctl(name, '1');
    }
    tools.setSysctl('net.ipv4.ip_forward', '1');
    if (strictArp) {
      tools.setSysctl('net.ipv4.conf.all.arp_ignore', '1');
      tools.setSysctl('net.ipv4.conf.all.arp_announce', '2');
    }
    const { tcp, tcpFin, udp } = timeouts;
    if (tcp + tcpFin + udp > 0) tools.run(['ipvsadm', '--set', String(tcp), String(tcpFin), String(udp)]);
    return {};
  }

  syncProxyRules(request: SyncRequest): SyncOutcome {
    const { tools, family, tracker } = this.#context;
    const memory = request.memory as Partial<Memory>;
    ensureChains(this.#iptables);
    if (tools.run(['ip', 'link', 'show', DUMMY_DEVICE]).exitCode !== 0) {
      tools.run(['ip', 'link', 'add', DUMMY_DEVICE, 'txqueuelen', '0', 'type', 'dummy']);
    }
    const addresses = readAddresses(tools);
    const wanted = wantedServices(tracker, this.#view(addresses));

    const { terminating, lines } = this.#syncServers(wanted, request, memory);
    for (const ip of wanted.bound) if (!addresses.bound.has(ip)) tools.run(['ip', 'addr', 'add', `${ip}/32`, 'dev', DUMMY_DEVICE]);
    const setText = wanted.sets.restoreText(readSets(tools));
    const sets = setText === '' ? undefined : tools.run(['ipset', 'restore', '-exist'], setText);
    const rules = restoreText(wanted.sets, this.#ruleTerms(wanted));
    const failure = sets && sets.exitCode !== 0 ? sets.stderr : this.#iptables.restore(rules);
    const times = memory.times ?? { terminationUs: request.nowUs };
    const linesWritten = lines.length + countLines(setText) + countLines(rules);
    if (failure !== undefined) return { failure, memory: { terminating, times }, linesWritten };

    for (const ip of addresses.bound) if (!wanted.bound.has(ip)) tools.run(['ip', 'addr', 'del', `${ip}/32`, 'dev', DUMMY_DEVICE]);
    this.#removeLegacy(wanted);
    cleanStaleConntrack(tools, family, tracker, request.changes);
    return { memory: this.#endTermination({ terminating, times }, request.nowUs), linesWritten, gauges: gauges(wanted) };
  }

  #syncServers(wanted: Wanted, { chance }: SyncRequest, memory: Partial<Memory>): { terminating: string[]; lines: string[] } {
    const { scheduler } = this.#options;
    const present = readVirtualServers(this.#context.tools);
    const sync = { scheduler, chance, initial: memory.times === undefined, terminating: new Set(memory.terminating) };
    const changes = [...wanted.servers].map(([name, server]) => serverChanges(server, present.get(name), sync));
    const lines = changes.flatMap((change) => change.lines);
    this.#restoreServers(lines);
    return { lines, terminating: changes.flatMap((change) => change.terminating) };
  }

  /** Virtual services that no Service asks for, unless they are expressly somebody else's. */
  #removeLegacy({ servers }: Wanted): void {
    const stale = [...readVirtualServers(this.#context.tools).values()].filter(
      (present) => !servers.has(present.name) && !this.#isExcluded(present),
    );
    this.#restoreServers(stale.map(({ name }) => deletionLine(name)));
  }

  #isExcluded({ name }: VirtualServer): boolean {
    const ip = address(name.slice(name.indexOf(' ') + 1, name.lastIndexOf(':')));
    return this.#options.excludeCidrs.some((cidr) => {
      const prefix = parsePrefix(cidr);
      return prefix.ok && inPrefix(ip, prefix.value);
    });
  }

  #endTermination({ terminating, times }: Memory, nowUs: number): Memory {
    if (terminating.length === 0 || nowUs < times.terminationUs + TERMINATION_INTERVAL_US) return { terminating, times };
    const changes = terminationChanges(terminating, readVirtualServers(this.#context.tools));
    this.#restoreServers(changes.lines);
    return { terminating: changes.terminating, times: { terminationUs: nowUs } };
  }

  #restoreServers(lines: readonly string[]): void {
    if (lines.length > 0) this.#context.tools.run(['ipvsadm', '-R'], lines.map((line) => `${line}\n`).join(''));
  }

  #view({ own }: NodeAddresses) {
    const { nodeName, family, tools, version } = this.#context;
    const node = this.#context.node();
    const { nodePortAddresses } = this.#options;
    const restricted = nodePortAddresses.length > 0 && !nodePortAddresses.some(isZeroCidr);
    return {
      nodeName,
      zone: node?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '',
      version,
      nodeIP: nodeIPs(node, family)[0] ?? '',
      ownAddresses: own,
      nodePortAddresses: restricted ? nodePortIPs(tools, this.#options, node).filter((ip) => !ip.startsWith('127.')) : own,
    };
  }

  #ruleTerms({ closedToNode }: Wanted) {
    const { masqueradeAll, masqueradeMark } = this.#options;
    return { masqueradeAll, masqueradeMark, localTraffic: localTraffic(this.#options, this.#context.node()), closedToNode };
  }
}

const countLines = (text: string): number => text.split('\n').length - 1;

const gauges = ({ withoutLocal }: Wanted) => ({
  'sync_proxy_rules_no_local_endpoints_total{traffic_policy="internal"}': withoutLocal.internal.size,
  'sync_proxy_rules_no_local_endpoints_total{traffic_policy="external"}': withoutLocal.external.size,
});
